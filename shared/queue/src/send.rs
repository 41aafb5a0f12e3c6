//! Sending messages.

use std::{
    marker::PhantomData,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws::Aws;
use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use kernel::Timestamp;
use serde::Serialize;

use crate::Trace;

/// The longest that SQS holds a message back. A longer wait hops: the consumer sends again what is not yet due.
pub const MAXIMUM_DELAY: Duration = Duration::from_secs(900);

/// SQS, reached at first use. Clones share one client.
#[derive(Clone, Debug)]
pub struct Queues {
    aws: Aws,
    client: Arc<OnceLock<Client>>,
}

impl Queues {
    /// The SQS of this function's account and region.
    #[must_use]
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            client: Arc::default(),
        }
    }

    /// The sender of messages `M` to the queue at this URL.
    pub fn sender<M>(&self, url: impl Into<Arc<str>>) -> Sender<M> {
        Sender {
            queues: self.clone(),
            url: url.into(),
            message: PhantomData,
        }
    }

    fn client(&self) -> &Client {
        self.client
            .get_or_init(|| Client::new(&self.aws.config(aws::Service::Sqs)))
    }
}

/// Sends messages of one type to one queue.
#[derive(Debug)]
pub struct Sender<M> {
    queues: Queues,
    url: Arc<str>,
    message: PhantomData<fn(M)>,
}

impl<M> Clone for Sender<M> {
    fn clone(&self) -> Self {
        Self {
            queues: self.queues.clone(),
            url: self.url.clone(),
            message: PhantomData,
        }
    }
}

/// A message that may not have been sent. Sending it again is safe: every consumer bears a message twice.
#[derive(Debug, thiserror::Error)]
#[error("the message could not be sent")]
pub struct SendError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl<M: Serialize> Sender<M> {
    /// Sends a message. When this returns, the message is kept and will be handled.
    ///
    /// # Errors
    /// When the queue did not confirm it.
    pub async fn send(&self, message: &M) -> Result<(), SendError> {
        self.send_after(message, Duration::ZERO).await
    }

    /// Sends a message that is to be handled at `due`, or as late as one hop reaches: [`MAXIMUM_DELAY`] from `now`.
    /// Its handler must look whether it is due.
    ///
    /// # Errors
    /// When the queue did not confirm it.
    pub async fn send_at(
        &self,
        message: &M,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), SendError> {
        self.send_after(message, now.until(due).min(MAXIMUM_DELAY))
            .await
    }

    /// Sends a message that appears after a delay of at most [`MAXIMUM_DELAY`], in whole seconds, rounded up.
    ///
    /// # Errors
    /// When the queue did not confirm it.
    pub async fn send_after(&self, message: &M, delay: Duration) -> Result<(), SendError> {
        let body = serde_json::to_string(message).map_err(|error| SendError(error.into()))?;
        let seconds = delay
            .as_millis()
            .div_ceil(1000)
            .min(MAXIMUM_DELAY.as_secs().into());
        let seconds = i32::try_from(seconds).map_err(|error| SendError(error.into()))?;
        let mut request = self
            .queues
            .client()
            .send_message()
            .queue_url(&*self.url)
            .message_body(body)
            .delay_seconds(seconds);
        if let Some(trace) = Trace::current() {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(trace.to_string())
                .build()
                .map_err(|error| SendError(error.into()))?;
            request = request.message_attributes("traceparent", value);
        }
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| SendError(error.into()))
    }
}
