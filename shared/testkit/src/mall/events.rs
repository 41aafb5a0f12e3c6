//! Events that no client sends: a table's changes, objects, ticks of a clock.

use serde_json::Value;
use template::{
    Filters, Function, ObjectChange, Trigger, failed_items, scheduled_event, stream_event,
};
use time::OffsetDateTime;

use super::Mall;

impl Mall {
    /// Hands an operation what the stream of its table holds and it has not handled yet, oldest first and in batches of the
    /// template's size, up to the first record that fails: that one and all that follow it wait for the next call. Returns how
    /// many were handled.
    pub async fn deliver_stream(&self, operation: &str) -> usize {
        let stream = Stream::of(self.function(operation));
        let mut handled = 0;
        let records = self.undelivered(operation).await;
        for batch in records.chunks(stream.batch_size) {
            let event = stream_event(stream.arn, backends::REGION, batch.to_vec());
            let answer = self.invoke(operation, &event).await;
            let done = stream.done(batch, &answer);
            if let Some(last) = batch[..done].last() {
                let last = last["dynamodb"]["SequenceNumber"].as_str().unwrap();
                let mut reached = self.0.reached.lock().unwrap();
                reached.insert(operation.to_owned(), last.to_owned());
            }
            handled += done;
            if done < batch.len() {
                break;
            }
        }
        handled
    }

    /// Lets an operation meet everything once more that its stream holds, as a stream may: each record comes at least once.
    pub fn rewind_stream(&self, operation: &str) {
        self.0.reached.lock().unwrap().remove(operation);
    }

    /// What the stream of an operation's table holds, the operation's filters take and it has not handled yet, as `GetRecords`
    /// answers it.
    pub async fn undelivered(&self, operation: &str) -> Vec<Value> {
        let function = self.function(operation);
        let stream = Stream::of(function);
        let reached = self.0.reached.lock().unwrap().get(operation).cloned();
        let mut records = self
            .0
            .back_end
            .stream_records(&function.handler, stream.table, reached.as_deref())
            .await;
        records.retain(|record| stream.filters.take(record));
        records
    }

    /// Tells the function that a bucket (`uploads` is `mall-uploads`, whatever follows) triggers of an object that was
    /// written to it; `false` when it failed and the event would come again.
    pub async fn deliver_object(&self, bucket: &str, key: &str, size: u64) -> bool {
        let name = format!("mall-{bucket}");
        let named = |known: &&template::Bucket| {
            let rest = known.name.strip_prefix(&name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let bucket = self.0.deployment.buckets().find(named);
        let bucket = &bucket.unwrap_or_else(|| panic!("no bucket {name}")).name;
        let change = ObjectChange {
            name: "ObjectCreated:Put".to_owned(),
            bucket: bucket.clone(),
            key: key.to_owned(),
            size: Some(size),
            etag: Some("0".repeat(32)),
            sequencer: "0A".to_owned(),
            time: OffsetDateTime::UNIX_EPOCH,
        };
        let takes = |trigger: &Trigger| trigger.takes_object(&change.name, bucket, key);
        let function = self
            .0
            .deployment
            .functions()
            .find(|function| function.triggers.iter().any(takes))
            .unwrap_or_else(|| panic!("no function hears of {key} in {bucket}"));
        let event = change.event(backends::REGION);
        self.try_invoke(&function.handler, &event).await.is_ok()
    }

    /// Lets a schedule tick; `false` when the operation failed and would be tried again.
    pub async fn tick(&self, operation: &str) -> bool {
        let scheduled = |trigger: &Trigger| matches!(trigger, Trigger::Schedule { .. });
        let function = self.function(operation);
        assert!(
            function.triggers.iter().any(scheduled),
            "{operation} has no schedule"
        );
        let account = &self.0.deployment.account;
        let at = OffsetDateTime::UNIX_EPOCH;
        let event = scheduled_event("tick", backends::REGION, account, at);
        self.try_invoke(operation, &event).await.is_ok()
    }

    fn function(&self, operation: &str) -> &Function {
        let function = self.0.deployment.function(operation);
        function.unwrap_or_else(|| panic!("no function {operation}"))
    }
}

/// The stream that triggers a function.
struct Stream<'f> {
    table: &'f str,
    arn: &'f str,
    batch_size: usize,
    filters: &'f Filters,
    partial_failures: bool,
}

impl<'f> Stream<'f> {
    fn of(function: &'f Function) -> Self {
        let stream = function.triggers.iter().find_map(|trigger| match trigger {
            Trigger::Stream {
                table,
                arn,
                batch_size,
                filters,
                partial_failures,
                ..
            } => Some(Self {
                table,
                arn,
                batch_size: *batch_size as usize,
                filters,
                partial_failures: *partial_failures,
            }),
            _ => None,
        });
        stream.unwrap_or_else(|| panic!("{} reads no stream", function.handler))
    }

    /// How many records of a batch stand before the first that failed: none where the answer cannot be read, as on AWS.
    fn done(&self, batch: &[Value], answer: &Value) -> usize {
        if !self.partial_failures {
            return batch.len();
        }
        let numbers = batch
            .iter()
            .map(|record| record["dynamodb"]["SequenceNumber"].as_str());
        let numbers: Vec<&str> = numbers.map(Option::unwrap_or_default).collect();
        match failed_items(answer.to_string().as_bytes(), &numbers) {
            Ok(failed) => failed.into_iter().min().unwrap_or(batch.len()),
            Err(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_before_the_first_failure_is_done_and_nothing_after_an_answer_that_cannot_be_read()
     {
        let filters = Filters::default();
        let stream = |partial_failures| Stream {
            table: "t",
            arn: "arn",
            batch_size: 3,
            filters: &filters,
            partial_failures,
        };
        let batch = ["1", "2", "3"].map(|number| json!({"dynamodb": {"SequenceNumber": number}}));
        let failed = |numbers: &[&str]| {
            let failures = numbers
                .iter()
                .map(|number| json!({"itemIdentifier": number}));
            json!({"batchItemFailures": failures.collect::<Vec<_>>()})
        };
        for (answer, done) in [
            (Value::Null, 3),
            (failed(&[]), 3),
            (failed(&["3"]), 2),
            (failed(&["3", "2"]), 1),
            (failed(&["4"]), 0),
            (failed(&[""]), 0),
            (json!({"batchItemFailures": [{"id": "3"}]}), 0),
            (json!("done"), 0),
        ] {
            assert_eq!(stream(true).done(&batch, &answer), done, "{answer}");
        }
        assert_eq!(stream(false).done(&batch, &failed(&["1"])), 3);
    }
}
