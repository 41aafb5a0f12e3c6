//! How fast passwords of one login may be tried.
//!
//! Five tries are free. From then on each must wait: 30 seconds after the fifth, twice as long after each further one, two
//! minutes at most: 720 tries a day. A right password forgets all of them, as does a new one, and a day without a try. A try that comes too
//! early is refused and does not count, so it makes nobody wait longer. Tries are counted by login, whoever makes them: who keeps
//! trying a login keeps its owner waiting, too, until a try of the owner is the first after a wait.

use std::time::Duration;

use kernel::Timestamp;

/// Tries of a login's password since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tries {
    /// How many; those under way count.
    pub(crate) count: u32,
    /// When the last began.
    pub(crate) last_at: Timestamp,
}

/// A try that comes too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong tries; the next may come in {} s", .wait.as_secs())]
pub struct TooManyTries {
    /// How long to wait, in whole seconds.
    pub wait: Duration,
}

const FREE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60);
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);

impl Tries {
    /// A first try.
    pub(crate) fn first(now: Timestamp) -> Self {
        Self {
            count: 1,
            last_at: now,
        }
    }

    /// These and one more.
    pub(crate) fn another(self, now: Timestamp) -> Result<Self, TooManyTries> {
        if self.forgotten_at() <= now {
            return Ok(Self::first(now));
        }
        let wait = now.until(self.last_at.plus(self.wait()));
        if wait > Duration::ZERO {
            let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            return Err(TooManyTries {
                wait: Duration::from_secs(whole),
            });
        }
        Ok(Self {
            count: self.count.saturating_add(1),
            last_at: now,
        })
    }

    /// When they no longer count.
    pub(crate) fn forgotten_at(self) -> Timestamp {
        self.last_at.plus(FORGOTTEN_AFTER)
    }

    /// How long the next must wait after the last.
    fn wait(self) -> Duration {
        match self.count.checked_sub(FREE) {
            Some(doublings) => FIRST_WAIT
                .saturating_mul(2_u32.saturating_pow(doublings))
                .min(LONGEST_WAIT),
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// So many tries, all at the start.
    fn tries(count: u32) -> Tries {
        Tries {
            count,
            last_at: START,
        }
    }

    #[test]
    fn five_tries_are_free_and_each_further_one_waits_twice_as_long() {
        let waits: Vec<u64> = (1..=12)
            .map(|count| tries(count).wait().as_secs())
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 120, 120, 120, 120, 120]);
        assert_eq!(tries(u32::MAX).wait(), LONGEST_WAIT);
    }

    #[test]
    fn a_try_that_waited_counts_and_one_that_did_not_is_told_how_long() {
        assert_eq!(
            tries(5).another(START),
            Err(TooManyTries { wait: seconds(30) })
        );
        assert_eq!(
            tries(5).another(START.plus(Duration::from_millis(29_001))),
            Err(TooManyTries { wait: seconds(1) })
        );
        let now = START.plus(seconds(30));
        assert_eq!(
            tries(5).another(now),
            Ok(Tries {
                count: 6,
                last_at: now
            })
        );
    }

    #[test]
    fn a_day_without_a_try_forgets_all_of_them() {
        let day = START.plus(seconds(24 * 3600));
        assert_eq!(tries(40).another(day), Ok(Tries::first(day)));
        assert_eq!(tries(3).another(day), Ok(Tries::first(day)));
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_two_minutes(count in any::<u32>(), after in 0_u64..2_000_000) {
            let now = START.plus(Duration::from_millis(after));
            if let Err(TooManyTries { wait }) = tries(count).another(now) {
                prop_assert!(wait >= seconds(1) && wait <= LONGEST_WAIT);
                prop_assert!(tries(count).another(now.plus(wait)).is_ok());
            }
        }
    }
}
