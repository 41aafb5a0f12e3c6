//! The numbers the provider gives: a day, a mark of their kind, and digits nobody can guess.

use time::OffsetDateTime;

use crate::beijing;

/// A trade's number: 28 digits. Fifteen of them are random, so two of a day are the same as good as never.
pub(crate) fn trade_no(now: OffsetDateTime) -> String {
    format!("{}22001{}", beijing::day_digits(now), random_digits(15))
}

/// A notice's number: 34 digits.
pub(crate) fn notify_id(now: OffsetDateTime) -> String {
    format!("{}00222{}", beijing::day_digits(now), random_digits(21))
}

fn random_digits(count: usize) -> String {
    (0..count)
        .map(|_| char::from(rand::random_range(b'0'..=b'9')))
        .collect()
}
