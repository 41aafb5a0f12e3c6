//! What one client has measured: how long each step took, how it ended, how many bytes came.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Times are kept in microseconds, exact to three digits, up to this one.
const LONGEST: u64 = 60_000_000;
const DIGITS: u8 = 3;

/// The name under which whole turns are measured.
pub(crate) const TURN: &str = "turn";

/// All steps of one client, or of several put together.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    steps: BTreeMap<&'static str, Step>,
    bytes: u64,
}

/// One step: those that went well with their times, the others by what was wrong.
#[derive(Debug)]
pub(crate) struct Step {
    /// Microseconds.
    pub(crate) times: Histogram<u64>,
    /// By status and problem code, such as `409 21000`.
    pub(crate) errors: BTreeMap<String, u64>,
}

impl Default for Step {
    fn default() -> Self {
        let times = Histogram::new_with_bounds(1, LONGEST, DIGITS);
        Self {
            times: times.expect("the bounds are constants that the histogram takes"),
            errors: BTreeMap::new(),
        }
    }
}

impl Meter {
    /// A step that went well.
    pub(crate) fn took(&mut self, step: &'static str, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LONGEST);
        let step = self.steps.entry(step).or_default();
        step.times.saturating_record(micros.clamp(1, LONGEST));
    }

    /// A step that did not.
    pub(crate) fn failed(&mut self, step: &'static str, error: String) {
        let step = self.steps.entry(step).or_default();
        *step.errors.entry(error).or_default() += 1;
    }

    /// Bytes of an answer's body.
    pub(crate) fn received(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Takes in what another client has measured.
    pub(crate) fn add(&mut self, other: Meter) {
        self.bytes += other.bytes;
        for (name, step) in other.steps {
            let sum = self.steps.entry(name).or_default();
            // Both have the same bounds, so nothing is out of range.
            let _ = sum.times.add(&step.times);
            for (error, count) in step.errors {
                *sum.errors.entry(error).or_default() += count;
            }
        }
    }

    /// The steps by name.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&'static str, &Step)> {
        self.steps.iter().map(|(name, step)| (*name, step))
    }

    /// Bytes of all bodies.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_add_up() {
        let client = |micros: u64| {
            let mut meter = Meter::default();
            meter.took("step", Duration::from_micros(micros));
            meter.failed("step", "409 21000".to_owned());
            meter.received(10);
            meter
        };
        let mut sum = client(1000);
        sum.add(client(3000));
        let (name, step) = sum.steps().next().unwrap();
        assert_eq!((name, step.times.len(), sum.bytes()), ("step", 2, 20));
        assert_eq!(step.errors, BTreeMap::from([("409 21000".to_owned(), 2)]));
        let longest = step.times.max();
        assert!((2998..=3002).contains(&longest), "{longest}");
    }

    #[test]
    fn what_takes_longer_than_can_be_measured_counts_as_the_longest() {
        let mut meter = Meter::default();
        meter.took("step", Duration::from_secs(600));
        let (_, step) = meter.steps().next().unwrap();
        assert_eq!(step.times.len(), 1);
    }
}
