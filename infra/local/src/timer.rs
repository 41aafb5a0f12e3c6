//! Starts functions by the clock.

use std::sync::Arc;
use std::time::Duration;

use template::{Deployment, Trigger, scheduled_event};
use time::OffsetDateTime;

use crate::function::uuid;
use crate::later::Later;
use crate::schedule::{Schedule, ScheduleError};

/// The clock by which a task sleeps stands still while the machine does: the wall clock is looked at so often at least.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// One schedule of one function.
#[derive(Debug)]
pub(crate) struct Timer {
    schedule: Schedule,
    input: Option<String>,
    later: Arc<Later>,
    region: String,
    account: String,
}

impl Timer {
    /// One timer for every schedule trigger of the deployment.
    pub(crate) fn all(
        deployment: &Deployment,
        waiting: &[Arc<Later>],
    ) -> Result<Vec<Self>, ScheduleError> {
        let mut timers = Vec::new();
        for function in deployment.functions() {
            for trigger in &function.triggers {
                let later = waiting
                    .iter()
                    .find(|later| later.handler() == function.handler);
                let (Trigger::Schedule { expression, input }, Some(later)) = (trigger, later)
                else {
                    continue;
                };
                timers.push(Self {
                    schedule: Schedule::parse(expression)?,
                    input: input.clone(),
                    later: Arc::clone(later),
                    region: deployment.region.clone(),
                    account: deployment.account.clone(),
                });
            }
        }
        Ok(timers)
    }

    /// The function's handler.
    pub(crate) fn handler(&self) -> &str {
        self.later.handler()
    }

    /// Invokes the function at every moment of the schedule, until it is dropped.
    pub(crate) async fn run(self) {
        let mut last = OffsetDateTime::now_utc();
        // From the later of the two: a clock that wakes us early must not bring the same moment twice.
        while let Some(due) = self.schedule.next(last.max(OffsetDateTime::now_utc())) {
            while let Some(nap) = nap(OffsetDateTime::now_utc(), due) {
                tokio::time::sleep(nap).await;
            }
            last = due;
            self.later.send(self.event(due)).await;
        }
        // No moment is left, which is as it should be: the mall goes on without it.
        std::future::pending().await
    }

    fn event(&self, due: OffsetDateTime) -> String {
        let own = || scheduled_event(&uuid(), &self.region, &self.account, due).to_string();
        self.input.clone().unwrap_or_else(own)
    }
}

/// How long to sleep now on the way to a moment; none when it has come.
fn nap(now: OffsetDateTime, due: OffsetDateTime) -> Option<Duration> {
    let left = Duration::try_from(due - now).ok()?;
    (!left.is_zero()).then(|| left.min(LONGEST_NAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sleeps_through_a_moment_that_comes_while_the_machine_sleeps() {
        let due = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(36_000);
        let before = |seconds| nap(due - Duration::from_secs(seconds), due);
        assert_eq!(before(36_000), Some(LONGEST_NAP));
        assert_eq!(before(7), Some(Duration::from_secs(7)));
        assert_eq!(before(0), None);
        assert_eq!(nap(due + Duration::from_secs(3600), due), None);
    }
}
