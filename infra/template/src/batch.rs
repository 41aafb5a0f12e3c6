//! What a function answers to a batch: `{"batchItemFailures": [{"itemIdentifier": "<id>"}]}`. Of a queue the ids are those of
//! messages, of a stream they are sequence numbers.

use serde::Deserialize;
use serde_json::Value;

/// An answer that names nothing of the batch; AWS then takes all of it as failed.
#[derive(Debug, thiserror::Error)]
pub enum MalformedBatchAnswer {
    /// It is no such JSON.
    #[error("the answer to a batch is not JSON of the agreed form")]
    Json(#[from] serde_json::Error),
    /// It names something else.
    #[error("the answer to a batch names {0:?}, which is not in it")]
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

/// Which of a batch failed, by their places in it; `batch` is the ids of what was in it. Empty, `null` and `{}` mean that all
/// succeeded.
///
/// # Errors
/// The answer cannot be read, or names what is not in the batch: then all of it counts as failed.
pub fn failed_items(answer: &[u8], batch: &[&str]) -> Result<Vec<usize>, MalformedBatchAnswer> {
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
    let place_of = |failure: Failure| {
        let place = batch.iter().position(|id| *id == failure.item_identifier);
        place.ok_or(MalformedBatchAnswer::Stranger(failure.item_identifier))
    };
    failures.into_iter().map(place_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: &[&str] = &["a", "b"];

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
                failed_items(answer.as_bytes(), BATCH).unwrap().is_empty(),
                "{answer}"
            );
        }
    }

    #[test]
    fn what_is_named_failed() {
        let answer = br#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#;
        assert_eq!(failed_items(answer, BATCH).unwrap(), [1]);
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
            assert!(failed_items(answer.as_bytes(), BATCH).is_err(), "{answer}");
        }
    }
}
