//! What stands behind the wire of one test: the embedded back ends, or a process that somebody else wrote.
//!
//! Whatever a test asserts holds on both; `docs/CONFORMANCE.md` lists where they differ.

mod ministack;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use backends::{AccessKey, Backends, Options, PermissionRecord, Principal, Storage};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use template::Deployment;

pub(crate) use ministack::{Ministack, complete};

use crate::loopback::{Http, http, post};

/// From whose pages a browser may call the mall of a test.
const ORIGIN: &str = "https://mall.example";

/// The back ends of one test.
pub(crate) enum BackEnd {
    /// Ours, in this process.
    Embedded(Backends),
    /// Another process, which all tests share.
    Ministack(Ministack),
}

/// Calls a back end by its JSON protocol, signed with an access key whose secret nobody checks, and returns its answer.
async fn call(http: &Http, url: &str, access_key: &str, target: &str, request: &Value) -> Value {
    let scope = format!("{access_key}/20261124/{}/x/aws4_request", backends::REGION);
    let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    let headers = [
        (header::AUTHORIZATION, signed.as_str()),
        (header::CONTENT_TYPE, "application/x-amz-json-1.0"),
        (HeaderName::from_static("x-amz-date"), "20261124T060000Z"),
        (HeaderName::from_static("x-amz-target"), target),
    ]
    .map(|(name, value)| (name, HeaderValue::from_str(value).unwrap()));
    let body = Bytes::from(request.to_string());
    let (status, answer) = post(http, url, &HeaderMap::from_iter(headers), body)
        .await
        .unwrap_or_else(|error| panic!("nothing answers at {url}: {error}"));
    assert_eq!(status, 200, "{target} {request}: {answer}");
    answer
}

impl BackEnd {
    /// Starts the embedded back ends unless there is an account in ministack, and creates what the deployment declares.
    pub(crate) async fn start(
        ministack: Option<Ministack>,
        root: &Path,
        deployment: &Deployment,
    ) -> Self {
        if let Some(ministack) = ministack {
            ministack.create(deployment).await;
            return Self::Ministack(ministack);
        }
        let backends = Backends::start_with(Storage::Memory, options(root, deployment))
            .await
            .unwrap();
        backends.create(deployment).await.unwrap();
        Self::Embedded(backends)
    }

    /// Where DynamoDB answers.
    pub(crate) fn dynamodb_url(&self) -> String {
        match self {
            Self::Embedded(backends) => backends.dynamodb_url(),
            Self::Ministack(ministack) => ministack.url().to_owned(),
        }
    }

    /// Where SQS answers.
    pub(crate) fn sqs_url(&self) -> String {
        match self {
            Self::Embedded(backends) => backends.sqs_url(),
            Self::Ministack(ministack) => ministack.url().to_owned(),
        }
    }

    /// Where S3 answers.
    pub(crate) fn s3_url(&self) -> String {
        match self {
            Self::Embedded(backends) => backends.s3_url(),
            Self::Ministack(ministack) => ministack.s3_url().to_owned(),
        }
    }

    /// What the stream of a table holds after a sequence number, or all that it holds, read by the holder of `key`, in
    /// order: records as `GetRecords` answers them.
    pub(crate) async fn stream_records(
        &self,
        key: &str,
        table: &str,
        after: Option<&str>,
    ) -> Vec<Value> {
        let (http, url) = (http(), self.dynamodb_url());
        let call = async |operation: &str, request: Value| {
            let target = format!("DynamoDBStreams_20120810.{operation}");
            call(&http, &url, self.access_key(key), &target, &request).await
        };
        let streams = call("ListStreams", json!({ "TableName": table })).await;
        let arn = &streams["Streams"][0]["StreamArn"];
        assert!(arn.is_string(), "the table {table} has no stream");
        let stream = call("DescribeStream", json!({ "StreamArn": arn })).await;
        let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
        let mut from = json!({ "StreamArn": arn, "ShardId": shard });
        match after {
            None => from["ShardIteratorType"] = "TRIM_HORIZON".into(),
            Some(after) => {
                from["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER".into();
                from["SequenceNumber"] = after.into();
            }
        }
        let mut iterator = call("GetShardIterator", from).await["ShardIterator"].take();
        let mut records = Vec::new();
        while iterator.is_string() {
            let mut part = call("GetRecords", json!({ "ShardIterator": iterator })).await;
            match part["Records"].as_array_mut() {
                Some(some) if !some.is_empty() => records.append(some),
                _ => break,
            }
            iterator = part["NextShardIterator"].take();
        }
        records
    }

    /// The secret of the key that the holder of `key` signs with here.
    pub(crate) fn secret<'k>(&'k self, key: &'k str) -> &'k str {
        match self {
            Self::Embedded(_) => key,
            Self::Ministack(_) => ministack::SECRET,
        }
    }

    /// The id of the key that the holder of `key` signs with here.
    pub(crate) fn access_key<'k>(&'k self, key: &'k str) -> &'k str {
        match self {
            Self::Embedded(_) => key,
            Self::Ministack(ministack) => ministack.account(),
        }
    }
}

/// The record of what functions needed and were allowed: one for all tests of a process.
static RECORD: OnceLock<Arc<PermissionRecord>> = OnceLock::new();

/// Back ends that know every function by an access key, id and secret being its handler.
fn options(root: &Path, deployment: &Deployment) -> Options {
    let record = RECORD.get_or_init(|| {
        let file = PermissionRecord::file_of(root);
        Arc::new(PermissionRecord::open(&file).unwrap_or_else(|error| panic!("{error}: {file:?}")))
    });
    let pictures = deployment.pictures_bucket();
    let mut options = Options {
        record: Some(Arc::clone(record)),
        public_buckets: pictures
            .map(|bucket| bucket.name.clone())
            .into_iter()
            .collect(),
        allowed_origins: vec![HeaderValue::from_static(ORIGIN)],
        ..Options::default()
    };
    options.access_keys.extend(deployment.roles().map(|role| {
        let secret = role.function.clone();
        let holder = Principal::Function(role);
        (secret.clone(), AccessKey { secret, holder })
    }));
    options
}
