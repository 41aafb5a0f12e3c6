//! Quotes as texts that a client carries and cannot change.

use std::fmt;

use dynamo::Signer;
use edge::Boot;
use kernel::{ConfigError, MemberId, QuoteId, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::Quote;

/// Signs quotes and reads them back.
#[derive(Debug, Clone)]
pub(crate) struct Quotes {
    signer: Signer,
}

/// A quote as a text: its id, and behind a dot everything else, signed. The id stands in the open so that an order placed
/// with it is found even when the signature no longer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuoteText {
    id: QuoteId,
    signed: String,
}

/// Why no order can be placed with a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QuoteRefusal {
    #[error("the quote was not made by this mall for this member")]
    Invalid,
    #[error("the quote has expired")]
    Expired,
}

/// A quote that cannot be written as a text.
#[derive(Debug, thiserror::Error)]
#[error("the quote cannot be signed")]
pub(crate) struct SealError(#[from] serde_json::Error);

impl Quotes {
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            signer: boot.signer("order quote")?,
        })
    }

    pub(crate) fn seal(&self, quote: &Quote) -> Result<QuoteText, SealError> {
        Ok(QuoteText {
            id: quote.id.clone(),
            signed: self.signer.seal(quote)?,
        })
    }

    /// The quote in a text, if this member can place an order with it now.
    pub(crate) fn open(
        &self,
        text: &QuoteText,
        member: &MemberId,
        now: Timestamp,
    ) -> Result<Quote, QuoteRefusal> {
        let quote: Quote = self
            .signer
            .open(&text.signed)
            .map_err(|_| QuoteRefusal::Invalid)?;
        if quote.id != text.id || quote.member != *member {
            Err(QuoteRefusal::Invalid)
        } else if quote.is_valid_at(now) {
            Ok(quote)
        } else {
            Err(QuoteRefusal::Expired)
        }
    }
}

impl QuoteText {
    /// The quote's id, which may be anyone's as long as the text is not opened.
    pub(crate) fn id(&self) -> &QuoteId {
        &self.id
    }
}

impl fmt::Display for QuoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.signed)
    }
}

impl Serialize for QuoteText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for QuoteText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id, signed) = text
            .split_once('.')
            .ok_or_else(|| de::Error::custom("not a quote"))?;
        let id = QuoteId::parse(id).map_err(|_| de::Error::custom("not a quote"))?;
        Ok(Self {
            id,
            signed: signed.to_owned(),
        })
    }
}

impl JsonSchema for QuoteText {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "QuoteText".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[0-7][0-9A-HJKMNP-TV-Z]{25}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$" })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::{Clock, Environment};

    use super::*;
    use crate::domain::samples::{basket, member, now, quote};

    fn quotes(key: &str) -> Quotes {
        let key = ("SIGNING_KEY".to_owned(), key.repeat(32));
        Quotes {
            signer: Signer::from_env(&Environment::of([key].into(), Clock::System), "order quote")
                .unwrap(),
        }
    }

    #[test]
    fn a_quote_opens_for_its_member_until_it_expires() {
        let quote = quote(&basket(&[("a", 100, 1), ("b", 200, 3)]));
        let text = quotes("k").seal(&quote).unwrap();
        let text: QuoteText = serde_json::from_str(&serde_json::to_string(&text).unwrap()).unwrap();
        assert_eq!(quotes("k").open(&text, &member(), now()), Ok(quote.clone()));
        assert_eq!(
            quotes("k").open(&text, &member(), quote.expires_at),
            Err(QuoteRefusal::Expired)
        );
        let other = MemberId::generate(now());
        assert_eq!(
            quotes("k").open(&text, &other, now()),
            Err(QuoteRefusal::Invalid)
        );
        assert_eq!(
            quotes("x").open(&text, &member(), now()),
            Err(QuoteRefusal::Invalid)
        );
    }

    #[test]
    fn the_id_in_the_open_must_be_the_one_that_was_signed() {
        let quote = quote(&basket(&[("a", 100, 1)]));
        let mut text = quotes("k").seal(&quote).unwrap();
        text.id = QuoteId::generate(now().plus(Duration::from_secs(1)));
        assert_eq!(
            quotes("k").open(&text, &member(), now()),
            Err(QuoteRefusal::Invalid)
        );
    }

    #[test]
    fn other_texts_are_no_quotes() {
        for text in [
            "",
            ".",
            "x.y.z",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "01ARZ3NDEKTSV4RRFFQ69G5FA#.a.b",
        ] {
            assert!(
                serde_json::from_value::<QuoteText>(text.into()).is_err(),
                "{text}"
            );
        }
    }
}
