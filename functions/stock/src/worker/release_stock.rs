//! Gives back what a closed order had taken. Comes any number of times, works once.

use dynamo::DynamoError;
use edge::Notes;
use serde::{Deserialize, Serialize};

use crate::{OrderedLine, Stock};

/// The order is closed: its stock comes back. It carries all it takes, so that the stock table alone is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseStock {
    /// The order's number.
    pub order_sn: String,
    /// What it had taken.
    pub lines: Vec<OrderedLine>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReleaseStockError {
    #[error("the stock of the order cannot be given back")]
    Store(#[from] DynamoError),
}

pub(crate) async fn release_stock(
    app: &Stock,
    message: ReleaseStock,
) -> Result<(), ReleaseStockError> {
    Notes::about(message.order_sn.as_str());
    app.levels
        .release(&message.order_sn, &message.lines)
        .await?;
    Ok(())
}
