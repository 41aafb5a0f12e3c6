//! Which orders can be paid, and what the buyer is asked for.

use kernel::{Money, Timestamp};

use super::{payment::PayableOrder, status::OrderStatus};

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
pub enum NotPayable {
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
        OrderStatus::Paid | OrderStatus::Shipped | OrderStatus::Completed => {
            return Err(NotPayable::Paid);
        }
    }
    let expires_at = Timestamp::from_millis(order.expires_at.as_seconds() * 1000);
    if now >= expires_at {
        return Err(NotPayable::TooLate);
    }
    Ok(OrderBill {
        subject: format!("谷粒商城 {}", order.subject),
        amount: order.total,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use kernel::{MemberId, QuoteId};

    use super::*;
    use crate::OrderSn;

    fn order(status: OrderStatus, expires_at: i64) -> PayableOrder {
        let member_id = MemberId::generate(Timestamp::from_millis(0));
        PayableOrder {
            order_sn: OrderSn::new(
                QuoteId::generate(Timestamp::from_millis(0)),
                member_id.clone(),
            ),
            member_id,
            status,
            total: Money::from_fen(378_800),
            expires_at: Timestamp::from_millis(expires_at),
            subject: "华为 P20".to_owned(),
        }
    }

    fn bill(status: OrderStatus, expires_at: i64, now: i64) -> Result<OrderBill, NotPayable> {
        bill_for(&order(status, expires_at), Timestamp::from_millis(now))
    }

    #[test]
    fn an_unpaid_order_is_billed_whole_until_its_time_is_over() {
        let expected = OrderBill {
            subject: "谷粒商城 华为 P20".to_owned(),
            amount: Money::from_fen(378_800),
            expires_at: Timestamp::from_millis(900_000),
        };
        assert_eq!(bill(OrderStatus::Unpaid, 900_999, 0), Ok(expected.clone()));
        assert_eq!(bill(OrderStatus::Unpaid, 900_999, 899_999), Ok(expected));
        for now in [900_000, 900_999, i64::MAX] {
            assert_eq!(
                bill(OrderStatus::Unpaid, 900_999, now),
                Err(NotPayable::TooLate),
                "{now}"
            );
        }
    }

    #[test]
    fn an_order_that_is_paid_or_closed_is_not_billed_whatever_the_time() {
        for now in [0, i64::MAX] {
            assert_eq!(
                bill(OrderStatus::Closed, 900_000, now),
                Err(NotPayable::Closed)
            );
            for status in OrderStatus::ALL
                .into_iter()
                .filter(|status| status.is_paid())
            {
                assert_eq!(bill(status, 900_000, now), Err(NotPayable::Paid));
            }
        }
    }
}
