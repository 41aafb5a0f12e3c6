//! The operations on messages, each with its note in the journal.
//!
//! rustack decides what happens to a message; the journal writes it down before the client hears of it. One lock around
//! both keeps them in step: while a message is being accepted and noted nobody can note its delivery, so a record about a
//! message never comes before the one that adds it.
//!
//! **After a crash** every message is there again that was acknowledged to its sender and whose deletion was not
//! acknowledged to its receiver. So these come twice, and nothing is lost:
//! - a message in flight: it is visible again at once, whatever was left of its visibility timeout;
//! - a message whose deletion had taken place, but not yet been answered;
//! - a message that was accepted, but not yet answered: its sender may send it again.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_core::queue::extract_queue_name;
use rustack_sqs_model::error::{SqsError, SqsErrorCode};
use rustack_sqs_model::input::{
    ChangeMessageVisibilityInput, CreateQueueInput, DeleteMessageBatchInput, DeleteMessageInput,
    DeleteQueueInput, GetQueueAttributesInput, GetQueueUrlInput, PurgeQueueInput,
    ReceiveMessageInput, SendMessageBatchInput, SendMessageInput,
};
use rustack_sqs_model::output::{
    CreateQueueOutput, DeleteMessageBatchOutput, DeleteMessageOutput, DeleteQueueOutput,
    PurgeQueueOutput, ReceiveMessageOutput, SendMessageBatchOutput, SendMessageOutput,
};
use rustack_sqs_model::types::{
    BatchResultErrorEntry, DeleteMessageBatchResultEntry, SendMessageBatchResultEntry,
};
use tokio::sync::Mutex;

use crate::journal::Journal;
use crate::sqs::{check_delay, check_visibility, check_wait};

/// How long a message stays invisible when it is looked for in order to delete it: longer than that takes, and no harm
/// done if the deletion never comes.
const WHILE_LOOKING_SECONDS: i32 = 30;

/// The queues, and the journal where there is one.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) provider: Arc<RustackSqs>,
    pub(crate) journal: Option<Mutex<Journal>>,
}

impl Queues {
    /// Creates the queue and puts back what the journal holds for it.
    pub(crate) async fn create_queue(
        &self,
        input: CreateQueueInput,
    ) -> Result<CreateQueueOutput, SqsError> {
        if input.queue_name.ends_with(".fifo") {
            // The journal keeps neither deduplication nor the order of groups, and a promise kept in memory only is none.
            return Err(SqsError::new(
                SqsErrorCode::UnsupportedOperation,
                "FIFO queues are not supported",
            ));
        }
        let name = input.queue_name.clone();
        let output = self.provider.create_queue(input).await?;
        if let Some(journal) = &self.journal {
            self.put_back(&mut *journal.lock().await, &name).await;
        }
        Ok(output)
    }

    pub(crate) async fn send(
        &self,
        input: SendMessageInput,
    ) -> Result<SendMessageOutput, SqsError> {
        check_delay(input.delay_seconds)?;
        let Some(journal) = &self.journal else {
            return self.provider.send_message(input).await;
        };
        let delay = match input.delay_seconds {
            Some(seconds) => seconds,
            None => self
                .attribute(&input.queue_url, "DelaySeconds")
                .await?
                .and_then(|seconds| seconds.parse().ok())
                .unwrap_or(0),
        };
        let due = now() + u64::from(delay.unsigned_abs()) * 1000;
        let queue = queue_name(&input.queue_url);
        let mut journal = journal.lock().await;
        let output = self.provider.send_message(input.clone()).await?;
        if let Some(id) = &output.message_id {
            journal
                .sent(
                    id,
                    &queue,
                    due,
                    input.message_body,
                    input.message_attributes,
                )
                .map_err(unwritten)?;
        }
        Ok(output)
    }

    pub(crate) async fn send_batch(
        &self,
        input: SendMessageBatchInput,
    ) -> Result<SendMessageBatchOutput, SqsError> {
        check_batch(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let mut output = SendMessageBatchOutput::default();
        for entry in input.entries {
            let sent = self.send(SendMessageInput {
                queue_url: input.queue_url.clone(),
                message_body: entry.message_body,
                delay_seconds: entry.delay_seconds,
                message_deduplication_id: entry.message_deduplication_id,
                message_group_id: entry.message_group_id,
                message_attributes: entry.message_attributes,
                message_system_attributes: entry.message_system_attributes,
            });
            match sent.await {
                Ok(sent) => output.successful.push(SendMessageBatchResultEntry {
                    id: entry.id,
                    message_id: sent.message_id.unwrap_or_default(),
                    md5_of_message_body: sent.md5_of_message_body.unwrap_or_default(),
                    md5_of_message_attributes: sent.md5_of_message_attributes,
                    sequence_number: sent.sequence_number,
                }),
                Err(error) => output.failed.push(failed(entry.id, error)?),
            }
        }
        Ok(output)
    }

    pub(crate) async fn receive(
        &self,
        input: ReceiveMessageInput,
    ) -> Result<ReceiveMessageOutput, SqsError> {
        check_visibility(input.visibility_timeout)?;
        check_wait(input.wait_time_seconds)?;
        let queue = queue_name(&input.queue_url);
        // Not under the lock: a long poll waits here for up to 20 seconds.
        let output = self.provider.receive_message(input).await?;
        if let Some(journal) = &self.journal {
            let delivery = |message: &rustack_sqs_model::types::Message| {
                Some((message.message_id.clone()?, message.receipt_handle.clone()?))
            };
            let deliveries: Vec<_> = output.messages.iter().filter_map(delivery).collect();
            journal
                .lock()
                .await
                .received(&queue, &deliveries)
                .map_err(unwritten)?;
        }
        Ok(output)
    }

    /// A handle whose visibility timeout is over deletes nothing in rustack, which answers all the same: the message will
    /// come again. It must stay in the journal then, so the journal follows what rustack does and not what it answers.
    pub(crate) async fn delete(
        &self,
        input: DeleteMessageInput,
    ) -> Result<DeleteMessageOutput, SqsError> {
        let Some(journal) = &self.journal else {
            return self.provider.delete_message(input).await;
        };
        let mut journal = journal.lock().await;
        let in_flight = self
            .is_in_flight(&input.queue_url, &input.receipt_handle)
            .await;
        let number = message_id(&input.receipt_handle).and_then(|id| journal.number(&id));
        let output = self.provider.delete_message(input).await?;
        if in_flight {
            journal
                .strike(number.into_iter().collect())
                .map_err(unwritten)?;
        }
        Ok(output)
    }

    pub(crate) async fn delete_batch(
        &self,
        input: DeleteMessageBatchInput,
    ) -> Result<DeleteMessageBatchOutput, SqsError> {
        check_batch(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let mut output = DeleteMessageBatchOutput::default();
        for entry in input.entries {
            let delete = DeleteMessageInput {
                queue_url: input.queue_url.clone(),
                receipt_handle: entry.receipt_handle,
            };
            match self.delete(delete).await {
                Ok(_) => output
                    .successful
                    .push(DeleteMessageBatchResultEntry { id: entry.id }),
                Err(error) => output.failed.push(failed(entry.id, error)?),
            }
        }
        Ok(output)
    }

    pub(crate) async fn purge(&self, input: PurgeQueueInput) -> Result<PurgeQueueOutput, SqsError> {
        let Some(journal) = &self.journal else {
            return self.provider.purge_queue(input).await;
        };
        let mut journal = journal.lock().await;
        let purged = self
            .messages_in(&journal, &queue_name(&input.queue_url))
            .await;
        let output = self.provider.purge_queue(input).await?;
        journal.strike(purged).map_err(unwritten)?;
        Ok(output)
    }

    pub(crate) async fn delete_queue(
        &self,
        input: DeleteQueueInput,
    ) -> Result<DeleteQueueOutput, SqsError> {
        let Some(journal) = &self.journal else {
            return self.provider.delete_queue(input).await;
        };
        let mut journal = journal.lock().await;
        let deleted = self
            .messages_in(&journal, &queue_name(&input.queue_url))
            .await;
        let output = self.provider.delete_queue(input).await?;
        journal.strike(deleted).map_err(unwritten)?;
        Ok(output)
    }

    /// Asks in the one way that rustack answers truly: only a message in flight can be given another visibility timeout.
    pub(crate) async fn is_in_flight(&self, queue_url: &str, receipt_handle: &str) -> bool {
        let input = ChangeMessageVisibilityInput {
            queue_url: queue_url.to_owned(),
            receipt_handle: receipt_handle.to_owned(),
            visibility_timeout: WHILE_LOOKING_SECONDS,
        };
        self.provider.change_message_visibility(input).await.is_ok()
    }

    pub(crate) async fn url(&self, queue: &str) -> Option<String> {
        let input = GetQueueUrlInput {
            queue_name: queue.to_owned(),
            ..Default::default()
        };
        self.provider.get_queue_url(input).await.ok()?.queue_url
    }

    pub(crate) async fn attribute(
        &self,
        queue_url: &str,
        name: &str,
    ) -> Result<Option<String>, SqsError> {
        let input = GetQueueAttributesInput {
            queue_url: queue_url.to_owned(),
            attribute_names: vec![name.to_owned()],
        };
        Ok(self
            .provider
            .get_queue_attributes(input)
            .await?
            .attributes
            .remove(name))
    }
}

fn queue_name(queue_url: &str) -> String {
    extract_queue_name(queue_url).unwrap_or_default().to_owned()
}

/// rustack makes a receipt handle of the message id, the time and a random number, separated by colons, in base64.
fn message_id(receipt_handle: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(receipt_handle).ok()?).ok()?;
    text.split_once(':').map(|(id, _)| id.to_owned())
}

fn check_batch<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), SqsError> {
    let mut ids: Vec<&str> = ids.collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    match count {
        0 => Err(SqsError::empty_batch_request()),
        11.. => Err(SqsError::too_many_entries_in_batch()),
        _ if ids.len() < count => Err(SqsError::batch_entry_ids_not_distinct()),
        _ => Ok(()),
    }
}

/// One refused entry of a batch. A queue that does not exist refuses the whole of it, as on AWS.
fn failed(id: String, error: SqsError) -> Result<BatchResultErrorEntry, SqsError> {
    if matches!(error.code, SqsErrorCode::NonExistentQueue) {
        return Err(error);
    }
    Ok(BatchResultErrorEntry {
        id,
        sender_fault: error.code.is_sender_fault(),
        code: error.code.error_type().to_owned(),
        message: Some(error.message),
    })
}

fn unwritten(error: std::io::Error) -> SqsError {
    tracing::error!(%error, "the queue journal cannot be written");
    SqsError::internal_error("the queue journal cannot be written")
}

pub(crate) fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
