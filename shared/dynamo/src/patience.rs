//! How long and how often an operation tries again what a busy store refused.

use std::time::Duration;

use tokio::time::Instant;

use crate::DynamoError;

/// How long to try in all: the function lives on to answer, and its client does not wait for ever.
const BUDGET: Duration = Duration::from_secs(3);
/// The first pause lasts up to this long; each further one up to twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// No pause lasts longer.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// What is left of an operation's patience.
#[derive(Debug)]
pub struct Patience {
    end: Instant,
    longest: Duration,
}

impl Patience {
    /// Begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            end: Instant::now() + BUDGET,
            longest: FIRST_PAUSE,
        }
    }

    /// Pauses, each time anything between nothing and twice as long ("full jitter": those who met do not meet again).
    /// `false`, at once, when patience is at its end.
    pub async fn pause(&mut self) -> bool {
        let longest = u64::try_from(self.longest.as_millis()).unwrap_or(u64::MAX);
        let pause = Duration::from_millis(rand::random_range(0..=longest));
        if Instant::now() + pause >= self.end {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.longest = LONGEST_PAUSE.min(self.longest * 2);
        true
    }

    /// Pauses, so that what has failed so is tried again.
    ///
    /// # Errors
    /// The failure itself, when time does not mend it or patience is at its end.
    pub async fn outlast(&mut self, failure: DynamoError) -> Result<(), DynamoError> {
        if failure.retryable() && self.pause().await {
            Ok(())
        } else {
            Err(failure)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_pause_may_last_twice_as_long_as_the_one_before_until_patience_ends() {
        let mut patience = Patience {
            longest: Duration::from_millis(1),
            ..Patience::begin()
        };
        assert!(patience.pause().await);
        assert!(patience.pause().await);
        assert_eq!(patience.longest, Duration::from_millis(4));
        patience.end = Instant::now();
        assert!(!patience.pause().await);
    }

    #[tokio::test]
    async fn patience_outlasts_what_is_busy_and_not_what_is_wrong() {
        let busy = || DynamoError::Busy {
            code: "TransactionConflict".to_owned(),
            source: None,
        };
        let mut patience = Patience::begin();
        assert!(patience.outlast(busy()).await.is_ok());
        let wrong = DynamoError::Malformed("no level".to_owned());
        assert!(patience.outlast(wrong).await.is_err());
        patience.end = Instant::now();
        assert!(patience.outlast(busy()).await.is_err());
    }
}
