//! Schedules: `rate(5 minutes)`, `at(2026-11-24T08:00:00)` and `cron(0 18 ? * MON-FRI *)`, all in UTC, as EventBridge reads them.
//!
//! Not known here: `L`, `W` and `#` in a cron expression. A template that uses them stops the start with an error.

use std::collections::BTreeSet;
use std::time::Duration;

use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// A date that does not come within this many days (29 February does) never comes.
const DAYS_AHEAD: usize = 366 * 8;

/// A schedule expression that is not understood.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the schedule expression {expression} is not understood: {why}")]
pub struct ScheduleError {
    expression: String,
    why: &'static str,
}

/// When a function runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    Every(Duration),
    Once(OffsetDateTime),
    Cron(Box<Cron>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: BTreeSet<u8>,
    hours: BTreeSet<u8>,
    /// `None` stands for any day.
    days_of_month: Option<BTreeSet<u8>>,
    months: BTreeSet<u8>,
    /// 1 is Sunday.
    days_of_week: Option<BTreeSet<u8>>,
    years: Option<BTreeSet<u16>>,
}

impl Schedule {
    pub(crate) fn parse(expression: &str) -> Result<Self, ScheduleError> {
        let inner = |kind: &str| {
            expression
                .strip_prefix(kind)?
                .strip_prefix('(')?
                .strip_suffix(')')
                .map(str::trim)
        };
        let parsed = if let Some(rate) = inner("rate") {
            parse_rate(rate).map(Schedule::Every)
        } else if let Some(moment) = inner("at") {
            let moment = PrimitiveDateTime::parse(moment, &Iso8601::DEFAULT);
            moment
                .map(|moment| Schedule::Once(moment.assume_utc()))
                .map_err(|_| "no date and time")
        } else if let Some(fields) = inner("cron") {
            Cron::parse(fields).map(|cron| Schedule::Cron(Box::new(cron)))
        } else {
            Err("it is none of rate(), at(), cron()")
        };
        parsed.map_err(|why| ScheduleError {
            expression: expression.to_owned(),
            why,
        })
    }

    /// The first moment after `now`; none when there is no more.
    pub(crate) fn next(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        match self {
            Schedule::Every(interval) => Some(now + *interval),
            Schedule::Once(moment) => (*moment > now).then_some(*moment),
            Schedule::Cron(cron) => cron.next(now.to_offset(UtcOffset::UTC)),
        }
    }
}

fn parse_rate(rate: &str) -> Result<Duration, &'static str> {
    let (count, unit) = rate
        .split_once(' ')
        .ok_or("a rate is a number and a unit")?;
    let count: u64 = count.parse().map_err(|_| "a rate is a number and a unit")?;
    let minutes = match unit.trim().trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => return Err("the unit of a rate is minutes, hours or days"),
    };
    if count == 0 {
        return Err("a rate is at least 1");
    }
    Ok(Duration::from_secs(count * minutes * 60))
}

impl Cron {
    fn parse(fields: &str) -> Result<Self, &'static str> {
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [minutes, hours, days_of_month, months, days_of_week, years] = fields[..] else {
            return Err(
                "cron has six fields: minutes, hours, day of month, month, day of week, year",
            );
        };
        if (days_of_month == "?") == (days_of_week == "?") {
            return Err("exactly one of day of month and day of week is ?");
        }
        Ok(Self {
            minutes: narrow(values(minutes, 0, 59, &[])?),
            hours: narrow(values(hours, 0, 23, &[])?),
            days_of_month: any_or(days_of_month, 1, 31, &[])?,
            months: narrow(values(months, 1, 12, &MONTHS)?),
            days_of_week: any_or(days_of_week, 1, 7, &DAYS)?,
            years: if years == "*" {
                None
            } else {
                Some(values(years, 1970, 2199, &[])?)
            },
        })
    }

    fn next(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let mut date = now.date();
        for day in 0..DAYS_AHEAD {
            if self.has_day(date) {
                let first = if day == 0 { Some(now.time()) } else { None };
                if let Some(time) = self.next_time(first) {
                    return Some(PrimitiveDateTime::new(date, time).assume_utc());
                }
            }
            date = date.next_day()?;
        }
        None
    }

    fn has_day(&self, date: Date) -> bool {
        let has =
            |set: &Option<BTreeSet<u8>>, value| set.as_ref().is_none_or(|set| set.contains(&value));
        let year = u16::try_from(date.year()).unwrap_or(0);
        self.years
            .as_ref()
            .is_none_or(|years| years.contains(&year))
            && self.months.contains(&u8::from(date.month()))
            && has(&self.days_of_month, date.day())
            && has(
                &self.days_of_week,
                date.weekday().number_days_from_sunday() + 1,
            )
    }

    /// The first time of a day, strictly after `after` where one is given.
    fn next_time(&self, after: Option<Time>) -> Option<Time> {
        let times = self
            .hours
            .iter()
            .flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        times
            .filter_map(|(hour, minute)| Time::from_hms(hour, minute, 0).ok())
            .find(|time| after.is_none_or(|after| *time > after))
    }
}

fn any_or(
    field: &str,
    first: u16,
    last: u16,
    names: &[&str],
) -> Result<Option<BTreeSet<u8>>, &'static str> {
    if field == "?" || field == "*" {
        return Ok(None);
    }
    values(field, first, last, names).map(|values| Some(narrow(values)))
}

/// Numbers of one field: `*`, `5`, `1-5`, `*/15`, `0/10`, `MON-FRI`, and lists of these.
fn values(
    field: &str,
    first: u16,
    last: u16,
    names: &[&str],
) -> Result<BTreeSet<u16>, &'static str> {
    let number = |text: &str| {
        let by_name = names
            .iter()
            .zip(first..)
            .find_map(|(name, number)| (*name == text).then_some(number));
        let number = by_name.or_else(|| text.parse().ok());
        number
            .filter(|number| (first..=last).contains(number))
            .ok_or("a value is out of its range, or of a kind not known here")
    };
    let mut values = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, ""));
        let step: u16 = if step.is_empty() {
            1
        } else {
            step.parse().map_err(|_| "a step is a number")?
        };
        if step == 0 {
            return Err("a step is at least 1");
        }
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((from, to)) => (number(from)?, number(to)?),
            None if part.contains('/') => (number(range)?, last),
            None => (number(range)?, number(range)?),
        };
        values.extend((from..=to).step_by(usize::from(step)));
    }
    if values.is_empty() {
        Err("a range runs backwards")
    } else {
        Ok(values)
    }
}

/// Everything but a year is below 60.
fn narrow(values: BTreeSet<u16>) -> BTreeSet<u8> {
    values
        .into_iter()
        .filter_map(|value| u8::try_from(value).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn next(expression: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
        Schedule::parse(expression).unwrap().next(now)
    }

    #[test]
    fn a_rate_repeats() {
        let now = datetime!(2026-11-24 06:14:03 UTC);
        assert_eq!(
            next("rate(1 minute)", now),
            Some(datetime!(2026-11-24 06:15:03 UTC))
        );
        assert_eq!(
            next("rate(2 hours)", now),
            Some(datetime!(2026-11-24 08:14:03 UTC))
        );
        assert_eq!(
            next("rate(7 days)", now),
            Some(datetime!(2026-12-01 06:14:03 UTC))
        );
    }

    #[test]
    fn a_moment_comes_once() {
        let expression = "at(2026-11-24T08:00:00)";
        assert_eq!(
            next(expression, datetime!(2026-11-24 06:14:03 UTC)),
            Some(datetime!(2026-11-24 08:00:00 UTC))
        );
        assert_eq!(next(expression, datetime!(2026-11-24 08:00:00 UTC)), None);
    }

    #[test]
    fn cron_finds_the_next_minute_strictly_after_now() {
        // 2026-11-24 is a Tuesday.
        let now = datetime!(2026-11-24 06:15:00 UTC);
        let cases = [
            ("cron(* * * * ? *)", datetime!(2026-11-24 06:16:00 UTC)),
            ("cron(15 6 * * ? *)", datetime!(2026-11-25 06:15:00 UTC)),
            ("cron(0/10 * * * ? *)", datetime!(2026-11-24 06:20:00 UTC)),
            (
                "cron(0 18 ? * MON-FRI *)",
                datetime!(2026-11-24 18:00:00 UTC),
            ),
            ("cron(0 3 ? * 1,7 *)", datetime!(2026-11-28 03:00:00 UTC)),
            ("cron(30 2 1 JAN ? *)", datetime!(2027-01-01 02:30:00 UTC)),
            ("cron(0 0 29 2 ? *)", datetime!(2028-02-29 00:00:00 UTC)),
            ("cron(0 0 1 1 ? 2030)", datetime!(2030-01-01 00:00:00 UTC)),
        ];
        for (expression, expected) in cases {
            assert_eq!(next(expression, now), Some(expected), "{expression}");
        }
        assert_eq!(next("cron(0 0 31 2 ? *)", now), None);
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_names_the_expression() {
        let wrong = [
            "every day",
            "rate(0 minutes)",
            "rate(5 fortnights)",
            "rate(5)",
            "at(tomorrow)",
            "cron(* * * * *)",
            "cron(60 * * * ? *)",
            "cron(* * * * * *)",
            "cron(* * L * ? *)",
            "cron(* * ? * 2#1 *)",
            "cron(*/0 * * * ? *)",
            "cron(10-5 * * * ? *)",
        ];
        for expression in wrong {
            let error = Schedule::parse(expression).unwrap_err().to_string();
            assert!(error.contains(expression), "{error}");
        }
    }
}
