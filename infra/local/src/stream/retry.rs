//! What becomes of records that a function did not handle: Lambda's rules.
//!
//! - A function that says which records failed keeps what stands before the first of them. That one and all that follow it come
//!   again, as a batch of their own with retries of its own.
//! - A batch of which nothing was handled is halved, if the template says so, and its halves come again one after the other, as
//!   often as it takes to find the record; that is no retry.
//! - Otherwise it comes again as it is, until its retries are used up. Then it is given up: the queue for failures is told
//!   which records it was, and the stream goes on.

use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::source::sequence_number;
use crate::queue;

/// Before the first retry; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a template says of failures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retries {
    /// How often a batch comes again; without an end when there is none.
    pub(super) maximum: Option<u32>,
    pub(super) bisect: bool,
    pub(super) partial_failures: bool,
}

/// Records that are tried together.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) records: Vec<Value>,
    /// How often they were tried again as they are.
    pub(super) tries: u32,
}

/// What happens to a part that was tried.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// All of it is done.
    Done,
    /// What stands before this place is done, the rest comes again.
    Rest(usize),
    /// It comes again in two halves.
    Halves,
    /// It comes again after a pause, having been tried again so often.
    Wait(u32),
    /// Nobody will handle it.
    GiveUp,
}

impl Retries {
    /// The record at `place` failed; those before it are done.
    pub(super) fn after_failure(&self, part: &Part, place: usize) -> Next {
        if place > 0 {
            return Next::Rest(place);
        }
        if self.bisect && part.records.len() > 1 {
            return Next::Halves;
        }
        match self.maximum {
            Some(maximum) if part.tries >= maximum => Next::GiveUp,
            _ => Next::Wait(part.tries.saturating_add(1)),
        }
    }
}

impl Part {
    pub(super) fn of(records: Vec<Value>) -> Self {
        Self { records, tries: 0 }
    }

    /// What stands from this place on.
    pub(super) fn from(mut self, place: usize) -> Self {
        Self::of(self.records.split_off(place))
    }

    /// Both halves, the second first: of a stack the last is tried next.
    pub(super) fn halves(mut self) -> [Self; 2] {
        let second = self.records.split_off(self.records.len() / 2);
        [Self::of(second), Self::of(self.records)]
    }
}

/// How long to wait before a part is tried again for the time that `tries` says.
pub(super) fn pause(tries: u32) -> Duration {
    let doubled = FIRST_PAUSE.checked_mul(1 << tries.saturating_sub(1).min(10));
    doubled.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

/// What Lambda tells of records that it gives up: where they are in the stream, not what they say.
pub(super) fn given_up(part: &Part, function_arn: &str, stream_arn: &str) -> Value {
    let ends = [part.records.first(), part.records.last()];
    let [first, last] = ends.map(|record| record.map_or("", sequence_number));
    let [arrived_first, arrived_last] = ends.map(|record| record.and_then(arrival));
    let tries = part.tries.saturating_add(1);
    let mut told = queue::given_up(function_arn, "RetryAttemptsExhausted", tries);
    told["DDBStreamBatchInfo"] = json!({
        "shardId": "shardId-00000001",
        "startSequenceNumber": first,
        "endSequenceNumber": last,
        "approximateArrivalOfFirstRecord": arrived_first,
        "approximateArrivalOfLastRecord": arrived_last,
        "batchSize": part.records.len(),
        "streamArn": stream_arn,
    });
    told
}

fn arrival(record: &Value) -> Option<String> {
    let created = &record["dynamodb"]["ApproximateCreationDateTime"];
    // Whole seconds, which the engine writes as a decimal number.
    let seconds: i64 = created.to_string().split('.').next()?.parse().ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok().map(text)
}

fn text(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(length: usize, tries: u32) -> Part {
        Part {
            records: vec![Value::Null; length],
            tries,
        }
    }

    #[test]
    fn what_stands_before_the_first_failure_is_done() {
        for bisect in [true, false] {
            let retries = Retries {
                maximum: Some(0),
                bisect,
                partial_failures: true,
            };
            assert_eq!(retries.after_failure(&part(3, 0), 2), Next::Rest(2));
        }
        assert_eq!(part(3, 5).from(2).records.len(), 1);
        assert_eq!(part(3, 5).from(2).tries, 0);
    }

    #[test]
    fn halving_finds_the_one_record_and_is_no_retry() {
        let retries = Retries {
            maximum: Some(2),
            bisect: true,
            partial_failures: true,
        };
        assert_eq!(retries.after_failure(&part(5, 0), 0), Next::Halves);
        let [second, first] = part(5, 0).halves();
        assert_eq!((first.records.len(), second.records.len()), (2, 3));
        assert_eq!(retries.after_failure(&part(1, 0), 0), Next::Wait(1));
        assert_eq!(retries.after_failure(&part(1, 1), 0), Next::Wait(2));
        assert_eq!(retries.after_failure(&part(1, 2), 0), Next::GiveUp);
    }

    #[test]
    fn without_a_limit_a_batch_comes_again_for_ever_and_ever_more_slowly() {
        let retries = Retries {
            maximum: None,
            bisect: false,
            partial_failures: false,
        };
        assert_eq!(
            retries.after_failure(&part(9, u32::MAX), 0),
            Next::Wait(u32::MAX)
        );
        assert_eq!(pause(1), FIRST_PAUSE);
        assert_eq!(pause(3), FIRST_PAUSE * 4);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn what_is_given_up_can_be_found_in_the_stream() {
        let record = |number: &str| json!({ "dynamodb": { "SequenceNumber": number, "ApproximateCreationDateTime": 1_795_500_000.0 } });
        let told = given_up(
            &Part {
                records: vec![record("1"), record("2")],
                tries: 3,
            },
            "arn:f",
            "arn:s",
        );
        let batch = &told["DDBStreamBatchInfo"];
        assert_eq!(batch["startSequenceNumber"], "1");
        assert_eq!(batch["endSequenceNumber"], "2");
        assert_eq!(
            batch["approximateArrivalOfFirstRecord"],
            "2026-11-24T06:00:00Z"
        );
        assert_eq!(told["requestContext"]["approximateInvokeCount"], 4);
    }
}
