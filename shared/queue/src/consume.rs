//! Handling messages.

use std::{
    error::Error,
    future::Future,
    time::{Duration, Instant},
};

use aws::{Batch, Handled, Meter};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use kernel::causes;
use serde::de::DeserializeOwned;
use tracing::{Instrument, error, info_span};

use crate::Trace;

/// What handles messages: an operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Consumer {
    /// The service, such as `order`.
    pub service: &'static str,
    /// The operation, such as `close-order`.
    pub operation: &'static str,
}

/// Runs every message of a batch through `handle`, side by side, and reports those that failed: they stay in the queue
/// and come again, the others are done. Each leaves its own line in the log, with what it used.
///
/// A message that cannot be read is a failure like any other, so it ends among the dead letters.
pub async fn consume<M, E, F, Fut>(
    consumer: Consumer,
    event: SqsEvent,
    handle: F,
) -> SqsBatchResponse
where
    M: DeserializeOwned,
    E: Error,
    F: Fn(M) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let started = Instant::now();
    let messages = event.records.into_iter();
    let done = join_all(messages.map(|message| one(consumer, message, &handle))).await;
    let batch = Batch {
        messages: done.len(),
        took: started.elapsed(),
    };
    for done in &done {
        done.log(consumer, batch);
    }
    let mut answer = SqsBatchResponse::default();
    let failed = done.into_iter().filter(|done| done.failed);
    answer.batch_item_failures = failed.map(|done| failure(done.id)).collect();
    answer
}

/// A message that was handled.
struct Done {
    id: String,
    trace_id: String,
    failed: bool,
    bytes: usize,
    took: Duration,
    meter: Meter,
}

impl Done {
    /// Only when the whole batch is done: what an invocation costs is shared by all messages in it.
    fn log(&self, consumer: Consumer, batch: Batch) {
        let handled = Handled {
            service: consumer.service,
            operation: consumer.operation,
            trace_id: &self.trace_id,
            message_id: Some(&self.id),
            failed: self.failed,
            took: self.took,
            batch: Some(batch),
            bytes_in: self.bytes,
            ..Handled::default()
        };
        handled.log(&self.meter);
    }
}

async fn one<M, E, F, Fut>(consumer: Consumer, message: SqsMessage, handle: &F) -> Done
where
    M: DeserializeOwned,
    E: Error,
    F: Fn(M) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let (started, meter) = (Instant::now(), Meter::default());
    let id = message.message_id.unwrap_or_default();
    let body = message.body.unwrap_or_default();
    let parent = message
        .message_attributes
        .get("traceparent")
        .and_then(|attribute| attribute.string_value.as_deref());
    let trace = Trace::continued(parent);
    let trace_id = trace.id();
    let operation = consumer.operation;
    let span = info_span!("message", operation, message_id = %id, trace_id);
    let work = async {
        let outcome = match serde_json::from_str::<M>(&body) {
            Ok(content) => handle(content).await.map_err(|error| causes(&error)),
            Err(error) => Err(format!("the message cannot be read: {error}")),
        };
        if let Err(reason) = &outcome {
            error!(reason, "failed; the message stays in its queue");
        }
        outcome.is_err()
    };
    let failed = meter.scope(trace.scope(work.instrument(span))).await;
    Done {
        id,
        trace_id,
        failed,
        bytes: body.len(),
        took: started.elapsed(),
        meter,
    }
}

fn failure(id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bodies: &[&str]) -> SqsEvent {
        let mut event = SqsEvent::default();
        event.records = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| {
                let mut message = SqsMessage::default();
                message.message_id = Some(index.to_string());
                message.body = Some((*body).to_owned());
                message
            })
            .collect();
        event
    }

    #[tokio::test]
    async fn only_the_messages_that_failed_come_again() {
        let consumer = Consumer {
            service: "numbers",
            operation: "count",
        };
        let answer = consume(
            consumer,
            batch(&["1", "0", "noise", "2"]),
            |number: u32| async move {
                if number == 0 {
                    Err(std::fmt::Error)
                } else {
                    Ok(())
                }
            },
        )
        .await;
        let failed: Vec<_> = answer
            .batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
            .collect();
        assert_eq!(failed, ["1", "2"]);
    }
}
