//! What requests to SQS need.

use rustack_sqs_core::queue::extract_queue_name;
use rustack_sqs_model::operations::SqsOperation;
use serde::Deserialize;

use super::Need;
use crate::{ACCOUNT, REGION};

/// The parts of a request that name its queue.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    queue_url: Option<String>,
    queue_name: Option<String>,
    source_arn: Option<String>,
}

/// The action on the queue. What cannot be read needs the action on no queue at all, which no statement about a queue allows.
pub(crate) fn needs(operation: SqsOperation, body: &[u8]) -> Vec<Need> {
    let target: Option<Target> = serde_json::from_slice(body).ok();
    let arn = |target: Target| {
        // The name is read as the engine reads it: all queues here are of one account.
        let by_url = target.queue_url.as_deref().and_then(extract_queue_name);
        let name = by_url.or(target.queue_name.as_deref());
        name.map(arn_of).or(target.source_arn)
    };
    let resource = target.and_then(arn).unwrap_or_else(|| "*".to_owned());
    vec![Need::new(action(operation), resource)]
}

/// IAM knows no action for a batch: it needs that of each message.
fn action(operation: SqsOperation) -> String {
    let name = operation.as_str();
    format!("sqs:{}", name.strip_suffix("Batch").unwrap_or(name))
}

fn arn_of(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(operation: SqsOperation, body: &str) -> (String, String) {
        let mut needs = needs(operation, body.as_bytes());
        assert_eq!(needs.len(), 1);
        let need = needs.remove(0);
        (need.action.into_owned(), need.resource)
    }

    #[test]
    fn a_batch_needs_what_one_message_needs_on_the_queue_of_its_url() {
        let body =
            r#"{"QueueUrl": "http://127.0.0.1:9324/000000000000/mall-close-order", "Entries": []}"#;
        let queue = "arn:aws:sqs:us-east-1:000000000000:mall-close-order".to_owned();
        for (operation, action) in [
            (SqsOperation::SendMessage, "sqs:SendMessage"),
            (SqsOperation::SendMessageBatch, "sqs:SendMessage"),
            (SqsOperation::DeleteMessageBatch, "sqs:DeleteMessage"),
            (
                SqsOperation::ChangeMessageVisibilityBatch,
                "sqs:ChangeMessageVisibility",
            ),
            (SqsOperation::GetQueueAttributes, "sqs:GetQueueAttributes"),
        ] {
            assert_eq!(need(operation, body), (action.to_owned(), queue.clone()));
        }
    }

    #[test]
    fn a_queue_is_named_by_its_name_or_arn_too_and_what_names_none_is_on_none() {
        let named = need(SqsOperation::GetQueueUrl, r#"{"QueueName": "mall-a"}"#);
        assert_eq!(named.1, "arn:aws:sqs:us-east-1:000000000000:mall-a");
        let moved = need(
            SqsOperation::StartMessageMoveTask,
            r#"{"SourceArn": "arn:b"}"#,
        );
        assert_eq!(moved.1, "arn:b");
        for body in ["{}", "[", r#"{"QueueUrl": 1}"#, r#"{"QueueUrl": "mall-a"}"#] {
            assert_eq!(need(SqsOperation::SendMessage, body).1, "*", "{body}");
        }
    }
}
