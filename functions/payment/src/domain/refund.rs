//! Money that has to go back.

use kernel::{Money, Timestamp};
use order::OrderSn;

/// Money that a provider took for an order that could not take it: it was closed, or paid by another trade.
#[derive(Debug, Clone)]
pub(crate) struct RefundDue {
    /// Who took it.
    pub(crate) provider: &'static str,
    /// The provider's number of the trade; a trade is owed back once.
    pub(crate) trade_no: String,
    /// What it was paid for.
    pub(crate) order_sn: OrderSn,
    /// How much.
    pub(crate) amount: Money,
    /// When the notice of it came first.
    pub(crate) noticed_at: Timestamp,
}
