//! Takes out of a member's cart what they have ordered. A line that was changed after it was ordered stays: it is a new wish.

use std::time::Duration;

use dynamo::DynamoError;
use edge::{Boot, Notes};
use futures::future::try_join;
use kernel::{ConfigError, MemberId, QuoteId};
use queue::{SendError, Sender};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::{Carts, OrderedCartLine, loaded_cart::load_member_cart, placed_orders::PlacedOrders};

/// An order is being placed: once it is there, its lines go from the cart. It is sent before the order is written, so it
/// may come before the order, or without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveOrderedLines {
    /// Whose cart.
    pub member_id: MemberId,
    /// The quote, which is the order's id.
    pub quote_id: QuoteId,
    /// The order's number, for the log.
    pub order_sn: String,
    /// The lines as they were in the cart when they were quoted.
    pub lines: Vec<OrderedCartLine>,
    /// How often this was sent again because the order was not there; 0 at first.
    #[serde(default)]
    pub tries: u8,
}

/// What this worker needs.
pub(crate) struct Removal {
    carts: Carts,
    orders: PlacedOrders,
    again: Sender<RemoveOrderedLines>,
}

/// How long to wait for an order before looking again. A function that places one is over within seconds, so an order that is
/// not there after all of these was refused; should the member send it again, it comes with a message of its own.
const WAITS: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(300),
];

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveOrderedLinesError {
    #[error("the ordered lines cannot be removed")]
    Store(#[from] DynamoError),
    #[error("the message cannot be sent again")]
    Queue(#[from] SendError),
}

impl Removal {
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            carts: Carts::from_env(boot)?,
            orders: PlacedOrders::from_env(boot)?,
            again: boot.sender("REMOVE_ORDERED_LINES_QUEUE_URL")?,
        })
    }
}

pub(crate) async fn remove_ordered_lines(
    app: &Removal,
    message: RemoveOrderedLines,
) -> Result<(), RemoveOrderedLinesError> {
    Notes::about(message.order_sn.as_str());
    let (placed, mut loaded) = try_join(
        app.orders.exists(&message.member_id, &message.quote_id),
        load_member_cart(&app.carts, message.member_id.clone()),
    )
    .await?;
    if !placed {
        return look_again_later(app, message).await;
    }
    loaded
        .edit(|cart, _| {
            cart.remove_ordered(&message.lines);
            Ok(())
        })
        .await
}

async fn look_again_later(
    app: &Removal,
    message: RemoveOrderedLines,
) -> Result<(), RemoveOrderedLinesError> {
    let Some(wait) = WAITS.get(usize::from(message.tries)) else {
        info!(
            order_sn = message.order_sn,
            "the order was never placed; its lines stay in the cart"
        );
        return Ok(());
    };
    let again = RemoveOrderedLines {
        tries: message.tries + 1,
        ..message
    };
    app.again.send_after(&again, *wait).await?;
    Ok(())
}
