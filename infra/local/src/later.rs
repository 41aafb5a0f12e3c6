//! Events that nobody waits for (a bucket's, a schedule's): kept until their function has handled them, as Lambda keeps what
//! is invoked asynchronously.
//!
//! Each function with such a trigger has a queue of its own, which no template knows, as Lambda has one inside. S3 and the
//! schedules put events into it, and it keeps them through a `kill -9` like every queue here. A failed event is tried again as
//! often as the template says (`EventInvokeConfig`, twice unless it says otherwise), after one second and then after two, where
//! AWS lets a minute and then two go by. One that is given up goes, as on AWS, to the queue for failures, with its error.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use backends::{BackendError, Backends};
use bytes::Bytes;
use serde_json::{Value, json};
use template::{Deployment, Function, Trigger};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Semaphore;

use crate::function::{AccessKey, BackendUrls, uuid};
use crate::instance::InvokeError;
use crate::pool::{Functions, Pool};
use crate::queue::{LONG_POLL_SECONDS, Queue};

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
    maximum_retries: u32,
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
                .and_then(|arn| arn.rsplit(':').next())
                .map(|name| Queue::new(name, account, urls, &pool.definition.access_key));
            Some(Arc::new(Self {
                queue: Queue::new(&queue_name(&function.handler), account, urls, own_key),
                pool: Arc::clone(pool),
                maximum_retries: function.unawaited.maximum_retries,
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
        match self.pool.invoke(Bytes::from(event.to_owned())).await {
            Ok(_) => self.queue.delete([&message].into_iter()).await,
            Err(InvokeError::Throttled) => self.queue.hold(&message, BUSY_PAUSE).await,
            Err(error) => {
                let tries = receives(&message);
                if tries <= self.maximum_retries {
                    let pause = FIRST_PAUSE * (1 << (tries - 1).min(8));
                    self.queue.hold(&message, pause).await;
                } else {
                    self.give_up(&message, tries, &error).await;
                }
            }
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
        self.queue.delete([message].into_iter()).await;
    }

    /// What Lambda tells of an event that it gives up.
    fn record(&self, event: &str, tries: u32, error: &InvokeError) -> Value {
        json!({
            "version": "1.0",
            "timestamp": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            "requestContext": {
                "requestId": uuid(),
                "functionArn": format!("{}:$LATEST", self.pool.definition.arn),
                "condition": "RetriesExhausted",
                "approximateInvokeCount": tries,
            },
            "requestPayload": serde_json::from_str(event).unwrap_or(Value::Null),
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "responsePayload": { "errorMessage": error.to_string() },
        })
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

/// How often a message has come, this time included.
fn receives(message: &Message) -> u32 {
    let attributes = message.attributes().into_iter().flatten();
    let count = attributes
        .filter(|(name, _)| **name == MessageSystemAttributeName::ApproximateReceiveCount)
        .find_map(|(_, count)| count.parse().ok());
    count.unwrap_or(1)
}
