//! The provider's clock: `yyyy-MM-dd HH:mm:ss` in Beijing time, which has no summer time.

use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

const BEIJING: UtcOffset = offset!(+8);
const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");

/// Writes a moment as the provider does.
pub(crate) fn write(moment: OffsetDateTime) -> String {
    moment
        .to_offset(BEIJING)
        .format(SECONDS)
        .expect("a date and a time have every part that the format names")
}

/// Reads a moment as the provider writes it; `None` when the text has another form.
pub(crate) fn read(text: &str) -> Option<OffsetDateTime> {
    let moment = PrimitiveDateTime::parse(text, SECONDS).ok()?;
    Some(moment.assume_offset(BEIJING))
}

/// The day of a moment as eight digits, the way the provider's numbers begin.
pub(crate) fn day_digits(moment: OffsetDateTime) -> String {
    day(moment)
        .format(DAY)
        .expect("a date has every part that the format names")
}

/// The midnight that ends the day of a moment.
pub(crate) fn end_of_day(moment: OffsetDateTime) -> OffsetDateTime {
    let tomorrow = day(moment)
        .next_day()
        .expect("the calendar goes on for eight thousand years");
    tomorrow.midnight().assume_offset(BEIJING)
}

fn day(moment: OffsetDateTime) -> Date {
    moment.to_offset(BEIJING).date()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_written_eight_hours_ahead_of_utc_and_read_back() {
        let moment = datetime!(2026-03-01 17:30:05 UTC);
        assert_eq!(write(moment), "2026-03-02 01:30:05");
        assert_eq!(read("2026-03-02 01:30:05"), Some(moment));
        assert_eq!(day_digits(moment), "20260302");
        assert_eq!(end_of_day(moment), datetime!(2026-03-02 16:00 UTC));
    }

    #[test]
    fn another_form_is_no_moment() {
        for text in [
            "",
            "2026-03-02",
            "2026-03-02T01:30:05",
            "2026-02-30 00:00:00",
            "2026-03-02 01:30:05 ",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
