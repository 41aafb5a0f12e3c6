//! Events that nobody waits for (a bucket's, a schedule's): kept until their function has handled them, as Lambda keeps what
//! is invoked asynchronously.
//!
//! Each function with such a trigger has a queue of its own, which no template knows, as Lambda has one inside. S3 and the
//! schedules put events into it, and it keeps them through a `kill -9` like every queue here. A failed event is tried again as
//! often as the template says (`EventInvokeConfig`, twice unless it says otherwise), after one second and then after two, where
//! AWS lets a minute and then two go by. One that is given up goes, as on AWS, to the queue for failures, with its error.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sqs::types::Message;
use backends::{BackendError, Backends};
use bytes::Bytes;
use serde_json::{Value, json};
use template::{Deployment, Function, Trigger};
use tokio::sync::Semaphore;

use crate::function::{AccessKey, BackendUrls};
use crate::instance::InvokeError;
use crate::pool::{Functions, Pool};
use crate::queue::{LONG_POLL_SECONDS, Queue, given_up};

/// Before the first retry; before the next it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// While the function takes nothing at all: that is no failure of the event.
const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// Beyond the function's own time, in which its event comes to nobody else.
const RESERVE: Duration = Duration::from_secs(120);

/// The events that wait for one function.
#[derive(Debug)]
pub(crate) struct Later {
    queue: Queue,
    pool: Arc<Pool>,
    tries: Tries,
    /// In the function's own name: SAM lets it send there.
    on_failure: Option<Queue>,
    in_flight: Arc<Semaphore>,
}

impl Later {
    /// Creates the queue of every function that has such a trigger, and has S3 send there.
    pub(crate) async fn create(
        backends: &Backends,
        deployment: &Deployment,
    ) -> Result<(), BackendError> {
        for function in deployment.functions().filter(|function| waits(function)) {
            let visibility = (function.timeout + RESERVE).as_secs().to_string();
            let attributes = [("VisibilityTimeout".to_owned(), visibility)].into();
            let queue = queue_name(&function.handler);
            backends.create_queue(&queue, &attributes).await?;
            for trigger in &function.triggers {
                if matches!(trigger, Trigger::Bucket { .. }) {
                    backends.notify(trigger, &queue).await?;
                }
            }
        }
        Ok(())
    }

    /// One for every function that has such a trigger. `own_key` is the mall's.
    pub(crate) fn all(
        deployment: &Deployment,
        functions: &Functions,
        urls: &BackendUrls,
        own_key: &AccessKey,
    ) -> Vec<Arc<Self>> {
        let waiting = deployment.functions().filter(|function| waits(function));
        let of = |function: &Function| {
            let pool = functions.find(&function.handler)?;
            let account = &deployment.account;
            let on_failure = function.unawaited.on_failure.as_deref();
            let on_failure = on_failure
                .map(|arn| Queue::of_arn(arn, account, urls, &pool.definition.access_key));
            Some(Arc::new(Self {
                queue: Queue::new(&queue_name(&function.handler), account, urls, own_key),
                pool: Arc::clone(pool),
                tries: Tries::of(function.unawaited.maximum_retries),
                on_failure,
                in_flight: Arc::new(Semaphore::new(pool.definition.concurrency as usize)),
            }))
        };
        waiting.filter_map(of).collect()
    }

    /// The function's handler.
    pub(crate) fn handler(&self) -> &str {
        &self.pool.definition.handler
    }

    /// Keeps an event for the function.
    pub(crate) async fn send(&self, event: String) {
        self.queue.send(event).await;
    }

    /// Brings events to the function until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            let Ok(place) = Arc::clone(&self.in_flight).acquire_owned().await else {
                return;
            };
            let Some(message) = self.queue.receive(1, LONG_POLL_SECONDS).await.pop() else {
                continue;
            };
            let later = Arc::clone(&self);
            tokio::spawn(async move {
                later.handle(message).await;
                drop(place);
            });
        }
    }

    /// Waits until the events in flight are done. Nothing more is received meanwhile.
    pub(crate) async fn finish(&self) {
        let all = self.pool.definition.concurrency;
        let _ = self.in_flight.acquire_many(all).await;
    }

    async fn handle(&self, message: Message) {
        let event = message.body().unwrap_or_default();
        let outcome = self.pool.invoke(Bytes::from(event.to_owned())).await;
        match self.tries.after(message_id(&message), outcome) {
            Next::Done => self.queue.delete([&message].into_iter()).await,
            Next::Wait(pause) => self.queue.hold(&message, pause).await,
            Next::GiveUp { tries, error } => self.give_up(&message, tries, &error).await,
        }
    }

    async fn give_up(&self, message: &Message, tries: u32, error: &InvokeError) {
        let function = self.handler();
        match &self.on_failure {
            None => tracing::error!(function, "an event is given up, and no queue hears of it"),
            Some(queue) => {
                tracing::error!(
                    function,
                    "an event is given up; the queue for failures has it"
                );
                let record = self.record(message.body().unwrap_or_default(), tries, error);
                if !queue.send(record.to_string()).await {
                    return self.queue.hold(message, BUSY_PAUSE).await;
                }
            }
        }
        self.tries.forget(message_id(message));
        self.queue.delete([message].into_iter()).await;
    }

    /// What Lambda tells of an event that it gives up.
    fn record(&self, event: &str, tries: u32, error: &InvokeError) -> Value {
        let mut record = given_up(&self.pool.definition.arn, "RetriesExhausted", tries);
        record["requestPayload"] = serde_json::from_str(event).unwrap_or(Value::Null);
        record["responsePayload"] = json!({ "errorMessage": error.to_string() });
        record
    }
}

/// Whether events wait for the function that nobody waits for.
fn waits(function: &Function) -> bool {
    let unawaited =
        |trigger: &Trigger| matches!(trigger, Trigger::Bucket { .. } | Trigger::Schedule { .. });
    function.triggers.iter().any(unawaited)
}

/// No name of a template: those begin with its prefix.
fn queue_name(handler: &str) -> String {
    format!("lambda-events-of-{handler}")
}

fn message_id(message: &Message) -> &str {
    message.message_id().unwrap_or_default()
}

/// What becomes of an event that was brought to its function.
#[derive(Debug)]
enum Next {
    Done,
    /// It comes again after a while.
    Wait(Duration),
    GiveUp {
        tries: u32,
        error: InvokeError,
    },
}

/// How often the function has failed at each event that waits, by its message's id. The queue counts how often a message came,
/// and so would count it when the function was busy. Like that count, this one begins anew with each start.
#[derive(Debug)]
struct Tries {
    maximum_retries: u32,
    failures: Mutex<HashMap<String, u32>>,
}

impl Tries {
    fn of(maximum_retries: u32) -> Self {
        Self {
            maximum_retries,
            failures: Mutex::default(),
        }
    }

    fn after(&self, id: &str, outcome: Result<Bytes, InvokeError>) -> Next {
        let error = match outcome {
            Ok(_) => {
                self.forget(id);
                return Next::Done;
            }
            Err(InvokeError::Throttled) => return Next::Wait(BUSY_PAUSE),
            Err(error) => error,
        };
        let mut failures = self.failures();
        let tries = failures.entry(id.to_owned()).or_default();
        *tries = tries.saturating_add(1);
        if *tries > self.maximum_retries {
            return Next::GiveUp {
                tries: *tries,
                error,
            };
        }
        Next::Wait(FIRST_PAUSE * (1 << (*tries - 1).min(8)))
    }

    fn forget(&self, id: &str) {
        self.failures().remove(id);
    }

    fn failures(&self) -> std::sync::MutexGuard<'_, HashMap<String, u32>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Result<Bytes, InvokeError> {
        Err(InvokeError::TimedOut(Duration::from_secs(1)))
    }

    #[test]
    fn a_busy_function_costs_an_event_no_try() {
        let tries = Tries::of(1);
        for _ in 0..5 {
            let next = tries.after("a", Err(InvokeError::Throttled));
            assert!(matches!(next, Next::Wait(BUSY_PAUSE)), "{next:?}");
        }
        let next = tries.after("a", failed());
        assert!(matches!(next, Next::Wait(FIRST_PAUSE)), "{next:?}");
        let next = tries.after("a", Err(InvokeError::Throttled));
        assert!(matches!(next, Next::Wait(_)), "{next:?}");
        let next = tries.after("a", failed());
        assert!(matches!(next, Next::GiveUp { tries: 2, .. }), "{next:?}");
    }

    #[test]
    fn each_event_has_its_own_tries_and_none_is_remembered_once_it_is_done() {
        let tries = Tries::of(2);
        for event in ["a", "b"] {
            let next = tries.after(event, failed());
            assert!(matches!(next, Next::Wait(FIRST_PAUSE)), "{next:?}");
        }
        let next = tries.after("a", failed());
        assert!(
            matches!(next, Next::Wait(pause) if pause == FIRST_PAUSE * 2),
            "{next:?}"
        );
        for event in ["a", "b"] {
            assert!(matches!(tries.after(event, Ok(Bytes::new())), Next::Done));
        }
        assert!(tries.failures().is_empty());
    }
}
