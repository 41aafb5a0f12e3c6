//! Brings the messages of queues to functions, as an SQS event source mapping does on AWS.
//!
//! Polls long, gathers a batch, invokes the function with the SQS event, and deletes what succeeded. What failed becomes visible
//! again after the queue's visibility timeout, and ends in the dead-letter queue after its receives are used up: both are the
//! queue's own doing.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::Message;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use template::failed_items;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::function::BackendUrls;
use crate::pool::{Functions, Pool};
use crate::queue::{LONG_POLL_SECONDS, Queue};

/// AWS's default, and the most that one call brings.
const BATCH_SIZE: usize = 10;

/// One queue that feeds one function.
#[derive(Debug)]
pub(crate) struct Poller {
    queue: Queue,
    pool: Arc<Pool>,
    queue_arn: String,
    region: String,
    batch_size: usize,
    window: Duration,
    partial_failures: bool,
    concurrency: u32,
    /// One per batch that may be with the function.
    in_flight: Arc<Semaphore>,
}

impl Poller {
    /// One poller for every queue trigger of the deployment.
    pub(crate) fn all(
        deployment: &template::Deployment,
        functions: &Functions,
        urls: &BackendUrls,
    ) -> Vec<Arc<Self>> {
        let triggers = deployment.functions().flat_map(|function| {
            function
                .triggers
                .iter()
                .map(move |trigger| (function, trigger))
        });
        triggers
            .filter_map(|(function, trigger)| {
                Self::of(
                    deployment,
                    functions.find(&function.handler)?,
                    trigger,
                    urls,
                )
            })
            .map(Arc::new)
            .collect()
    }

    fn of(
        deployment: &template::Deployment,
        pool: &Arc<Pool>,
        trigger: &template::Trigger,
        urls: &BackendUrls,
    ) -> Option<Self> {
        let template::Trigger::Queue {
            queue,
            arn,
            batch_size,
            window,
            maximum_concurrency,
            partial_failures,
        } = trigger
        else {
            return None;
        };
        let instances = pool.definition.concurrency;
        let concurrency = maximum_concurrency
            .map_or(instances, |most| most.min(instances))
            .max(1);
        Some(Self {
            // On AWS the mapping polls with the function's own role, and so it does here.
            queue: Queue::new(
                queue,
                &deployment.account,
                urls,
                &pool.definition.access_key,
            ),
            pool: Arc::clone(pool),
            queue_arn: arn.clone(),
            region: deployment.region.clone(),
            batch_size: usize::try_from(*batch_size).unwrap_or(BATCH_SIZE).max(1),
            window: *window,
            partial_failures: *partial_failures,
            concurrency,
            in_flight: Arc::new(Semaphore::new(concurrency as usize)),
        })
    }

    /// The function's handler.
    pub(crate) fn handler(&self) -> &str {
        &self.pool.definition.handler
    }

    /// Polls until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            // A batch is received only when the function may take it: waiting here costs no message a receive.
            let Ok(place) = Arc::clone(&self.in_flight).acquire_owned().await else {
                return;
            };
            let batch = self.receive_batch().await;
            if batch.is_empty() {
                continue;
            }
            let poller = Arc::clone(&self);
            tokio::spawn(async move {
                poller.handle(batch).await;
                drop(place);
            });
        }
    }

    /// Waits until the batches in flight are done. Nothing more is received meanwhile.
    pub(crate) async fn finish(&self) {
        let _ = self.in_flight.acquire_many(self.concurrency).await;
    }

    /// A full batch, or what came until the window closed.
    async fn receive_batch(&self) -> Vec<Message> {
        let mut batch = self.queue.receive(self.batch_size, LONG_POLL_SECONDS).await;
        let closes = Instant::now() + self.window;
        while !batch.is_empty() && batch.len() < self.batch_size {
            let left = closes.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let wait = i32::try_from(left.as_secs() + 1)
                .unwrap_or(LONG_POLL_SECONDS)
                .min(LONG_POLL_SECONDS);
            let most = self.batch_size - batch.len();
            batch.extend(self.queue.receive(most, wait).await);
        }
        batch
    }

    async fn handle(&self, batch: Vec<Message>) {
        let records: Vec<Value> = batch.iter().map(|message| self.record(message)).collect();
        let event = Bytes::from(json!({ "Records": records }).to_string());
        // A function that gives no answer keeps the whole batch in the queue; the pool has said why.
        let Ok(answer) = self.pool.invoke(event).await else {
            return;
        };
        let ids: Vec<&str> = batch.iter().map(message_id).collect();
        let failed = match self.partial_failures {
            true => failed_items(&answer, &ids),
            false => Ok(Vec::new()),
        };
        match failed {
            Ok(failed) => {
                let places = batch.iter().enumerate();
                let done = places.filter(|(place, _)| !failed.contains(place));
                self.queue.delete(done.map(|(_, message)| message)).await;
            }
            Err(malformed) => {
                let function = self.handler();
                tracing::warn!(function, error = %malformed, "the whole batch stays in the queue");
            }
        }
    }

    fn record(&self, message: &Message) -> Value {
        let attributes = message.attributes().into_iter().flatten();
        let attributes: Map<String, Value> = attributes
            .map(|(name, value)| (name.as_str().to_owned(), value.as_str().into()))
            .collect();
        json!({
            "messageId": message.message_id(),
            "receiptHandle": message.receipt_handle(),
            "body": message.body().unwrap_or_default(),
            "attributes": attributes,
            "messageAttributes": message_attributes(message),
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue_arn,
            "awsRegion": self.region,
        })
    }
}

fn message_id(message: &Message) -> &str {
    message.message_id().unwrap_or_default()
}

fn message_attributes(message: &Message) -> Map<String, Value> {
    use base64::Engine;
    let attributes = message.message_attributes().into_iter().flatten();
    attributes
        .map(|(name, attribute)| {
            let binary = attribute
                .binary_value()
                .map(|value| base64::prelude::BASE64_STANDARD.encode(value.as_ref()));
            let value = json!({
                "stringValue": attribute.string_value(),
                "binaryValue": binary,
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": attribute.data_type(),
            });
            (name.clone(), value)
        })
        .collect()
}
