//! One SKU in a cart.

use kernel::{Money, Quantity, SkuId};
use serde::{Deserialize, Serialize};

use super::Rev;

/// A SKU in a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) sku_id: SkuId,
    pub(crate) quantity: Quantity,
    /// Whether it goes into the next order.
    pub(crate) checked: bool,
    /// The price of one piece when the SKU first came into the cart: to show beside the price of now, never to be charged.
    pub(crate) price_when_added: Money,
    /// The write that last changed the line.
    pub(crate) rev: Rev,
}

/// A line that goes into the next order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedLine {
    /// The SKU.
    pub sku_id: SkuId,
    /// How many pieces.
    pub quantity: Quantity,
    /// Which writing of the line this is; to be given back in [`OrderedCartLine`].
    pub rev: String,
}

/// A line that was ordered, as it was then. One that has been changed since stays in the cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedCartLine {
    /// The SKU.
    pub sku_id: SkuId,
    /// Which writing of the line was ordered.
    pub rev: String,
}

impl Line {
    /// What the pieces cost at this price. For display, so it saturates.
    pub(crate) fn subtotal(&self, price: Money) -> Money {
        price
            .checked_mul(self.quantity.get().into())
            .unwrap_or(Money::from_fen(i64::MAX))
    }

    pub(crate) fn is(&self, ordered: &OrderedCartLine) -> bool {
        self.sku_id == ordered.sku_id && self.rev.as_str() == ordered.rev
    }
}
