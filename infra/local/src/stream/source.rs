//! The API of DynamoDB's streams, as one reader of one table's stream calls it.

use std::collections::VecDeque;

use serde_json::{Value, json};
use template::Filters;

use crate::client::http_client;

/// Most records of one call: few enough that the largest items make no answer that does not fit.
const READ: usize = 100;

/// Why a stream gives no records.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing answers, or not in JSON.
    #[error("DynamoDB does not answer")]
    Http(#[from] reqwest::Error),
    /// DynamoDB refuses.
    #[error("{0}")]
    Refused(String),
    /// The table has no stream.
    #[error("the table has no stream; give it a StreamSpecification")]
    NoStream,
}

/// The stream of one table, from a place on.
#[derive(Debug)]
pub(super) struct Source {
    http: reqwest::Client,
    url: String,
    /// DynamoDB believes the id of an access key: it says who reads.
    authorization: String,
    table: String,
    /// What the reader is to have; the rest is passed over.
    filters: Filters,
    iterator: Option<String>,
    /// Read and not yet taken.
    ahead: VecDeque<Value>,
    /// The last record that was read.
    read_to: Option<String>,
    /// How many were passed over since somebody asked.
    passed_over: usize,
    failing: bool,
}

impl Source {
    pub(super) fn new(
        url: &str,
        key_id: &str,
        table: &str,
        filters: &Filters,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: http_client()?,
            url: url.to_owned(),
            authorization: format!(
                "AWS4-HMAC-SHA256 Credential={key_id}/20261124/{}/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
                backends::REGION
            ),
            table: table.to_owned(),
            filters: filters.clone(),
            iterator: None,
            ahead: VecDeque::new(),
            read_to: None,
            passed_over: 0,
            failing: false,
        })
    }

    /// The sequence number of the last record that is there now.
    pub(super) async fn last(&self) -> Result<Option<String>, SourceError> {
        let (_, shard) = self.shard().await?;
        let last = &shard["SequenceNumberRange"]["EndingSequenceNumber"];
        Ok(last.as_str().map(str::to_owned))
    }

    /// Whether records wait that were read.
    pub(super) fn is_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// The next record and its size, if it is no larger than `room` or nothing is.
    pub(super) fn take(&mut self, room: usize) -> Option<(Value, usize)> {
        let record = self.ahead.pop_front()?;
        let size = record.to_string().len();
        if size > room {
            self.ahead.push_front(record);
            return None;
        }
        Some((record, size))
    }

    /// How many records were passed over since the last call, and the last of all that were read: to there everything is done
    /// for a reader that has handled what it took. None while it has yet to take some.
    pub(super) fn passed_over(&mut self) -> Option<(String, usize)> {
        if self.is_ahead() || self.passed_over == 0 {
            return None;
        }
        let read_to = self.read_to.clone()?;
        Some((read_to, std::mem::take(&mut self.passed_over)))
    }

    /// Goes back to where the reader has come to, the next time it reads.
    pub(super) fn forget(&mut self) {
        self.iterator = None;
        self.ahead.clear();
        self.read_to = None;
        self.passed_over = 0;
    }

    /// Reads on, first after the record `reached`; whether there was anything, passed over or not.
    pub(super) async fn read(&mut self, reached: Option<&str>) -> bool {
        match self.try_read(reached).await {
            Ok(records) => {
                self.failing = false;
                records > 0
            }
            Err(error) => {
                if !self.failing {
                    tracing::warn!(table = self.table, %error, "cannot read a stream");
                }
                self.failing = true;
                self.iterator = None;
                false
            }
        }
    }

    async fn try_read(&mut self, reached: Option<&str>) -> Result<usize, SourceError> {
        let iterator = match self.iterator.take() {
            Some(iterator) => iterator,
            // What was taken is not taken again, though it may not be done yet.
            None => {
                self.iterator_after(self.read_to.as_deref().or(reached))
                    .await?
            }
        };
        let request = json!({ "ShardIterator": iterator, "Limit": READ });
        let mut answer = self.call("GetRecords", &request).await?;
        self.iterator = answer["NextShardIterator"].as_str().map(str::to_owned);
        let Value::Array(records) = answer["Records"].take() else {
            return Ok(0);
        };
        let read = records.len();
        if let Some(last) = records.last() {
            self.read_to = Some(sequence_number(last).to_owned());
        }
        let (waiting, filters) = (self.ahead.len(), &self.filters);
        self.ahead
            .extend(records.into_iter().filter(|record| filters.take(record)));
        self.passed_over += read - (self.ahead.len() - waiting);
        Ok(read)
    }

    async fn iterator_after(&self, reached: Option<&str>) -> Result<String, SourceError> {
        let (arn, shard) = self.shard().await?;
        let mut request = json!({ "StreamArn": arn, "ShardId": shard["ShardId"] });
        match reached {
            None => request["ShardIteratorType"] = "TRIM_HORIZON".into(),
            Some(reached) => {
                request["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER".into();
                request["SequenceNumber"] = reached.into();
            }
        }
        let answer = self.call("GetShardIterator", &request).await?;
        let iterator = answer["ShardIterator"].as_str();
        iterator.map(str::to_owned).ok_or(SourceError::NoStream)
    }

    /// The stream's ARN and its shard: a table has one here.
    async fn shard(&self) -> Result<(Value, Value), SourceError> {
        let request = json!({ "TableName": self.table });
        let mut streams = self.call("ListStreams", &request).await?;
        let arn = streams["Streams"][0]["StreamArn"].take();
        if arn.is_null() {
            return Err(SourceError::NoStream);
        }
        let request = json!({ "StreamArn": arn });
        let mut stream = self.call("DescribeStream", &request).await?;
        Ok((arn, stream["StreamDescription"]["Shards"][0].take()))
    }

    async fn call(&self, operation: &str, request: &Value) -> Result<Value, SourceError> {
        let call = self
            .http
            .post(&self.url)
            .header("authorization", &self.authorization)
            .header("x-amz-date", "20261124T000000Z")
            .header(
                "x-amz-target",
                format!("DynamoDBStreams_20120810.{operation}"),
            )
            .header("content-type", "application/x-amz-json-1.0")
            .body(request.to_string());
        let answer = call.send().await?;
        let refused = !answer.status().is_success();
        let answer: Value = answer.json().await?;
        match refused {
            true => Err(SourceError::Refused(answer.to_string())),
            false => Ok(answer),
        }
    }
}

/// A record's place in its stream.
pub(super) fn sequence_number(record: &Value) -> &str {
    let number = &record["dynamodb"]["SequenceNumber"];
    number.as_str().unwrap_or_default()
}
