//! What members sign in with.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::Phone;

/// The name a member chose to sign in with, in lower case: `Alice_1` and `alice_1` are one name. It begins with a letter,
/// so it is never a phone number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct LoginName(String);

/// A text that is no login name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a login name has 6 to 18 letters, digits and underscores and begins with a letter")]
pub struct InvalidLoginName;

/// What somebody signs in with: a phone number or a login name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Login {
    /// A phone number.
    Phone(Phone),
    /// A login name.
    Name(LoginName),
}

/// A text that is neither a phone number nor a login name, and so belongs to no member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither a mobile number nor a login name")]
pub struct InvalidLogin;

const PATTERN: &str = "^[A-Za-z][A-Za-z0-9_]{5,17}$";

impl LoginName {
    /// Reads a name.
    ///
    /// # Errors
    /// When it has not 6 to 18 ASCII letters, digits and underscores, of which the first is a letter.
    pub fn parse(text: &str) -> Result<Self, InvalidLoginName> {
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let clean = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if begins_well && clean && (6..=18).contains(&text.len()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidLoginName)
        }
    }

    /// The name, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Login {
    /// Reads what somebody signs in with.
    ///
    /// # Errors
    /// When it is neither a phone number nor a login name.
    pub fn parse(text: &str) -> Result<Self, InvalidLogin> {
        let phone = Phone::parse(text).map(Self::Phone);
        phone
            .or_else(|_| LoginName::parse(text).map(Self::Name))
            .map_err(|_| InvalidLogin)
    }

    /// In its one spelling: the same for every way of writing the same login, different for different logins.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Name(name) => name.as_str(),
        }
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for LoginName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Login {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for LoginName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LoginName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

impl JsonSchema for Login {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Login".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let either = [
            generator.subschema_for::<Phone>(),
            generator.subschema_for::<LoginName>(),
        ];
        json_schema!({ "oneOf": either })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_the_same_in_upper_and_lower_case() {
        assert_eq!(LoginName::parse("Alice_01"), LoginName::parse("aLICE_01"));
        assert_eq!(LoginName::parse("Alice_01").unwrap().as_str(), "alice_01");
    }

    #[test]
    fn a_name_has_six_to_eighteen_characters_and_begins_with_a_letter() {
        for text in ["abcdef", "a_____", "a12345678901234567"] {
            assert!(LoginName::parse(text).is_ok(), "{text}");
        }
        let texts = [
            "",
            "abcde",
            "a123456789012345678",
            "1abcdef",
            "_abcdef",
            "abc def",
            "abc-def",
            "张三李四王五",
            "abcdeé",
            "abc#def",
            " abcdef",
        ];
        for text in texts {
            assert_eq!(LoginName::parse(text), Err(InvalidLoginName), "{text}");
        }
    }

    #[test]
    fn a_login_is_a_phone_number_or_a_name() {
        assert!(matches!(
            Login::parse("+86 138-0000-1234"),
            Ok(Login::Phone(_))
        ));
        assert!(matches!(Login::parse("Alice_01"), Ok(Login::Name(_))));
        assert_eq!(Login::parse("12345678901"), Err(InvalidLogin));
    }

    proptest! {
        #[test]
        fn a_name_never_parses_as_a_phone_number(text in "[A-Za-z][A-Za-z0-9_]{5,17}") {
            prop_assert!(Phone::parse(&text).is_err());
            let name = LoginName::parse(&text).unwrap();
            prop_assert_eq!(Login::parse(&text), Ok(Login::Name(name)));
        }
    }
}
