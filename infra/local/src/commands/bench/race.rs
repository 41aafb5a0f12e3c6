//! The race for the last pieces: more buyers than pieces, all at once, and afterwards a look at what must hold.

use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt, TryStreamExt};
use import::MallClient;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::BenchError;
use super::browser::{Browser, reason};
use super::goods;
use super::load::Measured;
use super::members::{self, Member, MemberError};
use super::meter::{Meter, TURN};
use super::options::BenchOptions;
use super::report::Promise;

/// Pieces that are left.
const PIECES: u32 = 100;
/// Buyers who try, unless said otherwise.
const BUYERS: u32 = 300;
/// How long the stock of closed orders may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a buyer hears who comes too late.
const SOLD_OUT: &str = "409 21000";
/// Requests at once while the race is prepared and undone.
const AT_ONCE: usize = 8;

/// A quote in a member's hand: one attempt to buy one piece.
#[derive(Clone, Debug)]
struct Attempt {
    session: String,
    quote: String,
}

/// An order that was placed.
#[derive(Clone, Debug)]
struct Placed {
    session: String,
    order_sn: String,
}

/// What the buyers of one client met.
#[derive(Debug, Default)]
struct Outcome {
    placed: Vec<Placed>,
    sold_out: u64,
}

/// Runs the race; what was measured, and what must hold.
pub(crate) async fn run(
    options: &BenchOptions,
    browser: &Browser,
    mall: &MallClient,
) -> Result<(Measured, Vec<Promise>), BenchError> {
    let name = format!("{:08x}", rand::random::<u32>());
    let sku = goods::put_last_pieces_on_sale(mall, &name, PIECES).await?;
    let buyers = options.turns.unwrap_or(BUYERS);
    let (members, attempts) = prepare(browser, &sku, options.clients, buyers).await?;
    let (measured, outcome) = submit_all(browser, &members, &attempts).await;

    let mut promises = vec![
        promise(
            "orders placed",
            PIECES.min(buyers).into(),
            outcome.placed.len() as u64,
        ),
        promise(
            "buyers told that it is sold out",
            buyers.saturating_sub(PIECES).into(),
            outcome.sold_out,
        ),
        promise(
            "pieces left",
            PIECES.saturating_sub(buyers).into(),
            available(browser, &sku).await?,
        ),
    ];
    cancel_all(browser, &outcome.placed).await?;
    promises.push(promise(
        "pieces left after every order was cancelled",
        PIECES.into(),
        wait_for_stock(browser, &sku).await?,
    ));
    Ok((measured, promises))
}

fn promise(what: &str, expected: u64, found: u64) -> Promise {
    Promise {
        what: what.to_owned(),
        expected,
        found,
    }
}

/// A member for each client, one piece in every cart, and as many quotes as there are buyers, dealt to the members in turn.
async fn prepare(
    browser: &Browser,
    sku: &str,
    clients: u16,
    buyers: u32,
) -> Result<(Vec<Member>, Vec<Attempt>), BenchError> {
    let members = members::register(browser, clients.into()).await?;
    for member in &members {
        let item = json!({ "sku_id": sku, "quantity": 1 });
        browser
            .insist(
                Method::POST,
                "/api/cart/items",
                &member.session,
                Some(&item),
            )
            .await
            .map_err(MemberError::from)?;
    }
    let quotes = members
        .iter()
        .cycle()
        .take(buyers as usize)
        .map(|member| quote(browser, member));
    let attempts = stream::iter(quotes).buffered(AT_ONCE).try_collect().await?;
    Ok((members, attempts))
}

async fn quote(browser: &Browser, member: &Member) -> Result<Attempt, MemberError> {
    #[derive(Deserialize)]
    struct Quote {
        quote: String,
    }
    let wanted = json!({ "address_id": member.address_id });
    let answer = browser
        .insist(
            Method::POST,
            "/api/orders/quotes",
            &member.session,
            Some(&wanted),
        )
        .await?;
    match serde_json::from_slice(&answer.body) {
        Ok(Quote { quote }) => Ok(Attempt {
            session: member.session.clone(),
            quote,
        }),
        Err(_) => Err(MemberError::Refused("get a quote", answer.problem())),
    }
}

/// Every client sends its members' quotes, one after the other, all clients at once.
async fn submit_all(
    browser: &Browser,
    members: &[Member],
    attempts: &[Attempt],
) -> (Measured, Outcome) {
    let began = Instant::now();
    let clients = members.iter().map(|member| {
        let own = attempts
            .iter()
            .filter(|attempt| attempt.session == member.session);
        submit_one_by_one(browser.another(), own)
    });
    let done: Vec<(Meter, Outcome)> = futures::future::join_all(clients).await;
    let (mut meter, mut outcome) = (Meter::default(), Outcome::default());
    for (measured, met) in done {
        meter.add(measured);
        outcome.placed.extend(met.placed);
        outcome.sold_out += met.sold_out;
    }
    let time = began.elapsed();
    (Measured { meter, time }, outcome)
}

async fn submit_one_by_one<'a>(
    mut browser: Browser,
    attempts: impl Iterator<Item = &'a Attempt>,
) -> (Meter, Outcome) {
    #[derive(Deserialize)]
    struct Order {
        order_sn: String,
    }
    let mut outcome = Outcome::default();
    for Attempt { session, quote } in attempts {
        let (began, order) = (Instant::now(), json!({ "quote": quote }));
        let sent = browser.insist(Method::POST, "/api/orders", session, Some(&order));
        let sent = sent.await;
        let meter = browser.meter();
        if let Ok(answer) = &sent {
            meter.received(answer.body.len());
        }
        match sent {
            Err(error) => meter.failed(TURN, reason(&error).to_owned()),
            Ok(answer) if answer.problem() == SOLD_OUT => {
                meter.took(TURN, began.elapsed());
                outcome.sold_out += 1;
            }
            Ok(answer) => match serde_json::from_slice::<Order>(&answer.body) {
                Ok(order) if answer.status == StatusCode::CREATED => {
                    meter.took(TURN, began.elapsed());
                    outcome.placed.push(Placed {
                        session: session.clone(),
                        order_sn: order.order_sn,
                    });
                }
                _ => meter.failed(TURN, answer.problem()),
            },
        }
    }
    (browser.take_meter(), outcome)
}

/// Every order is cancelled by its member.
async fn cancel_all(browser: &Browser, placed: &[Placed]) -> Result<(), MemberError> {
    let cancel = |Placed { session, order_sn }| async move {
        let path = format!("/api/orders/{order_sn}/cancellation");
        let answer = browser.insist(Method::POST, &path, &session, None).await?;
        match answer.status.is_success() {
            true => Ok(()),
            false => Err(MemberError::Refused("cancel an order", answer.problem())),
        }
    };
    let all = stream::iter(placed.iter().cloned()).map(cancel);
    all.buffer_unordered(AT_ONCE).try_collect().await
}

/// The stock of a cancelled order comes back by message.
async fn wait_for_stock(browser: &Browser, sku: &str) -> Result<u64, MemberError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = available(browser, sku).await?;
        if left >= PIECES.into() || Instant::now() > deadline {
            return Ok(left);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn available(browser: &Browser, sku: &str) -> Result<u64, MemberError> {
    #[derive(Deserialize)]
    struct Levels {
        items: Vec<Level>,
    }
    #[derive(Deserialize)]
    struct Level {
        available: u64,
    }
    let path = format!("/api/stock/skus?ids={sku}");
    let answer = browser.insist(Method::GET, &path, "", None).await?;
    let levels = serde_json::from_slice::<Levels>(&answer.body);
    let level = levels
        .ok()
        .and_then(|levels| levels.items.into_iter().next());
    level
        .map(|level| level.available)
        .ok_or_else(|| MemberError::Refused("look at the stock", answer.problem()))
}
