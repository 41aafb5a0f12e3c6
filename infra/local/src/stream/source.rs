//! The API of DynamoDB's streams, as one reader of one table's stream calls it.

use std::collections::VecDeque;

use serde_json::{Value, json};

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
    iterator: Option<String>,
    /// Read and not yet taken.
    ahead: VecDeque<Value>,
    failing: bool,
}

impl Source {
    pub(super) fn new(url: &str, key_id: &str, table: &str) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: http_client()?,
            url: url.to_owned(),
            authorization: format!(
                "AWS4-HMAC-SHA256 Credential={key_id}/20261124/{}/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
                backends::REGION
            ),
            table: table.to_owned(),
            iterator: None,
            ahead: VecDeque::new(),
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

    /// Goes back to where the reader has come to, the next time it reads.
    pub(super) fn forget(&mut self) {
        self.iterator = None;
        self.ahead.clear();
    }

    /// Reads on, first after the record `reached`; whether there was anything.
    pub(super) async fn read(&mut self, reached: Option<&str>) -> bool {
        match self.try_read(reached).await {
            Ok(()) => {
                self.failing = false;
                self.is_ahead()
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

    async fn try_read(&mut self, reached: Option<&str>) -> Result<(), SourceError> {
        let iterator = match self.iterator.take() {
            Some(iterator) => iterator,
            None => self.iterator_after(reached).await?,
        };
        let request = json!({ "ShardIterator": iterator, "Limit": READ });
        let mut answer = self.call("GetRecords", &request).await?;
        if let Some(records) = answer["Records"].as_array_mut() {
            self.ahead.extend(records.drain(..));
        }
        self.iterator = answer["NextShardIterator"].as_str().map(str::to_owned);
        Ok(())
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
