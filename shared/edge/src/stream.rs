//! Changes of a table, as its stream tells them.

use std::{future::Future, time::Instant};

use dynamo::{Item, Key};
use kernel::causes;
use queue::{Consumer, Done, Work, WorkId};
use serde::{Deserialize, Serialize};

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Change {
    /// There was none, and now there is.
    Insert,
    /// It became another.
    Modify,
    /// It is gone, by a delete or by its time to live.
    Remove,
}

/// One change of one item. Changes of one item come in the order in which they were made; each comes at least once.
#[derive(Debug, Clone)]
pub struct StreamRecord {
    /// What happened.
    pub change: Change,
    /// The item's key.
    pub key: Key,
    /// The item before, where there was one and the stream's view holds it.
    pub old: Option<Item>,
    /// The item after, where there is one and the stream's view holds it.
    pub new: Option<Item>,
    /// Its place in the stream: later changes have higher numbers, and a change that comes again has the same.
    pub sequence_number: String,
}

/// The event that Lambda makes of a stream's records.
#[derive(Debug, Deserialize)]
pub(crate) struct StreamEvent {
    #[serde(rename = "Records")]
    records: Vec<EventRecord>,
}

#[derive(Debug, Deserialize)]
struct EventRecord {
    #[serde(rename = "eventID", default)]
    id: String,
    #[serde(rename = "eventName")]
    change: Change,
    dynamodb: Changed,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Changed {
    keys: Item,
    #[serde(default)]
    old_image: Option<Item>,
    #[serde(default)]
    new_image: Option<Item>,
    sequence_number: String,
    #[serde(default)]
    size_bytes: usize,
}

/// Which records have to come again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    batch_item_failures: Vec<FailedRecord>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct FailedRecord {
    item_identifier: String,
}

/// Runs the records through `handle`, one after the other, up to the first that fails. Lambda brings that one and all that
/// follow it again, so that an item's changes keep their order and none is left out.
pub(crate) async fn consume<E, F, Fut>(
    consumer: Consumer,
    event: StreamEvent,
    handle: F,
) -> StreamAnswer
where
    E: std::error::Error,
    F: Fn(StreamRecord) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let started = Instant::now();
    let mut tried: Vec<Done> = Vec::new();
    let mut answer = StreamAnswer::default();
    for record in event.records {
        let sequence_number = record.dynamodb.sequence_number.clone();
        let done = one(consumer, record, &handle).await;
        let failed = done.failed;
        tried.push(done);
        if failed {
            answer.batch_item_failures.push(FailedRecord {
                item_identifier: sequence_number,
            });
            break;
        }
    }
    Done::log_all(&tried, consumer, started.elapsed());
    answer
}

async fn one<E, F, Fut>(consumer: Consumer, record: EventRecord, handle: &F) -> Done
where
    E: std::error::Error,
    F: Fn(StreamRecord) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let work = Work {
        id: WorkId::Event(record.id.clone()),
        parent: None,
        bytes: record.dynamodb.size_bytes,
    };
    let handling = async {
        let record = record.read().map_err(|error| causes(&error))?;
        handle(record).await.map_err(|error| causes(&error))
    };
    work.run(consumer, handling).await
}

impl EventRecord {
    fn read(self) -> Result<StreamRecord, dynamo::DynamoError> {
        Ok(StreamRecord {
            change: self.change,
            key: self.dynamodb.keys.key()?,
            old: self.dynamodb.old_image,
            new: self.dynamodb.new_image,
            sequence_number: self.dynamodb.sequence_number,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;

    const CONSUMER: Consumer = Consumer {
        service: "catalog",
        operation: "watch-categories",
    };

    #[derive(Deserialize)]
    struct Counted {
        count: u32,
    }

    fn event(counts: &[i32]) -> StreamEvent {
        let records: Vec<_> = counts
            .iter()
            .enumerate()
            .map(|(at, count)| {
                json!({ "eventID": format!("e{at}"), "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": {
                    "Keys": { "pk": { "S": "a" }, "sk": { "S": "b" } },
                    "NewImage": { "pk": { "S": "a" }, "sk": { "S": "b" }, "count": { "N": count.to_string() } },
                    "SequenceNumber": format!("10000000000000000000{at}"), "SizeBytes": 20, "StreamViewType": "NEW_AND_OLD_IMAGES",
                } })
            })
            .collect();
        serde_json::from_value(json!({ "Records": records })).unwrap()
    }

    #[tokio::test]
    async fn the_first_record_that_fails_comes_again_with_all_that_follow_it() {
        let seen = Mutex::new(Vec::new());
        let handle = |record: StreamRecord| {
            let counted = record.new.unwrap().read::<Counted>();
            let seen = &seen;
            async move {
                let count = counted?.count;
                seen.lock().unwrap().push(count);
                Ok::<_, dynamo::DynamoError>(())
            }
        };
        let answer = consume(CONSUMER, event(&[1, 2, -3, 4]), handle).await;
        let expected =
            json!({ "batchItemFailures": [{ "itemIdentifier": "100000000000000000002" }] });
        assert_eq!(serde_json::to_value(&answer).unwrap(), expected);
        assert_eq!(*seen.lock().unwrap(), [1, 2]);
        let answer = consume(CONSUMER, event(&[3, 4]), handle).await;
        assert_eq!(
            serde_json::to_value(&answer).unwrap(),
            json!({ "batchItemFailures": [] })
        );
        assert_eq!(*seen.lock().unwrap(), [1, 2, 3, 4]);
    }
}
