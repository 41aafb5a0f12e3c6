//! Values that several parts of the catalog have in common.

use kernel::Text;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The address of a picture: of this mall (`/media/…`) or anywhere on the web (`https://…`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Address(String);

/// The most characters that an address has.
const LONGEST_ADDRESS: usize = 2000;

impl Address {
    /// The address as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as text.
    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// No scheme that a browser would run, no white space, and no `//` that leads to another host without saying so.
    fn accepts(text: &str) -> bool {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .or_else(|| text.strip_prefix('/'));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            && !text.chars().any(|c| c.is_whitespace() || c == '\\')
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::<1, LONGEST_ADDRESS>::deserialize(deserializer)?.into_string();
        if Self::accepts(&text) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom(
                "an address begins with /, http:// or https://",
            ))
        }
    }
}

impl JsonSchema for Address {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Address".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^(https?:/)?/[^/\\\s\x00-\x1f\x7f-\x9f][^\\\s\x00-\x1f\x7f-\x9f]*$",
            "maxLength": LONGEST_ADDRESS,
        })
    }
}

/// A place in an order, lowest first: 0 to 999,999.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct SortNumber(u32);

impl SortNumber {
    const MAX: u32 = 999_999;

    /// Six digits: sorts as text as it does as a number.
    pub(crate) fn digits(self) -> String {
        format!("{:06}", self.0)
    }
}

impl<'de> Deserialize<'de> for SortNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::try_from(i64::deserialize(deserializer)?)
            .ok()
            .filter(|number| *number <= Self::MAX)
            .map(Self)
            .ok_or_else(|| de::Error::custom("a whole number from 0 to 999999"))
    }
}

impl JsonSchema for SortNumber {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SortNumber".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": Self::MAX, "default": 0 })
    }
}
