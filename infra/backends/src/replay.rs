//! Where the messages of the journal are, and how they come back into their queues.
//!
//! rustack moves a message to the dead-letter queue by itself, in the receive after the last one that its redrive policy
//! grants, and tells nobody. The journal counts receives, and that decides it: a message that has used up its receives and
//! is not in flight is either moved already or will be by the next receive. So it is put back into the dead-letter queue
//! after a crash, and a purge of that queue takes it out. Once it is received from there, the journal knows for sure.

use std::collections::HashMap;

use rustack_sqs_model::input::SendMessageInput;
use rustack_sqs_model::types::RedrivePolicy;

use crate::journal::{Journal, Message};
use crate::messages::{Queues, now};

/// Where a queue's messages go after so many receives.
struct Redrive {
    target: String,
    receives: u32,
}

impl Queues {
    /// Puts the messages of the queue that are not in rustack yet into it, each with what is left of its delay, or into its
    /// dead-letter queue. One that cannot be put back stays in the journal for the next start.
    pub(crate) async fn put_back(&self, journal: &mut Journal, queue: &str) {
        let waiting: Vec<Message> = journal
            .messages()
            .filter(|message| message.id.is_none() && message.queue == queue)
            .cloned()
            .collect();
        let redrive = self.redrive(queue).await;
        for message in waiting {
            let target = match &redrive {
                Some(redrive)
                    if message.receives >= redrive.receives
                        && self.url(&redrive.target).await.is_some() =>
                {
                    &redrive.target
                }
                _ => queue,
            };
            let sent = self.provider.send_message(SendMessageInput {
                queue_url: self.url(target).await.unwrap_or_default(),
                message_body: message.body,
                delay_seconds: Some(remaining_seconds(message.due)),
                message_attributes: message.attributes,
                ..Default::default()
            });
            match sent
                .await
                .map(|output| output.message_id.unwrap_or_default())
            {
                Ok(id) => journal.put_back(message.number, &id, target),
                Err(error) => {
                    tracing::error!(queue, message.number, %error, "a message of the journal cannot be put back; it is kept")
                }
            }
        }
    }

    /// The numbers of the messages that are in the queue now.
    pub(crate) async fn messages_in(&self, journal: &Journal, queue: &str) -> Vec<u64> {
        let mut redrives = HashMap::new();
        let mut numbers = Vec::new();
        for message in journal.messages().filter(|message| message.id.is_some()) {
            if !redrives.contains_key(&message.queue) {
                redrives.insert(&message.queue, self.redrive(&message.queue).await);
            }
            let moved = match redrives.get(&message.queue) {
                Some(Some(redrive))
                    if message.delivered >= redrive.receives && !self.holds(message).await =>
                {
                    Some(&redrive.target)
                }
                _ => None,
            };
            if moved.unwrap_or(&message.queue) == queue {
                numbers.push(message.number);
            }
        }
        numbers
    }

    /// Whether the queue that the message was last seen in has it in flight.
    async fn holds(&self, message: &Message) -> bool {
        match (self.url(&message.queue).await, &message.receipt) {
            (Some(url), Some(receipt)) => self.is_in_flight(&url, receipt).await,
            _ => false,
        }
    }

    async fn redrive(&self, queue: &str) -> Option<Redrive> {
        let url = self.url(queue).await?;
        let policy = self.attribute(&url, "RedrivePolicy").await.ok().flatten()?;
        let policy: RedrivePolicy = serde_json::from_str(&policy).ok()?;
        let (_, target) = policy.dead_letter_target_arn.rsplit_once(':')?;
        Some(Redrive {
            target: target.to_owned(),
            receives: u32::try_from(policy.max_receive_count).ok()?,
        })
    }
}

/// Rounded up: a message must not come before its time. SQS delays 15 minutes at most.
fn remaining_seconds(due: u64) -> i32 {
    i32::try_from(due.saturating_sub(now()).div_ceil(1000).min(900)).unwrap_or(900)
}
