//! A process with back ends is killed while it is written to: what it had answered is there.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use backends::{BackendError, Backends, Storage};
use serde_json::json;

use crate::clients;
use crate::sqs::{create_queues, url};

const DIRECTORY: &str = "BACKENDS_TEST_DIRECTORY";

async fn open(directory: &Path) -> Backends {
    let backends = clients::on(directory).await;
    create_queues(&backends, 10).await;
    let table = json!({
        "TableName": "mall-order", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]
    });
    backends.create_table(&table, None).expect("the table");
    backends
}

/// What [`what_was_answered_before_a_kill_is_there_after_it`] runs as a process of its own. Nothing to do otherwise.
#[tokio::test]
async fn a_process_serves_until_it_is_killed() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let backends = open(Path::new(&directory)).await;
        println!(
            "\nserving {} {}",
            backends.dynamodb_url(),
            backends.sqs_url()
        );
        // Until it is killed, or the process that started it is gone.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    }
}

fn process(directory: &Path) -> (Child, String, String) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "crash::a_process_serves_until_it_is_killed",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = lines
        .map_while(Result::ok)
        .find(|line| line.starts_with("serving "))
        .expect("it serves");
    let mut words = line.split(' ').skip(1).map(str::to_owned);
    let (dynamodb, sqs) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    (child, dynamodb, sqs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_kill_is_there_after_it() {
    const WRITERS: usize = 8;
    const ANSWERS: usize = 600;
    let directory = tempfile::tempdir().expect("a directory");
    let (mut child, dynamodb, sqs) = process(directory.path());
    let (dynamodb, sqs) = (clients::dynamodb(&dynamodb), clients::sqs(&sqs));
    let in_use = Backends::start(Storage::Directory(directory.path().to_owned()))
        .await
        .expect_err("the other process has it");
    assert!(matches!(in_use, BackendError::InUse { .. }), "{in_use:?}");

    let answered = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (dynamodb, sqs, answered) = (dynamodb.clone(), sqs.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                let mut written = Vec::new();
                for index in 0.. {
                    let id = format!("{writer}-{index}");
                    let put = dynamodb
                        .put_item()
                        .table_name("mall-order")
                        .item("pk", AttributeValue::S(id.clone()));
                    let send = sqs
                        .send_message()
                        .queue_url(url("mall-close-order"))
                        .message_body(&id);
                    if put.send().await.is_err() || send.send().await.is_err() {
                        break;
                    }
                    written.push(id);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                written
            })
        })
        .collect();
    while answered.load(Ordering::Relaxed) < ANSWERS {
        tokio::task::yield_now().await;
    }
    child.kill().expect("kill -9");
    child.wait().expect("it is dead");
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.expect("a writer ends when nobody answers"));
    }
    assert!(written.len() >= ANSWERS);

    let backends = open(directory.path()).await;
    let (dynamodb, sqs) = (
        clients::dynamodb(&backends.dynamodb_url()),
        clients::sqs(&backends.sqs_url()),
    );
    let mut messages = std::collections::BTreeSet::new();
    loop {
        let request = sqs
            .receive_message()
            .queue_url(url("mall-close-order"))
            .max_number_of_messages(10);
        let received = request
            .send()
            .await
            .expect("it answers")
            .messages
            .unwrap_or_default();
        if received.is_empty() {
            break;
        }
        messages.extend(received.into_iter().filter_map(|message| message.body));
    }
    for id in &written {
        assert!(
            messages.contains(id),
            "message {id} was answered and is lost"
        );
        let get = dynamodb
            .get_item()
            .table_name("mall-order")
            .key("pk", AttributeValue::S(id.clone()));
        assert!(
            get.send().await.expect("it answers").item.is_some(),
            "item {id} was answered and is lost"
        );
    }
}
