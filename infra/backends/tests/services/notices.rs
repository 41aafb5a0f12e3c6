//! What S3 tells of its objects.

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use backends::{Backends, Options};
use serde_json::Value;
use template::Trigger;

use crate::clients;
use crate::s3::post_form;

const BUCKET: &str = "mall-private";
const QUEUE: &str = "mall-hear";

async fn heard(events: &[&str], prefix: Option<&str>, suffix: Option<&str>) -> Backends {
    let backends = clients::in_memory().await;
    backends.create_bucket(BUCKET).expect("the bucket");
    backends
        .create_queue(QUEUE, &Default::default())
        .await
        .expect("the queue");
    let trigger = Trigger::Bucket {
        bucket: BUCKET.to_owned(),
        events: events.iter().map(ToString::to_string).collect(),
        prefix: prefix.map(str::to_owned),
        suffix: suffix.map(str::to_owned),
    };
    backends
        .notify(&trigger, QUEUE)
        .await
        .expect("the queue is there");
    backends
}

/// The records that wait in the queue.
async fn told(backends: &Backends) -> Vec<Value> {
    let client = clients::sqs(&backends.sqs_url());
    let mut records = Vec::new();
    loop {
        let url = format!("{}/000000000000/{QUEUE}", backends.sqs_url());
        let receive = client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10);
        let received = receive
            .send()
            .await
            .expect("it answers")
            .messages
            .unwrap_or_default();
        if received.is_empty() {
            return records;
        }
        for message in received {
            let event: Value = serde_json::from_str(message.body().expect("a body")).expect("JSON");
            records.extend(event["Records"].as_array().expect("records").clone());
        }
    }
}

fn summary(records: &[Value]) -> Vec<String> {
    let of = |record: &Value| {
        let object = &record["s3"]["object"];
        format!(
            "{} {} {}",
            record["eventName"].as_str().unwrap_or_default(),
            object["key"].as_str().unwrap_or_default(),
            object["size"]
        )
    };
    let mut lines: Vec<_> = records.iter().map(of).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn every_way_to_write_or_remove_an_object_is_told_before_it_is_answered() {
    let backends = heard(&["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], None, None).await;
    let client = clients::s3(&backends.s3_url());
    client
        .put_object()
        .bucket(BUCKET)
        .key("a b.png")
        .body(b"picture".to_vec().into())
        .send()
        .await
        .expect("put");
    assert_eq!(
        post_form(&backends, "uploads/a.png", Options::ACCESS_KEY).await,
        204
    );
    client
        .copy_object()
        .bucket(BUCKET)
        .key("copy")
        .copy_source(format!("{BUCKET}/uploads/a.png"))
        .send()
        .await
        .expect("copied");
    let upload = client
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("parts")
        .send()
        .await
        .expect("begun");
    let id = upload.upload_id().expect("its id");
    let part = client
        .upload_part()
        .bucket(BUCKET)
        .key("parts")
        .upload_id(id)
        .part_number(1)
        .body(b"part".to_vec().into());
    let part = part.send().await.expect("a part");
    let part = CompletedPart::builder()
        .part_number(1)
        .set_e_tag(part.e_tag)
        .build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    client
        .complete_multipart_upload()
        .bucket(BUCKET)
        .key("parts")
        .upload_id(id)
        .multipart_upload(parts)
        .send()
        .await
        .expect("whole");
    client
        .delete_object()
        .bucket(BUCKET)
        .key("copy")
        .send()
        .await
        .expect("deleted");
    let object = ObjectIdentifier::builder()
        .key("parts")
        .build()
        .expect("whole");
    let delete = Delete::builder().objects(object).build().expect("whole");
    client
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .expect("deleted");

    let records = told(&backends).await;
    assert_eq!(
        summary(&records),
        [
            "ObjectCreated:CompleteMultipartUpload parts 4",
            "ObjectCreated:Copy copy 7",
            "ObjectCreated:Post uploads/a.png 7",
            "ObjectCreated:Put a+b.png 7",
            "ObjectRemoved:Delete copy null",
            "ObjectRemoved:Delete parts null",
        ]
    );
    let mut sequencers: Vec<_> = records
        .iter()
        .map(|record| record["s3"]["object"]["sequencer"].to_string())
        .collect();
    sequencers.sort();
    sequencers.dedup();
    assert_eq!(sequencers.len(), 6);
}

#[tokio::test]
async fn only_what_was_asked_for_and_what_was_done_is_told() {
    let backends = heard(&["s3:ObjectCreated:Put"], Some("uploads/"), Some(".png")).await;
    let client = clients::s3(&backends.s3_url());
    for key in ["uploads/a.png", "uploads/a.jpg", "a.png"] {
        client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(b"picture".to_vec().into())
            .send()
            .await
            .expect("put");
    }
    // A form is no `Put`, a refused one is nothing at all, and reading changes nothing.
    post_form(&backends, "uploads/b.png", Options::ACCESS_KEY).await;
    post_form(&backends, "uploads/c.png", "wrong").await;
    client
        .get_object()
        .bucket(BUCKET)
        .key("uploads/a.png")
        .send()
        .await
        .expect("got");
    client
        .delete_object()
        .bucket(BUCKET)
        .key("uploads/a.png")
        .send()
        .await
        .expect("deleted");
    assert_eq!(
        summary(&told(&backends).await),
        ["ObjectCreated:Put uploads/a.png 7"]
    );
}

#[tokio::test]
async fn events_to_a_queue_that_is_not_there_are_refused_at_once() {
    let backends = clients::in_memory().await;
    let trigger = Trigger::Bucket {
        bucket: BUCKET.to_owned(),
        events: Vec::new(),
        prefix: None,
        suffix: None,
    };
    let refused = backends
        .notify(&trigger, "nowhere")
        .await
        .expect_err("no queue");
    assert!(refused.to_string().contains("nowhere"), "{refused}");
}
