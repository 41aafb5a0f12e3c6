//! How far an order has come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The status of an order.
///
/// ```text
/// unpaid ─┬─ paid ── shipped ── completed
///         └─ closed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    /// Placed; its stock is taken, and it waits for the money.
    Unpaid,
    /// The money is there; it waits to be shipped.
    Paid,
    /// On its way.
    Shipped,
    /// Received.
    Completed,
    /// Given up before it was paid, by the member or when its time was over; its stock comes back.
    Closed,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Unpaid,
        Self::Paid,
        Self::Shipped,
        Self::Completed,
        Self::Closed,
    ];

    /// The one status from which an order comes to this one; `None` for the status in which it begins. All there is to
    /// know about the order's way: every write of a status demands that the order has the status before it.
    #[must_use]
    pub const fn predecessor(self) -> Option<Self> {
        match self {
            Self::Unpaid => None,
            Self::Paid | Self::Closed => Some(Self::Unpaid),
            Self::Shipped => Some(Self::Paid),
            Self::Completed => Some(Self::Shipped),
        }
    }

    /// Whether an order of this status has been paid for.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::Shipped | Self::Completed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_moves_along_its_graph_only() {
        use OrderStatus::{Closed, Completed, Paid, Shipped, Unpaid};
        let allowed = [
            (Unpaid, Paid),
            (Unpaid, Closed),
            (Paid, Shipped),
            (Shipped, Completed),
        ];
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                assert_eq!(
                    to.predecessor() == Some(from),
                    allowed.contains(&(from, to)),
                    "{from:?} {to:?}"
                );
            }
        }
    }

    #[test]
    fn no_order_comes_back_to_where_it_was() {
        for status in OrderStatus::ALL {
            let way: Vec<_> = std::iter::successors(Some(status), |status| status.predecessor())
                .take(9)
                .collect();
            assert!(
                way.len() < 5 && way.last() == Some(&OrderStatus::Unpaid),
                "{way:?}"
            );
        }
    }
}
