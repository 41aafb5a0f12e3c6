//! Handling the messages of a queue.

use std::{error::Error, future::Future, time::Instant};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use kernel::causes;
use serde::de::DeserializeOwned;

use crate::{Consumer, Done, Work, WorkId};

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
    Done::log_all(&done, consumer, started.elapsed());
    let mut answer = SqsBatchResponse::default();
    let failed = done.into_iter().filter(|done| done.failed);
    answer.batch_item_failures = failed.map(|done| failure(done.id)).collect();
    answer
}

async fn one<M, E, F, Fut>(consumer: Consumer, message: SqsMessage, handle: &F) -> Done
where
    M: DeserializeOwned,
    E: Error,
    F: Fn(M) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let body = message.body.unwrap_or_default();
    let parent = message
        .message_attributes
        .get("traceparent")
        .and_then(|attribute| attribute.string_value.as_deref());
    let work = Work {
        id: WorkId::Message(message.message_id.unwrap_or_default()),
        parent,
        bytes: body.len(),
    };
    let handled = async {
        match serde_json::from_str::<M>(&body) {
            Ok(content) => handle(content).await.map_err(|error| causes(&error)),
            Err(error) => Err(format!("the message cannot be read: {error}")),
        }
    };
    work.run(consumer, handled).await
}

fn failure(id: WorkId) -> BatchItemFailure {
    let (WorkId::Message(id) | WorkId::Event(id)) = id;
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
