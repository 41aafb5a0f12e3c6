//! The courier: sends each notice when it is due, one task a notice, so that a slow merchant delays only itself.

use std::sync::Arc;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use time::OffsetDateTime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use crate::Shared;
use crate::book::Key;
use crate::notice::{Attempt, Notice};
use crate::trade::Trade;

/// How long the merchant may take to answer a notice.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// As much of an answer's body as is read and shown.
const ANSWER_LIMIT: usize = 512;

/// A notice that is to be sent.
pub(crate) struct Errand {
    out_trade_no: String,
    notify_id: String,
}

/// Hands a notice to the courier; one that is delivered or given up is not sent again.
pub(crate) fn hand_over(courier: &UnboundedSender<Errand>, trade: &Trade, notice: &Notice) {
    let errand = Errand {
        out_trade_no: trade.order.out_trade_no.clone(),
        notify_id: notice.notify_id.clone(),
    };
    if courier.send(errand).is_err() {
        tracing::info!(notice.notify_id, "the notice waits for the next start");
    }
}

/// Takes errands until it is stopped; what is under way stops with it and continues at the next start.
pub(crate) async fn run(shared: Arc<Shared>, mut errands: UnboundedReceiver<Errand>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            Some(errand) = errands.recv() => {
                under_way.spawn(deliver(Arc::clone(&shared), errand));
            }
            Some(_ended) = under_way.join_next() => {}
            else => return,
        }
    }
}

/// The client that sends notices. It talks plain HTTP only, goes straight to its address and follows no redirect.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    // No root certificates: the sandbox serves a merchant on its own machine, and must start on a machine
    // without any.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring offers the cipher suites of every protocol version that rustls knows")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()
}

async fn deliver(shared: Arc<Shared>, errand: Errand) {
    let key = Key::OutTradeNo(errand.out_trade_no);
    loop {
        let trade = shared.book.find(&key, OffsetDateTime::now_utc());
        let Some(notice) = trade.and_then(|trade| trade.notice(&errand.notify_id).cloned()) else {
            return;
        };
        let Some(due) = notice.next_attempt_at else {
            return;
        };
        let wait = due - OffsetDateTime::now_utc();
        tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
        let attempt = send(&shared, &notice).await;
        tracing::info!(
            notify_id = notice.notify_id,
            url = notice.notify_url,
            status = attempt.status,
            answer = attempt.answer,
            "notice sent"
        );
        let kept = shared.book.change(&key, attempt.at, |trade| {
            Ok(trade.with_attempt(&errand.notify_id, attempt.clone(), &shared.schedule))
        });
        if let Err(refusal) = kept {
            tracing::error!(%refusal, "the attempt cannot be noted; the notice waits for the next start");
            return;
        }
    }
}

async fn send(shared: &Shared, notice: &Notice) -> Attempt {
    let now = OffsetDateTime::now_utc();
    let answer = shared
        .client
        .post(&notice.notify_url)
        .header(
            CONTENT_TYPE,
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .form(&notice.form(&shared.keys, now))
        .send()
        .await;
    let (status, answer) = match answer {
        Ok(response) => (
            Some(response.status().as_u16()),
            read_answer(response).await,
        ),
        Err(error) => (None, Err(error)),
    };
    Attempt {
        at: OffsetDateTime::now_utc(),
        status,
        answer: answer.unwrap_or_else(|error| explain(&error)),
    }
}

async fn read_answer(mut response: reqwest::Response) -> Result<String, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_LIMIT {
            body.truncate(ANSWER_LIMIT);
            break;
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn explain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
