//! Order numbers.

use std::{fmt, str::FromStr};

use kernel::{MemberId, QuoteId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The number of an order: the id of the quote it was placed with and of the member who placed it, 52 letters and digits.
///
/// It says where the order is, so a notice that carries nothing else finds it in one read. Payment providers take up to 64
/// characters, and want a number that a seller never uses twice: both ids are made here and random.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderSn {
    quote: QuoteId,
    member: MemberId,
}

/// A text that is no order number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an order number: it must match {PATTERN}")]
pub struct InvalidOrderSn;

const PATTERN: &str = "^([0-7][0-9A-HJKMNP-TV-Z]{25}){2}$";

/// How many characters each of the two ids has.
const ID: usize = 26;

impl OrderSn {
    /// The number of the order that this member places with this quote.
    #[must_use]
    pub fn new(quote: QuoteId, member: MemberId) -> Self {
        Self { quote, member }
    }

    /// The quote that the order was placed with.
    #[must_use]
    pub fn quote(&self) -> &QuoteId {
        &self.quote
    }

    /// Whose order it is.
    #[must_use]
    pub fn member(&self) -> &MemberId {
        &self.member
    }
}

impl fmt::Display for OrderSn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.quote, self.member)
    }
}

impl FromStr for OrderSn {
    type Err = InvalidOrderSn;
    fn from_str(text: &str) -> Result<Self, InvalidOrderSn> {
        let (quote, member) = text.split_at_checked(ID).ok_or(InvalidOrderSn)?;
        Ok(Self {
            quote: QuoteId::parse(quote).map_err(|_| InvalidOrderSn)?,
            member: MemberId::parse(member).map_err(|_| InvalidOrderSn)?,
        })
    }
}

impl Serialize for OrderSn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderSn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for OrderSn {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OrderSn".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const MEMBER: &str = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";

    #[test]
    fn an_order_number_holds_its_quote_and_its_member() {
        let sn: OrderSn = format!("{QUOTE}{MEMBER}").parse().unwrap();
        assert_eq!((sn.quote().as_str(), sn.member().as_str()), (QUOTE, MEMBER));
        assert_eq!(sn.to_string(), format!("{QUOTE}{MEMBER}"));
        assert!(
            sn.to_string()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
    }

    #[test]
    fn other_texts_are_no_order_numbers() {
        let texts = [
            "",
            QUOTE,
            &format!("{QUOTE}{MEMBER}0"),
            &format!("{QUOTE}#{}", &MEMBER[1..]),
            &"华".repeat(18),
        ];
        for text in texts {
            assert_eq!(text.parse::<OrderSn>(), Err(InvalidOrderSn), "{text}");
        }
        assert!(
            format!("{QUOTE}{MEMBER}")
                .to_lowercase()
                .parse::<OrderSn>()
                .is_err()
        );
    }
}
