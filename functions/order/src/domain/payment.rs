//! What a payment means for the order it names.

use kernel::{MemberId, Money, Timestamp};

use super::{
    order::{Order, PaidStep},
    order_sn::OrderSn,
    status::OrderStatus,
};

/// What stands where an order would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    /// The order.
    Order(Box<Order>),
    /// A mark that no order will ever stand here: its time was over before it came.
    Void,
}

/// Money that a payment provider took for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The provider, such as `alipay`.
    pub provider: String,
    /// The provider's number of the payment.
    pub trade_no: String,
    /// How much.
    pub amount: Money,
    /// When the provider took it.
    pub paid_at: Timestamp,
}

/// What came of marking an order as paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkPaid {
    /// It is paid now.
    Paid,
    /// This very payment paid it before; it may have been shipped since.
    AlreadyPaidByThis,
    /// Another payment paid it before: this one has to go back.
    PaidByAnother,
    /// It is closed: the payment has to go back.
    Closed,
    /// It costs something else; nothing was changed.
    WrongAmount,
    /// There is no such order, and there will be none.
    NoSuchOrder,
}

/// What it takes to ask a member for the money for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayableOrder {
    /// The order's number.
    pub order_sn: OrderSn,
    /// Whose it is.
    pub member_id: MemberId,
    /// How far it has come.
    pub status: OrderStatus,
    /// What it costs, freight included.
    pub total: Money,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// What it is for: the name of its first line, perhaps shortened.
    pub subject: String,
}

impl From<Order> for PayableOrder {
    fn from(order: Order) -> Self {
        Self {
            member_id: order.sn.member().clone(),
            order_sn: order.sn,
            status: order.status,
            total: order.total,
            expires_at: order.expires_at,
            subject: order
                .lines
                .into_iter()
                .next()
                .map(|line| line.name)
                .unwrap_or_default(),
        }
    }
}

impl MarkPaid {
    /// Why an order that is not as its payment expected it was not marked as paid by it.
    pub(crate) fn judge(stored: Option<&Stored>, payment: &Payment) -> Self {
        let Some(Stored::Order(order)) = stored else {
            return Self::NoSuchOrder;
        };
        if order.total != payment.amount {
            return Self::WrongAmount;
        }
        match &order.paid {
            Some(paid) if paid.is(payment) => Self::AlreadyPaidByThis,
            Some(_) => Self::PaidByAnother,
            None => Self::Closed,
        }
    }
}

impl PaidStep {
    fn is(&self, payment: &Payment) -> bool {
        self.provider == payment.provider && self.trade_no == payment.trade_no
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{closed, order, paid, payment};

    #[test]
    fn a_payment_that_does_not_pay_is_told_why() {
        let stored = |order: Order| Some(Stored::Order(Box::new(order)));
        let shipped = Order {
            status: OrderStatus::Shipped,
            ..paid()
        };
        let (mut other_trade, mut other_provider, mut less) = (payment(), payment(), payment());
        other_trade.trade_no.push('9');
        other_provider.provider = "wechat".to_owned();
        less.amount = Money::from_fen(1);
        let cases = [
            (None, payment(), MarkPaid::NoSuchOrder),
            (Some(Stored::Void), payment(), MarkPaid::NoSuchOrder),
            (
                stored(order(&[("a", 100, 1)])),
                less.clone(),
                MarkPaid::WrongAmount,
            ),
            (stored(closed()), less.clone(), MarkPaid::WrongAmount),
            (stored(paid()), less, MarkPaid::WrongAmount),
            (stored(paid()), payment(), MarkPaid::AlreadyPaidByThis),
            (stored(shipped), payment(), MarkPaid::AlreadyPaidByThis),
            (stored(paid()), other_trade, MarkPaid::PaidByAnother),
            (stored(paid()), other_provider, MarkPaid::PaidByAnother),
            (stored(closed()), payment(), MarkPaid::Closed),
        ];
        for (stored, payment, expected) in cases {
            assert_eq!(
                MarkPaid::judge(stored.as_ref(), &payment),
                expected,
                "{stored:?}"
            );
        }
    }
}
