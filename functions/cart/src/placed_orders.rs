//! Whether an order exists: all that this service knows of the order table.
//!
//! Services use those below them only, and orders are above carts, so the order service's own face is out of reach here. Yet
//! ordered lines may go from a cart only when the order is really there: its message is sent before the order is written, so
//! that it cannot get lost, and the order may then be refused. The key and the status of an order are fixed by the order
//! protocol; this reads them and nothing else, and writes nothing.

use dynamo::{Consistency, DynamoError, Key, Table};
use edge::Boot;
use kernel::{ConfigError, MemberId, QuoteId};
use serde::Deserialize;

/// The orders that were placed.
pub(crate) struct PlacedOrders {
    table: Table,
}

#[derive(Deserialize)]
struct OrderRow {
    status: String,
}

/// The status of an item that stands where an order is no longer to be placed.
const VOID: &str = "void";

impl PlacedOrders {
    /// The orders in the table that `ORDER_TABLE` names.
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("ORDER_TABLE")?,
        })
    }

    /// Whether the member has placed an order with this quote.
    pub(crate) async fn exists(
        &self,
        member: &MemberId,
        quote: &QuoteId,
    ) -> Result<bool, DynamoError> {
        let key = Key::new(format!("M#{member}"), format!("O#{quote}"));
        let order: Option<OrderRow> = self.table.get(key, Consistency::Strong).await?;
        Ok(order.is_some_and(|order| order.status != VOID))
    }
}
