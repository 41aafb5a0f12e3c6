//! How long a client tries again.

use std::time::Duration;

/// Exponential back-off with full jitter, so that many clients do not return at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) attempts: u32,
    pub(crate) first_wait: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) longest_wish: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            attempts: 8,
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(10),
            longest_wish: Duration::from_secs(60),
        }
    }
}

impl Patience {
    /// The wait after so many attempts, `None` when it is enough, or when the mall wishes for a longer wait than ours.
    /// A wish is waited out in full; the jitter comes on top.
    pub(crate) fn wait(&self, attempts: u32, wish: Option<Duration>) -> Option<Duration> {
        let wish = wish.unwrap_or_default();
        if attempts >= self.attempts || wish > self.longest_wish {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(1 << (attempts - 1).min(16));
        Some(wish + rand::random_range(Duration::ZERO..=doubled.min(self.longest_wait)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_shorter_than_the_mall_wishes_and_never_longer_than_wish_and_back_off() {
        let patience = Patience::default();
        for attempts in 1..8 {
            for wish in [0, 1, 60].map(Duration::from_secs) {
                let wait = patience.wait(attempts, Some(wish)).unwrap();
                assert!(wait >= wish, "{wait:?} after {attempts} attempts");
                assert!(
                    wait <= wish + Duration::from_millis(100 << (attempts - 1)),
                    "{wait:?} after {attempts} attempts"
                );
            }
        }
    }

    #[test]
    fn patience_ends_with_the_last_attempt_and_with_a_wish_beyond_a_minute() {
        let patience = Patience::default();
        assert!(patience.wait(7, None).is_some());
        assert!(patience.wait(8, None).is_none());
        assert!(patience.wait(1, Some(Duration::from_secs(61))).is_none());
    }

    #[test]
    fn waits_stop_growing() {
        let patience = Patience {
            attempts: u32::MAX,
            ..Patience::default()
        };
        assert!(patience.wait(u32::MAX - 1, None).unwrap() <= Duration::from_secs(10));
    }
}
