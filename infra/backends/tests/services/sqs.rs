//! What the mall asks of SQS.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use backends::Backends;

use crate::clients;

/// The URL that a template makes: its host means nothing here, its last part does.
pub(crate) fn url(queue: &str) -> String {
    format!("https://sqs.us-east-1.amazonaws.com/000000000000/{queue}")
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The queue `mall-close-order` with dead letters after `max_receives`.
pub(crate) async fn create_queues(backends: &Backends, max_receives: u32) {
    let policy = format!(
        r#"{{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:mall-dead","maxReceiveCount":{max_receives}}}"#
    );
    backends
        .create_queue("mall-dead", &attributes(&[]))
        .await
        .expect("the dead letters");
    let attributes = attributes(&[("VisibilityTimeout", "60"), ("RedrivePolicy", &policy)]);
    backends
        .create_queue("mall-close-order", &attributes)
        .await
        .expect("the queue");
}

pub(crate) async fn send(client: &Client, body: &str) {
    client
        .send_message()
        .queue_url(url("mall-close-order"))
        .message_body(body)
        .send()
        .await
        .expect("it is sent");
}

/// What is there now, up to ten messages, each invisible for `visibility` seconds.
pub(crate) async fn receive(client: &Client, queue: &str, visibility: i32) -> Vec<Message> {
    let request = client
        .receive_message()
        .queue_url(url(queue))
        .max_number_of_messages(10)
        .visibility_timeout(visibility);
    let request = request
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All");
    request
        .send()
        .await
        .expect("it answers")
        .messages
        .unwrap_or_default()
}

pub(crate) fn bodies(messages: &[Message]) -> Vec<&str> {
    let mut bodies: Vec<&str> = messages.iter().filter_map(Message::body).collect();
    bodies.sort_unstable();
    bodies
}

/// Visible, in flight, delayed.
pub(crate) async fn counts(client: &Client, queue: &str) -> [String; 3] {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let request = client
        .get_queue_attributes()
        .queue_url(url(queue))
        .attribute_names(QueueAttributeName::All);
    let attributes = request
        .send()
        .await
        .expect("it answers")
        .attributes
        .unwrap_or_default();
    names.map(|name| attributes.get(&name).cloned().unwrap_or_default())
}

async fn started(max_receives: u32) -> (Backends, Client) {
    let backends = clients::in_memory().await;
    create_queues(&backends, max_receives).await;
    let client = clients::sqs(&backends.sqs_url());
    (backends, client)
}

#[tokio::test]
async fn a_message_is_received_with_its_attributes_and_deleted() {
    let (_backends, client) = started(5).await;
    let trace = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("00-4bf9-00f0-01")
        .build()
        .expect("an attribute");
    let request = client
        .send_message()
        .queue_url(url("mall-close-order"))
        .message_body("一号订单");
    request
        .message_attributes("traceparent", trace)
        .send()
        .await
        .expect("it is sent");

    let received = receive(&client, "mall-close-order", 60).await;
    assert_eq!(bodies(&received), ["一号订单"]);
    let trace = received[0]
        .message_attributes()
        .and_then(|attributes| attributes.get("traceparent"));
    assert_eq!(
        trace.and_then(|trace| trace.string_value()),
        Some("00-4bf9-00f0-01")
    );
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "1", "0"]);

    let handle = received[0].receipt_handle().unwrap_or_default();
    client
        .delete_message()
        .queue_url(url("mall-close-order"))
        .receipt_handle(handle)
        .send()
        .await
        .expect("it is deleted");
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_delayed_message_is_not_seen_before_its_time() {
    let (_backends, client) = started(5).await;
    let request = client
        .send_message()
        .queue_url(url("mall-close-order"))
        .message_body("later");
    request.delay_seconds(1).send().await.expect("it is sent");
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "1"]);
    assert!(receive(&client, "mall-close-order", 60).await.is_empty());

    let poll = client
        .receive_message()
        .queue_url(url("mall-close-order"))
        .wait_time_seconds(20);
    let received = poll
        .send()
        .await
        .expect("it answers")
        .messages
        .unwrap_or_default();
    assert_eq!(bodies(&received), ["later"]);
}

#[tokio::test]
async fn a_long_poll_gets_what_is_sent_while_it_waits() {
    let (_backends, client) = started(5).await;
    let poll = client
        .receive_message()
        .queue_url(url("mall-close-order"))
        .wait_time_seconds(20)
        .send();
    let (received, ()) = tokio::join!(poll, send(&client, "now"));
    assert_eq!(
        bodies(&received.expect("it answers").messages.unwrap_or_default()),
        ["now"]
    );
}

#[tokio::test]
async fn a_message_is_invisible_until_its_timeout_is_over_and_then_comes_again() {
    let (_backends, client) = started(5).await;
    send(&client, "again").await;
    let first = receive(&client, "mall-close-order", 60).await;
    assert!(receive(&client, "mall-close-order", 60).await.is_empty());

    let handle = first[0].receipt_handle().unwrap_or_default();
    let request = client
        .change_message_visibility()
        .queue_url(url("mall-close-order"))
        .receipt_handle(handle);
    request
        .visibility_timeout(0)
        .send()
        .await
        .expect("it is given back");
    let second = receive(&client, "mall-close-order", 60).await;
    let count = second[0].attributes().and_then(|attributes| {
        attributes.get(&MessageSystemAttributeName::ApproximateReceiveCount)
    });
    assert_eq!(
        (bodies(&second), count.map(String::as_str)),
        (vec!["again"], Some("2"))
    );
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letters() {
    let (_backends, client) = started(2).await;
    send(&client, "poison").await;
    for _ in 0..2 {
        assert_eq!(
            bodies(&receive(&client, "mall-close-order", 0).await),
            ["poison"]
        );
    }
    assert!(receive(&client, "mall-close-order", 0).await.is_empty());

    let poll = client
        .receive_message()
        .queue_url(url("mall-dead"))
        .wait_time_seconds(20);
    let dead = poll
        .send()
        .await
        .expect("it answers")
        .messages
        .unwrap_or_default();
    assert_eq!(bodies(&dead), ["poison"]);
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_batch_is_sent_and_deleted_entry_by_entry() {
    let (_backends, client) = started(5).await;
    let entry = |id: &str, delay| {
        SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(id)
            .delay_seconds(delay)
            .build()
            .expect("an entry")
    };
    let batch = client
        .send_message_batch()
        .queue_url(url("mall-close-order"));
    let sent = batch
        .entries(entry("a", 0))
        .entries(entry("b", 0))
        .entries(entry("c", 901))
        .send()
        .await
        .expect("it answers");
    assert_eq!(sent.successful().len(), 2);
    assert_eq!(
        (sent.failed()[0].id(), sent.failed()[0].sender_fault()),
        ("c", true)
    );

    let received = receive(&client, "mall-close-order", 60).await;
    assert_eq!(bodies(&received), ["a", "b"]);
    let mut batch = client
        .delete_message_batch()
        .queue_url(url("mall-close-order"));
    for (index, message) in received.iter().enumerate() {
        let entry = DeleteMessageBatchRequestEntry::builder()
            .id(index.to_string())
            .set_receipt_handle(message.receipt_handle.clone());
        batch = batch.entries(entry.build().expect("an entry"));
    }
    assert_eq!(
        batch.send().await.expect("it answers").successful().len(),
        2
    );
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_delay_of_more_than_fifteen_minutes_is_refused() {
    let (_backends, client) = started(5).await;
    let request = client
        .send_message()
        .queue_url(url("mall-close-order"))
        .message_body("x")
        .delay_seconds(901);
    let error = request
        .send()
        .await
        .expect_err("SQS refuses it")
        .into_service_error();
    assert_eq!(error.meta().code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn a_queue_that_does_not_exist_is_named_as_such() {
    let (_backends, client) = started(5).await;
    let request = client
        .send_message()
        .queue_url(url("mall-unknown"))
        .message_body("x");
    let error = request
        .send()
        .await
        .expect_err("there is none")
        .into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
}

#[tokio::test]
async fn a_fifo_queue_is_refused() {
    let backends = clients::in_memory().await;
    let error = backends
        .create_queue("mall-x.fifo", &attributes(&[]))
        .await
        .expect_err("none is supported");
    assert!(
        matches!(error, backends::BackendError::Queue { .. }),
        "{error:?}"
    );
}
