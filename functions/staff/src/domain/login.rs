//! What staff sign in with.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The login name of an account, in lower case: `Li.Lei` and `li.lei` are one name. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct StaffLogin(String);

/// A text that is no login name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a login name has 3 to 32 letters, digits, dots, hyphens and underscores and begins with a letter"
)]
pub struct InvalidStaffLogin;

const PATTERN: &str = "^[A-Za-z][A-Za-z0-9._-]{2,31}$";

impl StaffLogin {
    /// Reads a name.
    ///
    /// # Errors
    /// When it has not 3 to 32 ASCII letters, digits, dots, hyphens and underscores, of which the first is a letter.
    pub fn parse(text: &str) -> Result<Self, InvalidStaffLogin> {
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let clean = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if begins_well && clean && (3..=32).contains(&text.len()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidStaffLogin)
        }
    }

    /// The name, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for StaffLogin {
    type Err = InvalidStaffLogin;
    fn from_str(text: &str) -> Result<Self, InvalidStaffLogin> {
        Self::parse(text)
    }
}

impl fmt::Display for StaffLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StaffLogin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for StaffLogin {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StaffLogin".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_upper_and_lower_case_and_holds_no_separator() {
        assert_eq!(StaffLogin::parse("Li.Lei"), StaffLogin::parse("li.LEI"));
        for text in ["", "ab", "1ab", "a b", "a#b", "李雷雷", &"a".repeat(33)] {
            assert_eq!(StaffLogin::parse(text), Err(InvalidStaffLogin), "{text}");
        }
    }
}
