//! Shows how far a run is.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

const TEMPLATE: &str = "{msg:>10} {bar:40} {pos}/{len} {eta}";

/// Shows how far a run is: a moving bar on a terminal, a few plain lines in a log, or nothing.
#[derive(Debug)]
pub struct Progress {
    face: Face,
}

#[derive(Debug)]
enum Face {
    Silent,
    Bar(ProgressBar),
    Lines,
}

impl Progress {
    /// On standard error: a bar when that is a terminal, otherwise a line for each quarter of a stage.
    #[must_use]
    pub fn on_stderr() -> Progress {
        let face = if std::io::stderr().is_terminal() {
            Face::Bar(bar())
        } else {
            Face::Lines
        };
        Progress { face }
    }

    /// Nowhere.
    #[must_use]
    pub fn silent() -> Progress {
        Progress { face: Face::Silent }
    }

    /// Starts a stage of `total` steps.
    pub(crate) fn stage(&self, name: &'static str, total: usize) -> Stage<'_> {
        let stage = Stage {
            progress: self,
            name,
            total: total as u64,
            done: AtomicU64::new(0),
        };
        if let Face::Bar(bar) = &self.face {
            bar.reset();
            bar.set_length(stage.total);
            bar.set_message(name);
        }
        stage
    }
}

/// A part of a run whose steps are of one kind. Dropped, it leaves the terminal to what comes next.
pub(crate) struct Stage<'a> {
    progress: &'a Progress,
    name: &'static str,
    total: u64,
    done: AtomicU64,
}

impl Stage<'_> {
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.progress.face {
            Face::Silent => {}
            Face::Bar(bar) => bar.inc(1),
            Face::Lines if ends_a_quarter(done, self.total) => {
                eprintln!("{}: {done} of {}", self.name, self.total)
            }
            Face::Lines => {}
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if let Face::Bar(bar) = &self.progress.face {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn ends_a_quarter(done: u64, total: u64) -> bool {
    total > 0 && done * 4 / total != (done - 1) * 4 / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_come_at_each_quarter_and_at_each_step_of_a_short_stage() {
        let lines = |total| {
            (1..=total)
                .filter(|done| ends_a_quarter(*done, total))
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(1421), [356, 711, 1066, 1421]);
        assert_eq!(lines(3), [1, 2, 3]);
        assert!(lines(0).is_empty());
    }

    #[test]
    fn the_bar_is_well_formed() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
