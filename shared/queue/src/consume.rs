//! Handling messages.

use std::{error::Error, future::Future};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use kernel::causes;
use serde::de::DeserializeOwned;
use tracing::{Instrument, error, info, info_span};

use crate::Trace;

/// Runs every message of a batch through `handle`, side by side, and reports those that failed: they stay in the queue
/// and come again, the others are done.
///
/// A message that cannot be read is a failure like any other, so it ends among the dead letters.
pub async fn consume<M, E, F, Fut>(
    operation: &'static str,
    event: SqsEvent,
    handle: F,
) -> SqsBatchResponse
where
    M: DeserializeOwned,
    E: Error,
    F: Fn(M) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let outcomes = join_all(
        event
            .records
            .into_iter()
            .map(|message| one(operation, message, &handle)),
    )
    .await;
    let mut answer = SqsBatchResponse::default();
    answer.batch_item_failures = outcomes.into_iter().flatten().map(failure).collect();
    answer
}

/// The id of the message when it failed.
async fn one<M, E, F, Fut>(
    operation: &'static str,
    message: SqsMessage,
    handle: &F,
) -> Option<String>
where
    M: DeserializeOwned,
    E: Error,
    F: Fn(M) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let id = message.message_id.unwrap_or_default();
    let parent = message
        .message_attributes
        .get("traceparent")
        .and_then(|attribute| attribute.string_value.as_deref());
    let trace = Trace::continued(parent);
    let span = info_span!("message", operation, message_id = %id, trace_id = %trace.id());
    let work = async {
        let read = serde_json::from_str::<M>(message.body.as_deref().unwrap_or_default());
        let outcome = match read {
            Ok(content) => handle(content).await.map_err(|error| causes(&error)),
            Err(error) => Err(format!("the message cannot be read: {error}")),
        };
        match outcome {
            Ok(()) => {
                info!("handled");
                None
            }
            Err(reason) => {
                error!(reason, "failed; the message stays in its queue");
                Some(id)
            }
        }
    };
    trace.scope(work.instrument(span)).await
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
        let answer = consume(
            "count",
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
