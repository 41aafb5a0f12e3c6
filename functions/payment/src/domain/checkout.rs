//! Which orders can be paid, and what the buyer is asked for.

use kernel::{Money, Timestamp};
use order::{OrderStatus, PayableOrder};

/// What the buyer is asked for. The number of the bill is the order's: whatever provider it goes to, it is the same sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderBill {
    pub(crate) subject: String,
    pub(crate) amount: Money,
    /// The provider must not take money later than this.
    pub(crate) expires_at: Timestamp,
}

/// Why an order cannot be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotPayable {
    /// It is paid already, and may be further on its way.
    #[error("the order is paid already")]
    Paid,
    /// It is closed, and its stock may have been sold to somebody else.
    #[error("the order is closed")]
    Closed,
    /// It is about to be closed.
    #[error("the time to pay the order is over")]
    TooLate,
}

/// The bill for an order at a moment.
///
/// Providers count time limits in whole seconds. So that money is never taken after the order's time, the last part of a
/// second does not count, and an order with less than that left can no longer be paid.
pub(crate) fn bill_for(order: &PayableOrder, now: Timestamp) -> Result<OrderBill, NotPayable> {
    match order.status {
        OrderStatus::Unpaid => {}
        OrderStatus::Closed => return Err(NotPayable::Closed),
        _ => return Err(NotPayable::Paid),
    }
    let expires_at = Timestamp::from_millis(order.expires_at.as_seconds() * 1000);
    if now >= expires_at {
        return Err(NotPayable::TooLate);
    }
    Ok(OrderBill { subject: format!("谷粒商城 {}", order.subject), amount: order.total, expires_at })
}
