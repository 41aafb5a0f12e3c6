//! The provider's clock: `yyyy-MM-dd HH:mm:ss` in Beijing time, eight hours ahead of UTC all year.

use kernel::Timestamp;
use time::{
    PrimitiveDateTime, UtcOffset,
    format_description::BorrowedFormatItem,
    macros::{format_description, offset},
};

const BEIJING: UtcOffset = offset!(+8);
const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Writes a moment as the provider does. A part of a second is dropped, so that a time limit is never written later than
/// it is.
pub(crate) fn write(moment: Timestamp) -> String {
    let local = moment.to_utc().to_offset(BEIJING);
    let (date, time) = (local.date(), local.time());
    let (month, day) = (u8::from(date.month()), date.day());
    let (hour, minute, second) = time.as_hms();
    format!(
        "{:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}",
        date.year()
    )
}

/// Reads a moment as the provider writes it; `None` when the text has another form.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let moment = PrimitiveDateTime::parse(text, SECONDS)
        .ok()?
        .assume_offset(BEIJING);
    moment
        .unix_timestamp()
        .checked_mul(1000)
        .map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_beijing_time_without_its_part_of_a_second() {
        let moment: Timestamp = "2026-12-31T16:00:59.999Z".parse().unwrap();
        assert_eq!(write(moment), "2027-01-01 00:00:59");
        assert_eq!(
            read("2027-01-01 00:00:59"),
            Some("2026-12-31T16:00:59Z".parse().unwrap())
        );
    }

    #[test]
    fn a_text_of_another_form_is_no_moment() {
        for text in [
            "",
            "2026-12-31",
            "2026-12-31T00:00:00",
            "2026-02-30 00:00:00",
            "2026-12-31 00:00:00.5",
            " 2026-12-31 00:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
