//! What a table's stream holds, and how little of it stays.

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use backends::{Backends, Options};
use serde_json::{Value, json};

use crate::clients;
use crate::s3::browser;

const TABLE: &str = "mall-items";

fn declared(stream: bool) -> Value {
    let mut table = json!({
        "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    });
    if stream {
        table["StreamSpecification"] =
            json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"});
    }
    table
}

async fn write(backends: &Backends, items: usize) {
    let client = clients::dynamodb(&backends.dynamodb_url());
    for part in 0..items / 25 {
        let put = |index: usize| {
            let key = AttributeValue::S(format!("{part}-{index}"));
            let put = PutRequest::builder()
                .item("pk", key)
                .build()
                .expect("whole");
            WriteRequest::builder().put_request(put).build()
        };
        let requests: Vec<_> = (0..25).map(put).collect();
        let write = client.batch_write_item().request_items(TABLE, requests);
        write.send().await.expect("it is written");
    }
}

/// A call of the API of streams, by the holder of a key: the status, and what is told.
pub(crate) async fn call(
    backends: &Backends,
    key: &str,
    operation: &str,
    body: Value,
) -> (u16, Value) {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={key}/20261124/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
    );
    let request = browser()
        .post(backends.dynamodb_url())
        .header("authorization", authorization)
        .header("x-amz-date", "20261124T000000Z")
        .header(
            "x-amz-target",
            format!("DynamoDBStreams_20120810.{operation}"),
        )
        .body(body.to_string());
    let answer = request.send().await.expect("it answers");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a body");
    (status, serde_json::from_slice(&body).expect("JSON"))
}

/// Sequence numbers of what the stream holds, oldest first.
async fn numbers(backends: &Backends) -> Vec<String> {
    let call = async |operation: &str, body: Value| {
        let (status, answer) = call(backends, Options::ACCESS_KEY, operation, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let streams = call("ListStreams", json!({"TableName": TABLE})).await;
    let arn = &streams["Streams"][0]["StreamArn"];
    let stream = call("DescribeStream", json!({"StreamArn": arn})).await;
    let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let from = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let mut iterator = call("GetShardIterator", from).await["ShardIterator"].take();
    let mut numbers = Vec::new();
    loop {
        let mut part = call("GetRecords", json!({"ShardIterator": iterator})).await;
        let records = part["Records"].as_array().expect("records");
        if records.is_empty() {
            return numbers;
        }
        let number = |record: &Value| {
            record["dynamodb"]["SequenceNumber"]
                .as_str()
                .map(str::to_owned)
        };
        numbers.extend(records.iter().filter_map(number));
        iterator = part["NextShardIterator"].take();
    }
}

#[tokio::test]
async fn of_what_was_read_a_thousand_records_stay_and_of_what_was_not_all_do() {
    let directory = tempfile::tempdir().expect("a directory");
    let backends = clients::on(directory.path()).await;
    backends
        .create_table(&declared(true), None)
        .expect("the table");
    write(&backends, 1_500).await;
    let streams = backends.streams();
    let all = numbers(&backends).await;
    assert_eq!(
        (all.len(), streams.len(TABLE).expect("it counts")),
        (1_500, 1_500)
    );

    // A reader has had 100: nothing is too much yet.
    assert_eq!(streams.trim(TABLE, Some(&all[99])).expect("it trims"), 0);
    // It has had 1,200.
    assert_eq!(
        streams.trim(TABLE, Some(&all[1_199])).expect("it trims"),
        200
    );
    assert_eq!(numbers(&backends).await, all[200..]);
    // Nobody reads.
    assert_eq!(streams.trim(TABLE, None).expect("it trims"), 300);
    assert_eq!(numbers(&backends).await, all[500..]);
    assert_eq!(streams.trim("mall-other", None).expect("it trims"), 0);

    write(&backends, 25).await;
    let after = numbers(&backends).await;
    assert_eq!(after.len(), 1_025);
    assert!(after.is_sorted() && after[1_000] > all[1_499]);
}

#[tokio::test]
async fn a_table_that_is_declared_with_a_stream_later_gets_it_and_keeps_its_items() {
    let directory = tempfile::tempdir().expect("a directory");
    let backends = clients::on(directory.path()).await;
    backends
        .create_table(&declared(false), None)
        .expect("the table");
    write(&backends, 25).await;
    for _ in 0..2 {
        backends
            .create_table(&declared(true), None)
            .expect("the same table");
    }
    assert!(numbers(&backends).await.is_empty());
    write(&backends, 50).await;
    assert_eq!(numbers(&backends).await.len(), 50);
}
