//! Sums of money as the provider writes them: yuan with two decimals in text, fen in memory.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The largest sum one trade may carry: 100 000 000.00 yuan, the provider's limit.
const LARGEST_FEN: i64 = 10_000_000_000;

/// A sum in fen (1/100 yuan). What is read from a text is at least one fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Amount(i64);

/// A text that is no sum between 0.01 and 100000000.00 yuan.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an amount between 0.01 and 100000000.00 with at most two decimals")]
pub(crate) struct NotAnAmount(String);

impl Amount {
    /// Nothing: where a sum starts.
    pub(crate) const ZERO: Amount = Amount(0);

    /// Reads `12`, `12.3` or `12.30`; no sign, no space, no exponent, at most two decimals.
    pub(crate) fn parse(text: &str) -> Result<Amount, NotAnAmount> {
        let not_an_amount = || NotAnAmount(text.to_owned());
        let (yuan, decimals) = match text.split_once('.') {
            Some((yuan, decimals)) if (1..=2).contains(&decimals.len()) => (yuan, decimals),
            Some(_) => return Err(not_an_amount()),
            None => (text, "00"),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !(1..=9).contains(&yuan.len()) || !all_digits(yuan) || !all_digits(decimals) {
            return Err(not_an_amount());
        }
        let fen: i64 = format!("{yuan}{decimals:0<2}")
            .parse()
            .map_err(|_| not_an_amount())?;
        if !(1..=LARGEST_FEN).contains(&fen) {
            return Err(not_an_amount());
        }
        Ok(Amount(fen))
    }

    /// Both sums together.
    pub(crate) fn plus(self, other: Amount) -> Amount {
        Amount(self.0 + other.0)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> String {
        amount.to_string()
    }
}

impl TryFrom<String> for Amount {
    type Error = NotAnAmount;

    fn try_from(text: String) -> Result<Amount, NotAnAmount> {
        Amount::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::Amount;

    #[test]
    fn an_amount_is_written_with_two_decimals_however_it_was_read() {
        for (read, written) in [
            ("12", "12.00"),
            ("12.3", "12.30"),
            ("0.01", "0.01"),
            ("100000000.00", "100000000.00"),
        ] {
            assert_eq!(Amount::parse(read).unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "0",
            "0.00",
            "-1",
            "+1",
            ".5",
            "5.",
            "1.234",
            "1e3",
            " 1",
            "1,00",
            "１",
            "100000000.01",
            "9999999999",
        ] {
            assert!(Amount::parse(text).is_err(), "{text:?}");
        }
    }
}
