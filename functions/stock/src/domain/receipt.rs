//! Receipts: goods that came in.

use std::fmt;

use kernel::{Quantity, SkuId, WarehouseId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The number under which goods came in. The same number never counts twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct ReceiptNumber(String);

/// Goods that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// Its number, unique for ever.
    pub(crate) number: ReceiptNumber,
    /// What came.
    pub(crate) sku_id: SkuId,
    /// Where to.
    pub(crate) warehouse_id: WarehouseId,
    /// How many pieces.
    pub(crate) quantity: Quantity,
}

const PATTERN: &str = "^[A-Za-z0-9._/-]{1,160}$";

impl ReceiptNumber {
    fn accepts(text: &str) -> bool {
        (1..=160).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'-'))
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ReceiptNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if Self::accepts(&text) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom(format!(
                "a receipt number must match {PATTERN}"
            )))
        }
    }
}

impl JsonSchema for ReceiptNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ReceiptNumber".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}
