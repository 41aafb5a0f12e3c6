//! What a function answers to a batch of messages: `{"batchItemFailures": [{"itemIdentifier": "<message id>"}]}`.

use aws_sdk_sqs::types::Message;
use serde::Deserialize;
use serde_json::Value;

use crate::poller::message_id;

/// An answer that names no messages of the batch; AWS then takes every message as failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MalformedBatchAnswer {
    #[error("the answer to a batch is not JSON of the agreed form")]
    Json(#[from] serde_json::Error),
    #[error("the answer to a batch names the message {0:?}, which is not in it")]
    Stranger(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    batch_item_failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// The ids of the messages that failed. Empty, `null` and `{}` mean that all succeeded.
pub(crate) fn failed_messages<'a>(
    answer: &[u8],
    batch: &'a [Message],
) -> Result<Vec<&'a str>, MalformedBatchAnswer> {
    if answer.is_empty() {
        return Ok(Vec::new());
    }
    // `null` is an answer too: that of a function that returns nothing.
    let answer: Option<BatchAnswer> = match serde_json::from_slice(answer)? {
        Value::String(text) if text.is_empty() => None,
        value => serde_json::from_value(value)?,
    };
    let failures = answer
        .and_then(|answer| answer.batch_item_failures)
        .unwrap_or_default();
    let id_of = |failure: Failure| {
        let message = batch
            .iter()
            .map(message_id)
            .find(|id| *id == failure.item_identifier);
        message.ok_or(MalformedBatchAnswer::Stranger(failure.item_identifier))
    };
    failures.into_iter().map(id_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Vec<Message> {
        ["a", "b"]
            .into_iter()
            .map(|id| Message::builder().message_id(id).build())
            .collect()
    }

    #[test]
    fn nothing_named_means_everything_succeeded() {
        let answers = [
            "",
            "null",
            "\"\"",
            "{}",
            r#"{"batchItemFailures":null}"#,
            r#"{"batchItemFailures":[]}"#,
        ];
        for answer in answers {
            assert!(
                failed_messages(answer.as_bytes(), &batch())
                    .unwrap()
                    .is_empty(),
                "{answer}"
            );
        }
    }

    #[test]
    fn what_is_named_failed() {
        let answer = br#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#;
        assert_eq!(failed_messages(answer, &batch()).unwrap(), ["b"]);
    }

    #[test]
    fn an_answer_that_cannot_be_read_fails_the_whole_batch() {
        let answers = [
            "ok",
            "[1]",
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"stranger"}]}"#,
        ];
        for answer in answers {
            assert!(
                failed_messages(answer.as_bytes(), &batch()).is_err(),
                "{answer}"
            );
        }
    }
}
