//! Every call to DynamoDB and SQS of every operation that writes, failed and died at in turn, before it was sent and after
//! it took effect, with every message handed out never, once and twice; then recovery, and a count of the stock.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use testkit::{Action, Answer, Mall};

use crate::shop::{CLOSE, Customer, GRACE, PRICE, RELEASE, REMOVE, WINDOW, mall, settle, sn_of};

const PIECES: u64 = 1_000;

const BREAKS: [Action; 4] = [
    Action::FailBefore,
    Action::FailAfter,
    Action::DieBefore,
    Action::DieAfter,
];

/// A call of a clean run: its name, and the how manieth of that name it was.
type Strike = (String, usize);

/// What is broken in one scenario: which call, how, and how often messages come afterwards.
#[derive(Debug, Clone)]
struct Scenario {
    strike: Strike,
    action: Action,
    times: usize,
}

/// All scenarios of an operation, from its clean run.
struct Faults {
    clean: BTreeSet<Strike>,
    struck: BTreeSet<Strike>,
}

impl Faults {
    /// Reads the calls of the run that just ended.
    fn of_clean_run(mall: &Mall) -> Self {
        let strikes = mall
            .wire()
            .strikes()
            .into_iter()
            .filter(|(name, _)| !name.contains("mall-session"));
        Self {
            clean: strikes.collect(),
            struck: BTreeSet::new(),
        }
    }

    fn scenarios(&self) -> Vec<Scenario> {
        let mut scenarios = Vec::new();
        for strike in &self.clean {
            for action in BREAKS {
                for times in 0..=2 {
                    scenarios.push(Scenario {
                        strike: strike.clone(),
                        action: action.clone(),
                        times,
                    });
                }
            }
        }
        scenarios
    }

    /// From now on the scenario's call breaks; the flag tells whether it came.
    fn arm(mall: &Mall, scenario: &Scenario) -> Arc<AtomicBool> {
        let (came, flag) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let (
            seen,
            Scenario {
                strike: (name, nth),
                action,
                ..
            },
        ) = (came.clone(), scenario.clone());
        mall.wire().on(move |call| {
            let struck = call.name() == name && flag.fetch_add(1, Ordering::SeqCst) == nth;
            seen.fetch_or(struck, Ordering::SeqCst);
            if struck { action.clone() } else { Action::Pass }
        });
        came
    }

    fn disarm(&mut self, mall: &Mall, scenario: &Scenario, came: &AtomicBool) {
        mall.wire().heal();
        if came.load(Ordering::SeqCst) {
            self.struck.insert(scenario.strike.clone());
        }
    }

    /// Every call of the clean run was broken.
    fn check(&self, operation: &str) {
        println!(
            "{operation}: {} calls broken in {} ways: {:?}",
            self.struck.len(),
            BREAKS.len() * 3,
            self.struck
        );
        assert_eq!(self.struck, self.clean);
    }
}

/// Lets all time pass and all messages be handled; then no order of the customer is open, and all stock is back.
async fn end(mall: &Mall, customer: &Customer, scenario: &Scenario) {
    mall.clock().advance(WINDOW + GRACE);
    settle(mall).await;
    mall.deliver_stream(REMOVE).await;
    // More time may have passed than a session lasts.
    let orders = customer.signed_in_again().await.orders().await;
    assert!(
        orders.len() <= 1 && orders.iter().all(|order| order["status"] == "closed"),
        "{scenario:?}: {orders:?}"
    );
    assert!(
        mall.waiting(CLOSE).is_empty() && mall.waiting(RELEASE).is_empty(),
        "{scenario:?}"
    );
    assert_eq!(mall.available("a").await, PIECES, "{scenario:?}");
}

async fn submit(customer: &Customer, quote: &Value) -> Option<Answer> {
    customer.order_with(quote).send_to_the_death().await
}

#[tokio::test]
async fn a_submit_that_breaks_at_any_call_leaves_one_order_or_none_and_repeating_it_places_one() {
    let mall = mall(&[("a", PRICE, 1_000)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 3).await;
    mall.wire().forget();
    let _ = customer.submit(&quote).await.expect(201);
    let mut faults = Faults::of_clean_run(&mall);
    assert_eq!(faults.clean.len(), 4);
    mall.clock().advance(WINDOW + GRACE);
    settle(&mall).await;
    mall.deliver_stream(REMOVE).await;
    for scenario in faults.scenarios() {
        // A client that never comes back relies on the messages; no queue loses them.
        for comes_back in [true, false]
            .into_iter()
            .filter(|comes_back| *comes_back || scenario.times > 0)
        {
            let customer = Customer::of(&mall).await;
            let quote = customer.quote_of("a", 3).await;
            let came = Faults::arm(&mall, &scenario);
            let answer = submit(&customer, &quote).await;
            faults.disarm(&mall, &scenario, &came);
            assert!(
                answer.is_none_or(|answer| matches!(answer.status, 201 | 503)),
                "{scenario:?}"
            );
            mall.deliver_times(CLOSE, scenario.times).await;
            for _ in 0..scenario.times {
                mall.rewind_stream(REMOVE);
                mall.deliver_stream(REMOVE).await;
            }
            let held = customer.orders().await.len() as u64;
            assert_eq!(mall.available("a").await, PIECES - 3 * held, "{scenario:?}");
            if comes_back {
                let sn = sn_of(&customer.submit(&quote).await.expect(201));
                assert_eq!(sn_of(&customer.submit(&quote).await.expect(201)), sn);
                assert_eq!(customer.orders().await.len(), 1, "{scenario:?}");
                assert_eq!(mall.available("a").await, PIECES - 3, "{scenario:?}");
                mall.deliver_stream(REMOVE).await;
                assert_eq!(customer.lines_in_cart().await, 0, "{scenario:?}");
            }
            end(&mall, &customer, &scenario).await;
        }
    }
    faults.check("submit-order");
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_cancel_that_breaks_at_any_call_lets_the_stock_come_back_once() {
    let mall = mall(&[("a", PRICE, 1_000)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 3).await;
    mall.wire().forget();
    let _ = customer.cancel(&sn).await.expect(200);
    let mut faults = Faults::of_clean_run(&mall);
    assert_eq!(faults.clean.len(), 2);
    mall.clock().advance(WINDOW + GRACE);
    settle(&mall).await;
    mall.deliver_stream(REMOVE).await;
    for scenario in faults.scenarios() {
        for comes_back in [true, false] {
            let customer = Customer::of(&mall).await;
            let sn = customer.order("a", 3).await;
            let came = Faults::arm(&mall, &scenario);
            let answer = customer.cancellation(&sn).send_to_the_death().await;
            faults.disarm(&mall, &scenario, &came);
            assert!(
                answer.is_none_or(|answer| answer.status == 503),
                "{scenario:?}"
            );
            // Even a release that is lost comes again with the close message.
            mall.deliver_times(RELEASE, scenario.times).await;
            if comes_back {
                let _ = customer.cancel(&sn).await.expect(200);
                mall.deliver(RELEASE).await;
                assert_eq!(mall.available("a").await, PIECES, "{scenario:?}");
            }
            end(&mall, &customer, &scenario).await;
        }
    }
    faults.check("cancel-order");
    mall.assert_stock_adds_up().await;
}

/// What a close message may find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    NotDue,
    Unpaid,
    Closed,
    Absent,
}

/// Brings about what a close message is to find; the message, which is then in no queue.
async fn bring_about(mall: &Mall, customer: &Customer, found: Found) -> Value {
    let quote = customer.quote_of("a", 3).await;
    if found == Found::Absent {
        // Someone else has all of it for a moment.
        let other = Customer::of(mall).await;
        other.wants("a", 999).await;
        let all = other.quote().await;
        let sn = sn_of(&other.submit(&all).await.expect(201));
        let _ = customer.submit(&quote).await.expect(409);
        let _ = other.cancel(&sn).await.expect(200);
        mall.deliver(RELEASE).await;
    } else {
        let sn = sn_of(&customer.submit(&quote).await.expect(201));
        if found == Found::Closed {
            let _ = customer.cancel(&sn).await.expect(200);
            mall.deliver_times(RELEASE, 0).await;
        }
    }
    let messages = mall.waiting(CLOSE);
    let mine = messages.iter().find(|sent| {
        sent.message["order_sn"]
            .as_str()
            .unwrap()
            .ends_with(customer.id.as_str())
    });
    let message = mine.unwrap().message.clone();
    mall.deliver_times(CLOSE, 0).await;
    if found != Found::NotDue {
        mall.clock().advance(WINDOW + GRACE);
    }
    message
}

#[tokio::test]
async fn a_close_message_whose_handling_breaks_at_any_call_comes_again_and_the_stock_comes_back_once()
 {
    let mall = mall(&[("a", PRICE, 1_000)]).await;
    for (found, calls) in [
        (Found::NotDue, 2),
        (Found::Unpaid, 3),
        (Found::Closed, 2),
        (Found::Absent, 2),
    ] {
        let customer = Customer::of(&mall).await;
        let message = bring_about(&mall, &customer, found).await;
        mall.wire().forget();
        assert!(mall.handle(CLOSE, &message).await);
        let mut faults = Faults::of_clean_run(&mall);
        assert_eq!(faults.clean.len(), calls, "{found:?}");
        mall.clock().advance(WINDOW + GRACE);
        settle(&mall).await;
        for scenario in faults.scenarios() {
            let customer = Customer::of(&mall).await;
            let message = bring_about(&mall, &customer, found).await;
            let came = Faults::arm(&mall, &scenario);
            let done = mall.handle_to_the_death(CLOSE, &message).await;
            faults.disarm(&mall, &scenario, &came);
            assert_ne!(
                done,
                Some(true),
                "{found:?} {scenario:?}: a message whose handling broke was taken as done"
            );
            mall.deliver_times(RELEASE, scenario.times).await;
            // It was not done, so its queue hands it out again.
            for _ in 0..scenario.times.max(1) {
                assert!(mall.handle(CLOSE, &message).await);
            }
            end(&mall, &customer, &scenario).await;
        }
        faults.check(&format!("close-order, {found:?}"));
    }
    mall.assert_stock_adds_up().await;
}
