//! Values for tests.

use kernel::{Money, Quantity, SkuId};

use super::{Line, Rev};

pub(crate) fn sku(id: &str) -> SkuId {
    SkuId::parse(id).unwrap()
}

pub(crate) fn quantity(pieces: u32) -> Quantity {
    Quantity::new(pieces).unwrap()
}

pub(crate) fn rev(text: &str) -> Rev {
    serde_json::from_value(text.into()).unwrap()
}

/// A checked line at 1.00 a piece.
pub(crate) fn line(id: &str, pieces: u32, written: &str) -> Line {
    Line {
        sku_id: sku(id),
        quantity: quantity(pieces),
        checked: true,
        price_when_added: Money::from_fen(100),
        rev: rev(written),
    }
}
