//! Queues that feed functions: what succeeded goes, what failed comes again.

#![allow(clippy::unwrap_used)]

mod harness;
mod probe;

use harness::{ADMINISTRATOR, http_client, until};
use probe::Place;
use serde_json::{Value, json};

#[test]
fn function_process() {
    probe::run_function();
}

/// SQS by its JSON protocol.
async fn sqs(url: &str, action: &str, body: Value) -> Value {
    let request = http_client()
        .post(url)
        .header("authorization", ADMINISTRATOR)
        .header("x-amz-target", format!("AmazonSQS.{action}"))
        .header("content-type", "application/x-amz-json-1.0");
    let response = request.body(body.to_string()).send().await.unwrap();
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{action}: {text}"))
}

async fn send(url: &str, bodies: &[&str]) {
    let queue = format!("{url}/000000000000/mall-do-work");
    let entries: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(id, body)| json!({"Id": id.to_string(), "MessageBody": body}))
        .collect();
    let sent = sqs(
        url,
        "SendMessageBatch",
        json!({"QueueUrl": queue, "Entries": entries}),
    )
    .await;
    assert_eq!(
        sent["Successful"].as_array().map(Vec::len),
        Some(bodies.len()),
        "{sent}"
    );
}

async fn left_in_queue(url: &str) -> u64 {
    let queue = format!("{url}/000000000000/mall-do-work");
    let answer = sqs(
        url,
        "GetQueueAttributes",
        json!({"QueueUrl": queue, "AttributeNames": ["All"]}),
    )
    .await;
    let count = |name: &str| {
        answer["Attributes"][name]
            .as_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible")
}

fn times(journal: &[String], start: &str) -> usize {
    journal
        .iter()
        .filter(|line| line.starts_with(start))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_failed_messages_of_a_batch_come_again() {
    let place = Place::new();
    let mall = place.open().await;
    let url = mall.endpoints().sqs_url.clone();
    send(&url, &["fine 1", "fail once", "fine 2"]).await;
    until("the queue is empty", async || {
        let again = place.journal().iter().any(|line| line == "fail once 2");
        (again && left_in_queue(&url).await == 0).then_some(())
    })
    .await;
    let journal = place.journal();
    assert_eq!(
        (
            times(&journal, "fine 1"),
            times(&journal, "fine 2"),
            times(&journal, "fail once")
        ),
        (1, 1, 2),
        "{journal:?}"
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_answer_keeps_the_whole_batch() {
    let place = Place::new();
    let mall = place.open().await;
    let url = mall.endpoints().sqs_url.clone();
    send(&url, &["fine", "break"]).await;
    until("the queue is empty", async || {
        let again = place.journal().iter().any(|line| line == "break 2");
        (again && left_in_queue(&url).await == 0).then_some(())
    })
    .await;
    let journal = place.journal();
    assert_eq!(
        (times(&journal, "fine"), times(&journal, "break")),
        (2, 2),
        "{journal:?}"
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_waited_while_the_mall_was_away_are_delivered() {
    let place = Place::new();
    let mall = place.open().await;
    let url = mall.endpoints().sqs_url.clone();
    send(&url, &["fail"]).await;
    until("it has failed once", async || {
        (!place.journal().is_empty()).then_some(())
    })
    .await;
    mall.stop().await;
    let before = place.journal().len();
    let mall = place.open().await;
    until("it comes again", async || {
        (place.journal().len() > before).then_some(())
    })
    .await;
    mall.stop().await;
}
