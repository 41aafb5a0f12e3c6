//! Mobile numbers.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A mobile number of mainland China, as its eleven digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

/// A text that is no mobile number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number: eleven digits that begin with 13 to 19, with or without +86")]
pub struct InvalidPhone;

/// What [`Phone::parse`] takes, for clients.
const PATTERN: &str = "^[ -]*([+][ -]*8[ -]*6[ -]*)?1[ -]*[3-9]([ -]*[0-9]){9}[ -]*$";

impl Phone {
    /// Reads a number as people write it: spaces and hyphens do not count, nor does the country's `+86`.
    ///
    /// # Errors
    /// When the rest is not `1`, `3` to `9`, and nine more digits.
    pub fn parse(text: &str) -> Result<Self, InvalidPhone> {
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = compact.strip_prefix("+86").unwrap_or(&compact);
        match digits.as_bytes() {
            [b'1', b'3'..=b'9', rest @ ..]
                if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit) =>
            {
                Ok(Self(digits.to_owned()))
            }
            _ => Err(InvalidPhone),
        }
    }

    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it may be shown where its owner could be watched: `138****1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

/// Logs show people's numbers masked.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Phone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Phone".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn however_people_write_a_number_it_is_the_same_number() {
        for text in [
            "13800001234",
            "+8613800001234",
            "+86 138-0000-1234",
            " 138 0000 1234 ",
        ] {
            assert_eq!(
                Phone::parse(text).unwrap().as_str(),
                "13800001234",
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_mobile_number_is_refused() {
        let texts = [
            "",
            "12800001234",
            "1380000123",
            "138000012345",
            "8613800001234",
            "+8513800001234",
            "+86+8613800001234",
            "138O0001234",
            "１３８００００１２３４",
            "138\t00001234",
            "0138000012",
        ];
        for text in texts {
            assert_eq!(Phone::parse(text), Err(InvalidPhone), "{text}");
        }
    }

    #[test]
    fn a_number_is_masked_in_logs() {
        let phone = Phone::parse("13800001234").unwrap();
        assert_eq!(phone.masked(), "138****1234");
        assert_eq!(format!("{phone:?}"), "138****1234");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(phone.as_str().len(), 11);
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }
    }
}
