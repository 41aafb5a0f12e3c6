//! What a run tells: a table for people, JSON for machines, ratios against an earlier run.

// Rates, ratios and times of measurements; no money comes near.
#![allow(clippy::float_arithmetic)]

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::load::Measured;
use super::machine::Tree;
use super::meter::{self, TURN};
use super::options::{BenchOptions, Flow};

/// What a run measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    flow: Flow,
    clients: u16,
    /// Turns a second that were to begin; absent in a closed loop.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rate: Option<u32>,
    seconds: f64,
    /// Bytes of all answers' bodies.
    bytes: u64,
    /// Whole turns first, then their steps.
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    machine: Option<Machine>,
    /// What the race proves; empty for the other flows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    promises: Vec<Promise>,
}

/// One step of all turns. Times are milliseconds, of those that went well.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Step {
    name: String,
    count: u64,
    per_second: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    longest: f64,
    /// By status and problem code.
    errors: BTreeMap<String, u64>,
}

/// What a mall on this machine cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Machine {
    /// Milliseconds of processor time for a turn, over all processes.
    processor_ms_per_turn: f64,
    /// Proportional memory of all processes at the end, MB (2^20 bytes).
    memory_mb: f64,
}

/// Something that must hold after a race.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Promise {
    pub(crate) what: String,
    pub(crate) expected: u64,
    pub(crate) found: u64,
}

impl Promise {
    fn holds(&self) -> bool {
        self.expected == self.found
    }
}

impl Report {
    pub(crate) fn new(options: &BenchOptions, measured: &Measured) -> Self {
        let seconds = measured.time.as_secs_f64().max(f64::MIN_POSITIVE);
        let step = |(name, step): (&str, &meter::Step)| {
            let millis = |quantile| step.times.value_at_quantile(quantile) as f64 / 1000.0;
            Step {
                name: name.to_owned(),
                count: step.times.len(),
                per_second: step.times.len() as f64 / seconds,
                p50: millis(0.5),
                p90: millis(0.9),
                p99: millis(0.99),
                longest: millis(1.0),
                errors: step.errors.clone(),
            }
        };
        let mut steps: Vec<Step> = measured.meter.steps().map(step).collect();
        steps.sort_by_key(|step| step.name != TURN);
        Self {
            flow: options.flow,
            clients: options.clients,
            rate: options.rate.map(Into::into),
            seconds,
            bytes: measured.meter.bytes(),
            steps,
            machine: None,
            promises: Vec::new(),
        }
    }

    /// Adds what a mall on this machine cost; `before` is its processor time when the run began.
    pub(crate) fn with_machine(self, tree: Tree, before: Option<Duration>) -> Self {
        let turns = self.steps.first().map_or(0, |step| step.count).max(1);
        let machine = || {
            let spent = tree.processor_time()?.checked_sub(before?)?;
            Some(Machine {
                processor_ms_per_turn: spent.as_secs_f64() * 1000.0 / turns as f64,
                memory_mb: tree.memory()? as f64 / (1024.0 * 1024.0),
            })
        };
        Self {
            machine: machine(),
            ..self
        }
    }

    pub(crate) fn with_promises(self, promises: Vec<Promise>) -> Self {
        Self { promises, ..self }
    }

    /// Whether every step went well and every promise holds.
    pub(crate) fn is_good(&self) -> bool {
        self.steps.iter().all(|step| step.errors.is_empty())
            && self.promises.iter().all(Promise::holds)
    }

    /// The same figures, each as its ratio to that of an earlier run.
    pub(crate) fn compared_with(&self, earlier: &Report) -> String {
        let mut text = format!(
            "\nagainst {}: ratios, now / then\n{:<18}{:>12}{:>10}{:>10}{:>10}\n",
            earlier.title(),
            "",
            "a second",
            "p50",
            "p90",
            "p99"
        );
        for now in &self.steps {
            let Some(then) = earlier.steps.iter().find(|then| then.name == now.name) else {
                continue;
            };
            text += &format!(
                "{:<18}{:>12}{:>10}{:>10}{:>10}\n",
                now.name,
                ratio(now.per_second, then.per_second),
                ratio(now.p50, then.p50),
                ratio(now.p90, then.p90),
                ratio(now.p99, then.p99)
            );
        }
        if let (Some(now), Some(then)) = (self.machine, earlier.machine) {
            text += &format!(
                "processor time a turn {}, memory {}\n",
                ratio(now.processor_ms_per_turn, then.processor_ms_per_turn),
                ratio(now.memory_mb, then.memory_mb)
            );
        }
        text
    }

    fn title(&self) -> String {
        let clients = if self.clients == 1 {
            "client"
        } else {
            "clients"
        };
        let pace = match self.rate {
            None => "closed loop".to_owned(),
            Some(rate) => format!("{rate} turns a second"),
        };
        let flow = format!("{:?}", self.flow).to_lowercase();
        format!(
            "{flow}, {} {clients}, {pace}, {:.1} s",
            self.clients, self.seconds
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n", self.title())?;
        writeln!(
            out,
            "{:<18}{:>9}{:>12}{:>10}{:>10}{:>10}{:>10}{:>9}",
            "", "count", "a second", "p50 ms", "p90 ms", "p99 ms", "longest", "errors"
        )?;
        for step in &self.steps {
            writeln!(
                out,
                "{:<18}{:>9}{:>12.1}{:>10.2}{:>10.2}{:>10.2}{:>10.2}{:>9}",
                step.name,
                step.count,
                step.per_second,
                step.p50,
                step.p90,
                step.p99,
                step.longest,
                step.errors.values().sum::<u64>()
            )?;
        }
        let megabytes = self.bytes as f64 / 1e6;
        let rate = megabytes / self.seconds;
        writeln!(out, "\nreceived {megabytes:.1} MB, {rate:.1} MB a second")?;
        if let Some(machine) = self.machine {
            writeln!(
                out,
                "the mall took {:.2} ms of processor time a turn and {:.0} MB of memory (PSS)",
                machine.processor_ms_per_turn, machine.memory_mb
            )?;
        }
        for step in &self.steps {
            for (error, count) in &step.errors {
                writeln!(out, "error: {}: {error}, {count} times", step.name)?;
            }
        }
        for promise in &self.promises {
            let Promise {
                what,
                expected,
                found,
            } = promise;
            let mark = if promise.holds() { "holds" } else { "BROKEN" };
            writeln!(out, "{mark}: {what}: {found} of {expected}")?;
        }
        Ok(())
    }
}

fn ratio(now: f64, then: f64) -> String {
    if then > 0.0 {
        format!("x{:.2}", now / then)
    } else {
        "-".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(p50: f64) -> Report {
        let step = Step {
            name: TURN.to_owned(),
            count: 10,
            per_second: 100.0 / p50,
            p50,
            p90: p50,
            p99: p50,
            longest: p50,
            errors: BTreeMap::new(),
        };
        Report {
            flow: Flow::Product,
            clients: 1,
            rate: None,
            seconds: 1.0,
            bytes: 1,
            steps: vec![step],
            machine: None,
            promises: Vec::new(),
        }
    }

    #[test]
    fn a_run_twice_as_fast_has_half_the_time_and_twice_the_rate() {
        let text = report(1.0).compared_with(&report(2.0));
        let turn = text.lines().find(|line| line.starts_with(TURN)).unwrap();
        let columns: Vec<_> = turn.split_whitespace().skip(1).collect();
        assert_eq!(columns, ["x2.00", "x0.50", "x0.50", "x0.50"]);
    }

    #[test]
    fn an_error_or_a_broken_promise_makes_a_run_a_bad_one() {
        assert!(report(1.0).is_good());
        let promise = |found| Promise {
            what: "orders".to_owned(),
            expected: 100,
            found,
        };
        assert!(report(1.0).with_promises(vec![promise(100)]).is_good());
        let broken = report(1.0).with_promises(vec![promise(101)]);
        assert!(!broken.is_good() && broken.to_string().contains("BROKEN: orders: 101 of 100"));
        let mut failed = report(1.0);
        failed.steps[0].errors.insert("500".to_owned(), 1);
        assert!(!failed.is_good());
    }

    #[test]
    fn what_is_written_for_machines_can_be_compared_with() {
        let text = serde_json::to_string(&report(2.0)).unwrap();
        let read: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(read.title(), "product, 1 client, closed loop, 1.0 s");
    }
}
