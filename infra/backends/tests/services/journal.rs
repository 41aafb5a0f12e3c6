//! What of the queues is there again when the back ends start anew on the same directory.
//!
//! Dropping the back ends is as good as a crash: nothing is written at the end. `crash.rs` kills a process for good measure.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use aws_sdk_sqs::Client;
use backends::{BackendError, Backends, Storage};

use crate::clients;
use crate::sqs::{bodies, counts, create_queues, receive, send, url};

async fn start(directory: &Path) -> (Backends, Client) {
    let backends = clients::on(directory).await;
    create_queues(&backends, 2).await;
    let client = clients::sqs(&backends.sqs_url());
    (backends, client)
}

async fn delete(client: &Client, queue: &str, message: &aws_sdk_sqs::types::Message) {
    let request = client
        .delete_message()
        .queue_url(url(queue))
        .receipt_handle(message.receipt_handle().unwrap_or_default());
    request.send().await.expect("it is deleted");
}

#[tokio::test]
async fn a_message_that_was_sent_is_there_again_in_the_order_of_sending() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "first").await;
        send(&client, "第二").await;
    }
    let (_backends, client) = start(directory.path()).await;
    let again = receive(&client, "mall-close-order", 60).await;
    assert_eq!(
        again
            .iter()
            .filter_map(|message| message.body())
            .collect::<Vec<_>>(),
        ["first", "第二"]
    );
}

#[tokio::test]
async fn a_message_that_was_deleted_is_not_there_again() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "done").await;
        send(&client, "open").await;
        let received = receive(&client, "mall-close-order", 60).await;
        let done = received
            .iter()
            .find(|message| message.body() == Some("done"))
            .expect("it was received");
        delete(&client, "mall-close-order", done).await;
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(
        bodies(&receive(&client, "mall-close-order", 60).await),
        ["open"]
    );
}

#[tokio::test]
async fn a_message_in_flight_is_there_again_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "in flight").await;
        receive(&client, "mall-close-order", 60).await;
        assert_eq!(counts(&client, "mall-close-order").await, ["0", "1", "0"]);
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(counts(&client, "mall-close-order").await, ["1", "0", "0"]);
}

#[tokio::test]
async fn a_delay_that_is_not_over_is_still_waited_for() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        let request = client
            .send_message()
            .queue_url(url("mall-close-order"))
            .message_body("later");
        request.delay_seconds(900).send().await.expect("it is sent");
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "1"]);
}

#[tokio::test]
async fn the_delay_of_a_queue_is_kept_like_that_of_a_message() {
    let directory = tempfile::tempdir().expect("a directory");
    let delayed = crate::sqs::attributes(&[("DelaySeconds", "900")]);
    {
        let backends = clients::on(directory.path()).await;
        backends
            .create_queue("mall-close-order", &delayed)
            .await
            .expect("the queue");
        send(&clients::sqs(&backends.sqs_url()), "later").await;
    }
    // The journal knows when it is due: a queue that is created without the delay still waits.
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "1"]);
}

#[tokio::test]
async fn a_message_that_was_dead_lettered_is_in_the_dead_letters_again() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "poison").await;
        receive(&client, "mall-close-order", 0).await;
        receive(&client, "mall-close-order", 0).await;
        assert!(
            receive(&client, "mall-close-order", 0).await.is_empty(),
            "rustack has moved it"
        );
    }
    for _ in 0..2 {
        let (_backends, client) = start(directory.path()).await;
        assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "0"]);
        assert_eq!(bodies(&receive(&client, "mall-dead", 0).await), ["poison"]);
    }
    {
        let (_backends, client) = start(directory.path()).await;
        let dead = receive(&client, "mall-dead", 60).await;
        delete(&client, "mall-dead", &dead[0]).await;
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(counts(&client, "mall-dead").await, ["0", "0", "0"]);
}

#[tokio::test]
async fn receives_before_and_after_a_crash_count_together() {
    let directory = tempfile::tempdir().expect("a directory");
    for _ in 0..2 {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "healthy").await;
        let received = receive(&client, "mall-close-order", 60).await;
        for message in received
            .iter()
            .filter(|message| message.body() == Some("healthy"))
        {
            delete(&client, "mall-close-order", message).await;
        }
        if received.len() == 1 {
            send(&client, "poison").await;
            receive(&client, "mall-close-order", 60).await;
        }
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(bodies(&receive(&client, "mall-dead", 60).await), ["poison"]);
}

#[tokio::test]
async fn a_delete_that_comes_too_late_does_not_strike_the_message() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "again").await;
        let first = receive(&client, "mall-close-order", 0).await;
        receive(&client, "mall-close-order", 60).await;
        delete(&client, "mall-close-order", &first[0]).await;
        assert_eq!(counts(&client, "mall-close-order").await, ["0", "1", "0"]);
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(counts(&client, "mall-dead").await, ["1", "0", "0"]);
}

#[tokio::test]
async fn a_purge_strikes_what_is_in_the_queue_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "poison").await;
        receive(&client, "mall-close-order", 0).await;
        receive(&client, "mall-close-order", 0).await;
        assert!(receive(&client, "mall-close-order", 0).await.is_empty());
        send(&client, "healthy").await;
        client
            .purge_queue()
            .queue_url(url("mall-close-order"))
            .send()
            .await
            .expect("it is purged");
    }
    {
        let (_backends, client) = start(directory.path()).await;
        assert_eq!(counts(&client, "mall-close-order").await, ["0", "0", "0"]);
        assert_eq!(counts(&client, "mall-dead").await, ["1", "0", "0"]);
        client
            .purge_queue()
            .queue_url(url("mall-dead"))
            .send()
            .await
            .expect("it is purged");
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(counts(&client, "mall-dead").await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_purge_of_the_dead_letters_spares_what_has_receives_left() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "retried").await;
        receive(&client, "mall-close-order", 60).await;
    }
    {
        // Twice received in all, once from this process: SQS still has it in its queue.
        let (_backends, client) = start(directory.path()).await;
        receive(&client, "mall-close-order", 0).await;
        client
            .purge_queue()
            .queue_url(url("mall-dead"))
            .send()
            .await
            .expect("it is purged");
        assert_eq!(
            bodies(&receive(&client, "mall-close-order", 60).await),
            ["retried"]
        );
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(
        bodies(&receive(&client, "mall-dead", 60).await),
        ["retried"]
    );
}

#[tokio::test]
async fn messages_of_a_queue_that_is_not_created_wait_for_it() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "patient").await;
    }
    drop(clients::on(directory.path()).await);
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(
        bodies(&receive(&client, "mall-close-order", 60).await),
        ["patient"]
    );
}

#[tokio::test]
async fn a_torn_last_line_is_dropped() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "whole").await;
    }
    let journal = directory.path().join("sqs.journal");
    let mut file = OpenOptions::new()
        .append(true)
        .open(&journal)
        .expect("the journal");
    file.write_all(br#"{"sent":{"number":1,"queue":"mall-cl"#)
        .expect("half a line");
    {
        let (_backends, client) = start(directory.path()).await;
        send(&client, "after").await;
    }
    let (_backends, client) = start(directory.path()).await;
    assert_eq!(
        bodies(&receive(&client, "mall-close-order", 60).await),
        ["after", "whole"]
    );
}

#[tokio::test]
async fn a_line_that_is_not_a_record_stops_the_start_and_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = directory.path().join("sqs.journal");
    std::fs::write(&journal, "{\"struck\":[1]}\nnonsense\n{\"struck\":[2]}\n").expect("a journal");
    let error = Backends::start(Storage::Directory(directory.path().to_owned()))
        .await
        .expect_err("it is not guessed at");
    assert!(
        matches!(error, BackendError::Journal { line: 2, .. }),
        "{error:?}"
    );
    assert!(
        std::fs::read_to_string(&journal)
            .expect("it is still there")
            .contains("nonsense")
    );
}
