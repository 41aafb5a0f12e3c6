//! Has the clients take their turns, in a closed or an open loop, and measures each turn.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::flows::Client;
use super::meter::{Meter, TURN};
use super::options::End;

/// How turns follow one another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Turns a second; `None`: as many as are answered.
    pub(crate) rate: Option<NonZeroU32>,
    pub(crate) end: End,
}

/// What a load brought.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) meter: Meter,
    /// From the first turn's beginning to the last one's end.
    pub(crate) time: Duration,
}

/// Gives out turns. One task runs all clients, so a cell is enough.
struct Turns {
    load: Load,
    began: Instant,
    given: Cell<u32>,
    bar: ProgressBar,
}

impl Load {
    /// Has every client take turns until the end.
    pub(crate) async fn run(self, clients: &mut [Client], name: &'static str) -> Measured {
        let turns = Turns {
            load: self,
            began: Instant::now(),
            given: Cell::new(0),
            bar: bar(self.end, name),
        };
        let mut walks: FuturesUnordered<_> = clients
            .iter_mut()
            .map(|client| take_turns(client, &turns))
            .collect();
        while walks.next().await.is_some() {}
        drop(walks);
        turns.bar.finish_and_clear();
        let time = turns.began.elapsed();
        let mut meter = Meter::default();
        for client in clients {
            meter.add(client.browser.take_meter());
        }
        Measured { meter, time }
    }
}

async fn take_turns(client: &mut Client, turns: &Turns) {
    while let Some(due) = turns.next(Instant::now()) {
        // A turn that is late has waited for a client, and the client for the mall. One that is not begins when its timer wakes.
        let begins = match due > Instant::now() {
            false => due,
            true => {
                tokio::time::sleep_until(due).await;
                Instant::now()
            }
        };
        let done = client.turn().await;
        let meter = client.browser.meter();
        match done {
            Some(()) => meter.took(TURN, begins.elapsed()),
            None => meter.failed(TURN, "a step failed".to_owned()),
        }
    }
}

impl Turns {
    /// When the next turn begins; `None` when there is none.
    fn next(&self, now: Instant) -> Option<Instant> {
        let number = self.given.get();
        let due = match self.load.rate {
            None => now,
            Some(rate) => self.began + Duration::from_secs(1) * number / rate.get(),
        };
        let is_over = match self.load.end {
            End::After(time) => due.max(now) >= self.began + time,
            End::Turns(turns) => number >= turns,
        };
        let done = match self.load.end {
            End::After(_) => u64::try_from((now - self.began).as_millis()).unwrap_or(u64::MAX),
            End::Turns(_) => number.into(),
        };
        self.bar.set_position(done);
        self.given.set(number + 1);
        (!is_over).then_some(due)
    }
}

/// On a terminal; nowhere else.
fn bar(end: End, name: &'static str) -> ProgressBar {
    let (length, template) = match end {
        End::After(time) => (time.as_millis(), "{msg:>10} {bar:40} {elapsed}"),
        End::Turns(turns) => (turns.into(), "{msg:>10} {bar:40} {pos}/{len} {eta}"),
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    bar.with_style(style).with_message(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(rate: Option<u32>, end: End) -> Turns {
        Turns {
            load: Load {
                rate: rate.and_then(NonZeroU32::new),
                end,
            },
            began: Instant::now(),
            given: Cell::new(0),
            bar: ProgressBar::hidden(),
        }
    }

    #[test]
    fn an_open_loop_has_turns_begin_by_the_clock() {
        let turns = turns(Some(4), End::Turns(3));
        let due: Vec<_> = std::iter::from_fn(|| turns.next(turns.began))
            .map(|due| due - turns.began)
            .collect();
        assert_eq!(due, [0, 250, 500].map(Duration::from_millis));
    }

    #[test]
    fn a_closed_loop_begins_at_once_and_ends_with_the_time() {
        let second = Duration::from_secs(1);
        let turns = turns(None, End::After(second));
        assert_eq!(turns.next(turns.began), Some(turns.began));
        assert_eq!(turns.next(turns.began + second), None);
    }
}
