//! Closes an order that was not paid in time, and lets its stock come back. The message is sent before the order is
//! written, so it may come for an order that is not there yet, or never will be; it may come any number of times, early
//! and late.

use dynamo::{Consistency, DynamoError};
use kernel::Timestamp;
use queue::SendError;
use serde::{Deserialize, Serialize};

use crate::{
    OrderSn, Sales,
    domain::{Actor, Closing, Step},
    orders::trace_id,
    store::WriteFailure,
};

/// An order's time may be over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CloseOrder {
    /// The order.
    pub(crate) order_sn: OrderSn,
    /// When to close it, or to make sure that it never comes.
    pub(crate) due: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CloseOrderError {
    #[error("the order cannot be read or written")]
    Store(#[from] DynamoError),
    #[error("the order cannot be followed up")]
    Queue(#[from] SendError),
    #[error("the order moves faster than it can be closed")]
    Restless,
}

/// How often to decide anew because the order moved meanwhile. An order moves forward only, so this is more than enough.
const DECISIONS: usize = 5;

pub(crate) async fn close_order(app: &Sales, message: CloseOrder) -> Result<(), CloseOrderError> {
    let CloseOrder { order_sn, due } = message;
    let now = app.clock.now();
    // What a read misses of the last moment, the condition of the write that follows finds.
    let mut stored = app.store.find(&order_sn, Consistency::Eventual).await?;
    for _ in 0..DECISIONS {
        let outcome = match Closing::decide(stored.as_ref(), due, app.terms.close_grace, now) {
            Closing::Nothing => return Ok(()),
            Closing::Wait(due) => {
                return Ok(app
                    .closing
                    .send_at(&CloseOrder { order_sn, due }, due, now)
                    .await?);
            }
            Closing::Release(order) => return Ok(app.releasing.send(&order.release()).await?),
            Closing::Void => app.store.put_void(&order_sn, now).await.map(|()| None),
            Closing::Close => {
                let step = Step {
                    by: Actor::System,
                    at: now,
                    request: trace_id(),
                };
                app.store.close(&order_sn, &step, Some(now)).await.map(Some)
            }
        };
        match outcome {
            Ok(None) => return Ok(()),
            Ok(Some(order)) => return Ok(app.releasing.send(&order.release()).await?),
            Err(WriteFailure::Differs(meanwhile)) => stored = meanwhile,
            Err(WriteFailure::Store(error)) => return Err(error.into()),
        }
    }
    Err(CloseOrderError::Restless)
}
