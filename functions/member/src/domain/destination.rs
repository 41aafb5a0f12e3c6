//! Where goods go.

use std::fmt;

use kernel::Text;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::Phone;

/// Where goods go, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    /// Who receives the goods.
    pub receiver: Text<1, 25>,
    /// The receiver's mobile number, in full.
    pub phone: Phone,
    /// Province.
    pub province: Text<1, 20>,
    /// City.
    pub city: Text<1, 20>,
    /// District or county.
    pub district: Text<1, 20>,
    /// Street, house, room.
    pub street: Text<1, 100>,
    /// Postal code, six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<PostalCode>,
}

/// A postal code of mainland China: six digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PostalCode(String);

const POSTAL_CODE: &str = "^[0-9]{6}$";

impl fmt::Display for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PostalCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom("a postal code has six digits"))
        }
    }
}

impl JsonSchema for PostalCode {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PostalCode".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": POSTAL_CODE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_has_six_digits() {
        assert!(serde_json::from_str::<PostalCode>("\"310012\"").is_ok());
        for json in [
            "\"31001\"",
            "\"3100123\"",
            "\"31001a\"",
            "\"３１００１２\"",
            "310012",
        ] {
            assert!(serde_json::from_str::<PostalCode>(json).is_err(), "{json}");
        }
    }
}
