//! Vouchers: the papers by which stock comes in or is corrected. Each has a number, and no number counts twice.

use std::fmt;

use kernel::{Quantity, SkuId, Text, WarehouseId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The number of a voucher, chosen by whoever writes it. Receipts and adjustments are numbered apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct VoucherNumber(String);

/// Goods that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// Its number, unique for ever.
    pub(crate) number: VoucherNumber,
    /// What came.
    pub(crate) sku_id: SkuId,
    /// Where to.
    pub(crate) warehouse_id: WarehouseId,
    /// How many pieces.
    pub(crate) quantity: Quantity,
}

/// A correction of what is in stock: a count that found more or less than there should be, damage, loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Adjustment {
    /// Its number, unique for ever among adjustments.
    pub(crate) number: VoucherNumber,
    /// Of what.
    pub(crate) sku_id: SkuId,
    /// Where.
    pub(crate) warehouse_id: WarehouseId,
    /// How many pieces more, or fewer.
    pub(crate) change: Change,
    /// Why.
    pub(crate) reason: Text<1, 200>,
}

/// A number of pieces more or fewer: as many as a quantity may have, and not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Change(i32);

const PATTERN: &str = "^[A-Za-z0-9._/-]{1,160}$";
const MOST: i32 = Quantity::MAX as i32;

impl VoucherNumber {
    fn accepts(text: &str) -> bool {
        (1..=160).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'-'))
    }
}

impl Change {
    /// The pieces, negative for fewer.
    pub(crate) fn get(self) -> i64 {
        self.0.into()
    }

    /// How many pieces it takes away; 0 when it adds some.
    pub(crate) fn taken(self) -> u32 {
        self.0.min(0).unsigned_abs()
    }
}

impl fmt::Display for VoucherNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for VoucherNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if Self::accepts(&text) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom(format!("a number must match {PATTERN}")))
        }
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pieces = i64::deserialize(deserializer)?;
        i32::try_from(pieces)
            .ok()
            .filter(|pieces| *pieces != 0 && (-MOST..=MOST).contains(pieces))
            .map(Self)
            .ok_or_else(|| {
                de::Error::custom(format!(
                    "a change is a whole number from -{MOST} to {MOST}, and not 0"
                ))
            })
    }
}

impl JsonSchema for VoucherNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VoucherNumber".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

impl JsonSchema for Change {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Change".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": -MOST, "maximum": MOST, "not": { "const": 0 } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_more_or_fewer_pieces_and_never_none() {
        for json in ["0", "-1000001", "1000001", "0.5", "\"1\""] {
            assert!(serde_json::from_str::<Change>(json).is_err(), "{json}");
        }
        let fewer: Change = serde_json::from_str("-7").unwrap();
        assert_eq!((fewer.get(), fewer.taken()), (-7, 7));
        let more: Change = serde_json::from_str("7").unwrap();
        assert_eq!((more.get(), more.taken()), (7, 0));
    }
}
