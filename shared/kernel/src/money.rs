//! Money in Chinese yuan, counted in fen.

use std::{fmt, iter::Sum, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of money in fen (1 yuan = 100 fen), currency CNY. May be negative: a refund, a discount.
///
/// JSON: an integer, in fields whose name ends in `_fen`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
#[schemars(transparent)]
pub struct Money(i64);

/// A text that is no amount in yuan with at most two decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount in yuan with at most two decimals")]
pub struct InvalidMoney;

impl Money {
    /// The currency of every amount (ISO 4217).
    pub const CURRENCY: &'static str = "CNY";
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of so many fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen)
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// The difference, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// This amount so many times, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_mul(self, times: i64) -> Option<Self> {
        match self.0.checked_mul(times) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    /// Splits the amount over parts in proportion to their weights, by largest remainder; the parts always sum to the
    /// whole. Earlier parts win ties. Without any weight the first part takes everything.
    #[must_use]
    pub fn split(self, weights: &[u64]) -> Vec<Self> {
        if weights.is_empty() {
            return Vec::new();
        }
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if total == 0 {
            let mut parts = vec![Self::ZERO; weights.len()];
            parts[0] = self;
            return parts;
        }
        let whole = i128::from(self.0);
        // Each quotient lies between 0 and the whole, so it fits.
        let exact: Vec<(i128, i128)> = weights
            .iter()
            .map(|w| whole * i128::from(*w))
            .map(|product| (product.div_euclid(total), product.rem_euclid(total)))
            .collect();
        let mut parts: Vec<i128> = exact.iter().map(|(quotient, _)| *quotient).collect();
        let left = whole - parts.iter().sum::<i128>();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(exact[*i].1));
        for i in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            parts[i] += 1;
        }
        parts
            .into_iter()
            .map(|fen| Self(i64::try_from(fen).unwrap_or(0)))
            .collect()
    }
}

/// In yuan with two decimals, as payment providers write it: `3788.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

/// From yuan with at most two decimals: `3788`, `3788.5`, `3788.00`. Exact; a third decimal is refused, not rounded.
impl FromStr for Money {
    type Err = InvalidMoney;
    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (yuan, cents) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(yuan) || !all_digits(cents) || cents.len() > 2 {
            return Err(InvalidMoney);
        }
        let yuan: i64 = yuan.parse().map_err(|_| InvalidMoney)?;
        let fen: i64 = format!("{cents:0<2}").parse().map_err(|_| InvalidMoney)?;
        let total = yuan
            .checked_mul(100)
            .and_then(|y| y.checked_add(fen))
            .ok_or(InvalidMoney)?;
        Ok(Self(sign * total))
    }
}

/// A sum for display and tests; it saturates. Sums that are charged use [`Money::checked_add`].
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, next| Self(sum.0.saturating_add(next.0)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yuan_are_written_with_two_decimals_and_read_exactly() {
        assert_eq!(Money::from_fen(378_800).to_string(), "3788.00");
        assert_eq!(Money::from_fen(-5).to_string(), "-0.05");
        assert_eq!("0.1".parse(), Ok(Money::from_fen(10)));
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.234",
            "1e3",
            "+1",
            "１",
            "92233720368547758.08",
            "--1",
        ] {
            assert_eq!(text.parse::<Money>(), Err(InvalidMoney), "{text}");
        }
    }

    #[test]
    fn the_largest_remainder_gets_the_odd_fen() {
        let parts = Money::from_fen(100).split(&[1, 1, 1]);
        assert_eq!(parts, [34, 33, 33].map(Money::from_fen));
        assert_eq!(
            Money::from_fen(7).split(&[0, 0]),
            [7, 0].map(Money::from_fen)
        );
    }

    proptest! {
        #[test]
        fn parts_always_sum_to_the_whole(fen in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(0_u64..1_000_000, 1..20)) {
            let parts = Money::from_fen(fen).split(&weights);
            prop_assert_eq!(parts.iter().map(|p| p.fen()).sum::<i64>(), fen);
        }

        #[test]
        fn what_is_written_reads_back(fen in -10_000_000_000_i64..10_000_000_000) {
            let money = Money::from_fen(fen);
            prop_assert_eq!(money.to_string().parse(), Ok(money));
        }
    }
}
