//! One queue of the local SQS, as whoever brings its messages to a function uses it.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::client::sqs_client;
use crate::function::{AccessKey, BackendUrls, uuid};

/// Most messages of one receive or delete call.
const CALL_LIMIT: usize = 10;
/// The longest that a call waits for a message.
pub(crate) const LONG_POLL_SECONDS: i32 = 20;
/// Between two calls while the queue does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// What Lambda tells a queue for failures of what it gives up after so many tries, whatever it was; each kind adds its own.
pub(crate) fn given_up(function_arn: &str, condition: &str, tries: u32) -> Value {
    json!({
        "version": "1.0",
        "timestamp": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        "requestContext": {
            "requestId": uuid(),
            "functionArn": format!("{function_arn}:$LATEST"),
            "condition": condition,
            "approximateInvokeCount": tries,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
    })
}

/// A queue, and in whose name it is used.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    client: Client,
    name: String,
    url: String,
}

impl Queue {
    pub(crate) fn new(name: &str, account: &str, urls: &BackendUrls, key: &AccessKey) -> Self {
        Self {
            client: sqs_client(&urls.sqs, key),
            name: name.to_owned(),
            url: format!("{}/{account}/{name}", urls.sqs),
        }
    }

    /// The queue of an ARN: its last part is the name.
    pub(crate) fn of_arn(arn: &str, account: &str, urls: &BackendUrls, key: &AccessKey) -> Self {
        let name = arn.rsplit(':').next().unwrap_or(arn);
        Self::new(name, account, urls, key)
    }

    /// Keeps a message; `false` when the queue did not take it.
    pub(crate) async fn send(&self, body: String) -> bool {
        let sent = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await;
        if let Err(error) = &sent {
            tracing::error!(queue = self.name, error = %DisplayErrorContext(error), "cannot send a message");
        }
        sent.is_ok()
    }

    /// At most so many messages, after a wait of so many seconds at most when there is none.
    pub(crate) async fn receive(&self, most: usize, wait_seconds: i32) -> Vec<Message> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most.min(CALL_LIMIT) as i32)
            .wait_time_seconds(wait_seconds)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await;
        match received {
            Ok(received) => received.messages.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(queue = self.name, error = %DisplayErrorContext(error), "cannot receive messages");
                tokio::time::sleep(PAUSE).await;
                Vec::new()
            }
        }
    }

    /// Has a message come again after a while.
    pub(crate) async fn hold(&self, message: &Message, time: Duration) {
        let held = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(i32::try_from(time.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await;
        if let Err(error) = held {
            tracing::warn!(queue = self.name, error = %DisplayErrorContext(error), "a message comes again later than it should");
        }
    }

    /// A message that cannot be deleted comes again: every consumer here may run twice.
    pub(crate) async fn delete(&self, messages: impl Iterator<Item = &Message>) {
        let entries: Vec<_> = messages
            .enumerate()
            .filter_map(|(index, message)| {
                let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
                entry
                    .set_receipt_handle(message.receipt_handle.clone())
                    .build()
                    .ok()
            })
            .collect();
        for part in entries.chunks(CALL_LIMIT) {
            let delete = self
                .client
                .delete_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(part.to_vec()));
            match delete.send().await {
                Ok(deleted) if deleted.failed().is_empty() => {}
                Ok(deleted) => {
                    tracing::warn!(queue = self.name, failed = ?deleted.failed(), "messages not deleted");
                }
                Err(error) => {
                    tracing::warn!(queue = self.name, error = %DisplayErrorContext(error), "messages not deleted");
                }
            }
        }
    }
}
