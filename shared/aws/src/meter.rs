//! What one request, or one message, uses of AWS.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::Service;

tokio::task_local! {
    static CURRENT: Meter;
}

/// Counts what is used while one request or message is handled. Calls that run side by side add to the same one; requests
/// that share a process do not, as each runs in a scope of its own. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    usage: Usage,
    notes: Notes,
    /// How many calls are under way, and since when there is at least one.
    under_way: u32,
    since: Option<Instant>,
}

/// What was used. Every attempt of a call counts, as AWS bills each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Write units that DynamoDB reported, indexes included.
    pub write_units: u64,
    /// Read units that DynamoDB reported, in halves: an eventually consistent read of up to 4 KiB is one.
    pub half_read_units: u64,
    /// Write units that no answer reports because a condition failed: DynamoDB takes them all the same. At least so many.
    pub failed_write_units: u64,
    /// Requests to DynamoDB.
    pub dynamodb_calls: u64,
    /// Requests to SQS.
    pub queue_calls: u64,
    /// Requests to S3 that read: `GET` and `HEAD`.
    pub object_reads: u64,
    /// All other requests to S3.
    pub object_writes: u64,
    /// Bytes of the bodies sent to AWS.
    pub sent_bytes: u64,
    /// Bytes of the bodies that came back.
    pub received_bytes: u64,
    /// Time during which at least one call was under way.
    pub waited: Duration,
}

/// What an operation says about itself, for its line in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// What it is about, such as the number of an order: lines of one subject belong together.
    pub subject: Option<String>,
    /// What it brought about, once: `order-placed`.
    pub outcome: Option<&'static str>,
}

impl Notes {
    /// Says what the running operation is about.
    pub fn about(subject: impl ToString) {
        count(|state| state.notes.subject = Some(subject.to_string()));
    }

    /// Says what the running operation has just brought about.
    pub fn outcome(outcome: &'static str) {
        count(|state| state.notes.outcome = Some(outcome));
    }
}

impl Meter {
    /// The meter of what is being handled; `None` outside any.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs a future whose calls count here.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        CURRENT.scope(self.clone(), future).await
    }

    /// What has been used until now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.state().usage
    }

    /// What has been said until now; leaves nothing.
    #[must_use]
    pub fn take_notes(&self) -> Notes {
        std::mem::take(&mut self.state().notes)
    }

    /// Counts units that an answer of DynamoDB reports: `write`, then `read` in halves.
    pub fn consumed(write: u64, half_read: u64) {
        count(|state| {
            state.usage.write_units += write;
            state.usage.half_read_units += half_read;
        });
    }

    /// Counts write units that a failed condition took without a report.
    pub fn failed_write(units: u64) {
        count(|state| state.usage.failed_write_units += units);
    }

    /// A request goes out; the value that comes back holds it under way.
    pub(crate) fn begin(&self, service: Service, method: &str, bytes: u64) -> UnderWay {
        let mut state = self.state();
        let usage = &mut state.usage;
        usage.sent_bytes += bytes;
        match service {
            Service::DynamoDb => usage.dynamodb_calls += 1,
            Service::Sqs => usage.queue_calls += 1,
            Service::S3 if matches!(method, "GET" | "HEAD") => usage.object_reads += 1,
            Service::S3 => usage.object_writes += 1,
        }
        if state.under_way == 0 {
            state.since = Some(Instant::now());
        }
        state.under_way += 1;
        drop(state);
        UnderWay(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and counts are whole after every step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(add: impl FnOnce(&mut State)) {
    // Outside an operation (a start, a tool) nobody counts.
    let _ = CURRENT.try_with(|meter| add(&mut meter.state()));
}

/// A call under way, until it is dropped: answered, or given up.
#[derive(Debug)]
pub(crate) struct UnderWay(Meter);

impl UnderWay {
    pub(crate) fn received(&self, bytes: u64) {
        self.0.state().usage.received_bytes += bytes;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way -= 1;
        if state.under_way == 0
            && let Some(since) = state.since.take()
        {
            state.usage.waited += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_runs_side_by_side_is_counted_where_it_belongs() {
        let (one, other) = (Meter::default(), Meter::default());
        let work = |meter: &Meter, units| {
            let meter = meter.clone();
            async move {
                let inside = async {
                    Meter::consumed(units, 1);
                    tokio::task::yield_now().await;
                    Meter::consumed(units, 1);
                    Notes::about(units);
                };
                meter.scope(inside).await;
            }
        };
        tokio::join!(work(&one, 1), work(&other, 10));
        Meter::consumed(100, 100);
        assert_eq!(
            (one.usage().write_units, other.usage().write_units),
            (2, 20)
        );
        assert_eq!(one.usage().half_read_units, 2);
        assert_eq!(other.take_notes().subject.as_deref(), Some("10"));
    }

    #[test]
    fn time_counts_once_however_many_calls_are_under_way_and_ends_with_the_last() {
        let meter = Meter::default();
        let first = meter.begin(Service::DynamoDb, "POST", 10);
        let second = meter.begin(Service::S3, "GET", 0);
        first.received(7);
        drop(first);
        assert_eq!(meter.usage().waited, Duration::ZERO);
        drop(second);
        let usage = meter.usage();
        assert!(usage.waited > Duration::ZERO);
        assert_eq!(
            (
                usage.dynamodb_calls,
                usage.object_reads,
                usage.object_writes
            ),
            (1, 1, 0)
        );
        assert_eq!((usage.sent_bytes, usage.received_bytes), (10, 7));
    }
}
