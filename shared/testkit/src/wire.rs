//! Between the services and their back ends: sees every call, and breaks those that a test picks.

mod objects;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::State, response::Response};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};

use crate::back_end::complete;
use crate::calls::{Call, Calls, targets, units};
use crate::loopback::{Http, http, listen, post};

/// What happens to a call.
#[derive(Debug, Clone)]
pub enum Action {
    /// It passes.
    Pass,
    /// It never arrives; the caller is told that the store failed.
    FailBefore,
    /// It takes effect; the caller is told that the store failed.
    FailAfter,
    /// It never arrives, and the function dies waiting for the answer.
    DieBefore,
    /// It takes effect, and the function dies waiting for the answer.
    DieAfter,
    /// A transaction is cancelled because of a conflict on its first item; what is no transaction passes.
    Conflict,
    /// It waits until as many calls have come as the barrier counts, then passes.
    Wait(Arc<Barrier>),
    /// It never arrives; the caller gets this answer (status and body).
    Answer(u16, Value),
}

type Rule = Box<dyn Fn(&Call) -> Action + Send + Sync>;

/// The wire. Clones are the same wire.
#[derive(Clone)]
pub struct Wire(Arc<Inner>);

struct Inner {
    client: Http,
    dynamodb: String,
    sqs: String,
    log: Mutex<Vec<Call>>,
    accepted: Mutex<Vec<Call>>,
    order: AtomicUsize,
    rule: Mutex<Option<Rule>>,
    died: Notify,
    slow: AtomicBool,
}

/// How long a call is held when stages are counted: calls that were sent together have all arrived by then, as they and
/// the wire share one thread.
const HELD: Duration = Duration::from_millis(10);

impl Wire {
    /// Starts a wire on free ports of the loopback, in front of these back ends: where DynamoDB and SQS answer, and where S3 does.
    pub(crate) async fn start(dynamodb: String, sqs: String, s3: String) -> (Self, String, String) {
        let wire = Self(Arc::new(Inner {
            client: http(),
            dynamodb,
            sqs,
            log: Mutex::default(),
            accepted: Mutex::default(),
            order: AtomicUsize::new(0),
            rule: Mutex::default(),
            died: Notify::new(),
            slow: AtomicBool::new(false),
        }));
        let url = listen(Router::new().fallback(pass).with_state(wire.clone())).await;
        let s3_url = objects::start(wire.clone(), s3).await;
        (wire, url, s3_url)
    }

    /// All calls since the start, or since [`Wire::forget`].
    #[must_use]
    pub fn calls(&self) -> Calls {
        Calls(self.0.log.lock().unwrap().clone())
    }

    /// Begins to record anew.
    pub fn forget(&self) {
        self.0.log.lock().unwrap().clear();
    }

    /// Begins to record anew, for [`Calls::stages`]: holds every call for a moment, so that calls which were sent together
    /// are seen to be under way together.
    pub fn watch_stages(&self) {
        self.0.slow.store(true, Ordering::SeqCst);
        self.forget();
    }

    /// From now on, `rule` says what happens to each call.
    pub fn on(&self, rule: impl Fn(&Call) -> Action + Send + Sync + 'static) {
        *self.0.rule.lock().unwrap() = Some(Box::new(rule));
    }

    /// From now on, everything passes.
    pub fn heal(&self) {
        *self.0.rule.lock().unwrap() = None;
    }

    /// From now on, the `nth` call (from 0) of this [name](Call::name) meets `action`; all others pass.
    pub fn strike(&self, name: &str, nth: usize, action: Action) {
        let (name, seen) = (name.to_owned(), AtomicUsize::new(0));
        self.on(move |call| {
            let struck = call.name() == name && seen.fetch_add(1, Ordering::SeqCst) == nth;
            if struck { action.clone() } else { Action::Pass }
        });
    }

    /// Every call of a clean run, as `(name, nth of that name)`: what to strike in turn.
    #[must_use]
    pub fn strikes(&self) -> Vec<(String, usize)> {
        let mut strikes: Vec<(String, usize)> = Vec::new();
        for name in self.calls().names() {
            let nth = strikes.iter().filter(|(known, _)| *known == name).count();
            strikes.push((name, nth));
        }
        strikes
    }

    /// Returns when a call has met [`Action::DieBefore`] or [`Action::DieAfter`].
    pub(crate) async fn died(&self) {
        self.0.died.notified().await;
    }

    /// The messages that SQS accepted and nobody has taken from here.
    pub(crate) fn take_accepted(&self, queue: &str) -> Vec<Call> {
        let mut accepted = self.0.accepted.lock().unwrap();
        let (taken, left) = accepted
            .drain(..)
            .partition(|call| call.targets.iter().any(|name| name == queue));
        *accepted = left;
        taken
    }

    /// The messages that SQS accepted and nobody has taken from here.
    pub(crate) fn accepted(&self, queue: &str) -> Vec<Call> {
        let accepted = self.0.accepted.lock().unwrap();
        accepted
            .iter()
            .filter(|call| call.targets.iter().any(|name| name == queue))
            .cloned()
            .collect()
    }

    /// Puts a message back that its consumer did not handle.
    pub(crate) fn put_back(&self, message: Call) {
        self.0.accepted.lock().unwrap().push(message);
    }

    fn next(&self) -> usize {
        self.0.order.fetch_add(1, Ordering::SeqCst)
    }

    /// Takes a call down; holds it for a moment when stages are counted.
    async fn record(&self, call: Call) {
        self.0.log.lock().unwrap().push(call);
        if self.0.slow.load(Ordering::SeqCst) {
            tokio::time::sleep(HELD).await;
        }
    }

    fn action(&self, call: &Call) -> Action {
        self.0
            .rule
            .lock()
            .unwrap()
            .as_ref()
            .map_or(Action::Pass, |rule| rule(call))
    }

    async fn forward(&self, upstream: &str, headers: HeaderMap, body: Bytes) -> (u16, Value) {
        post(&self.0.client, upstream, &headers, body)
            .await
            .unwrap()
    }

    fn ended(&self, index: usize, status: u16, answer: &Value) {
        let ended = self.next();
        let mut log = self.0.log.lock().unwrap();
        // A test may have begun to record anew while the call was under way.
        if let Some(call) = log.iter_mut().find(|call| call.began == index) {
            (call.half_write_units, call.half_read_units) = units(&call.operation, answer);
            (call.status, call.ended) = (status, ended);
            if status == 200 && call.operation == "SendMessage" {
                let message = call.clone();
                self.0.accepted.lock().unwrap().push(message);
            }
        }
    }
}

async fn pass(State(wire): State<Wire>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (service, operation) = target.split_once('.').unwrap_or_default();
    let upstream = if service.starts_with("DynamoDB") {
        wire.0.dynamodb.clone()
    } else {
        wire.0.sqs.clone()
    };
    let sent: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let call = Call {
        operation: operation.to_owned(),
        targets: targets(&sent),
        status: 0,
        half_write_units: 0,
        half_read_units: 0,
        began: wire.next(),
        ended: usize::MAX,
        request: sent,
    };
    let (began, action) = (call.began, wire.action(&call));
    wire.record(call.clone()).await;
    let (status, mut answer) = match action {
        Action::Pass => wire.forward(&upstream, parts.headers, body).await,
        Action::Wait(barrier) => {
            barrier.wait().await;
            wire.forward(&upstream, parts.headers, body).await
        }
        Action::FailBefore => failed(),
        Action::FailAfter => {
            let (status, answer) = wire.forward(&upstream, parts.headers, body).await;
            wire.ended(began, status, &answer);
            failed()
        }
        Action::DieBefore => wait_for_ever(&wire).await,
        Action::DieAfter => {
            let (status, answer) = wire.forward(&upstream, parts.headers, body).await;
            wire.ended(began, status, &answer);
            wait_for_ever(&wire).await
        }
        Action::Conflict if call.operation == "TransactWriteItems" => conflict(&call.request),
        Action::Conflict => wire.forward(&upstream, parts.headers, body).await,
        Action::Answer(status, answer) => (status, answer),
    };
    if status == 200 {
        complete(&call.operation, &call.request, &mut answer);
    }
    if !matches!(status, 500) {
        wire.ended(began, status, &answer);
    }
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("content-type", "application/x-amz-json-1.0")
        .body(Body::from(answer.to_string()))
        .unwrap()
}

async fn wait_for_ever<T>(wire: &Wire) -> T {
    wire.0.died.notify_one();
    std::future::pending().await
}

fn failed() -> (u16, Value) {
    (
        500,
        json!({ "__type": "InternalServerError", "message": "broken by the test" }),
    )
}

fn conflict(request: &Value) -> (u16, Value) {
    let writes = request["TransactItems"].as_array().map_or(1, Vec::len);
    let reasons: Vec<Value> = (0..writes)
        .map(|index| match index {
            0 => json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" }),
            _ => json!({ "Code": "None" }),
        })
        .collect();
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
        "CancellationReasons": reasons,
    });
    (400, body)
}
