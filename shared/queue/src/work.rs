//! One piece of work that an event brings to a function: how it runs and what it leaves in the log.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use aws::{Batch, Handled, Meter};
use tracing::{Instrument, error, info_span};

use crate::Trace;

/// What handles work: an operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Consumer {
    /// The service, such as `order`.
    pub service: &'static str,
    /// The operation, such as `close-order`.
    pub operation: &'static str,
}

/// What a piece of work is called where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkId {
    /// A message, by its queue. It costs requests to the queue, where an event costs none.
    Message(String),
    /// Anything else.
    Event(String),
}

impl WorkId {
    fn message(&self) -> Option<&str> {
        match self {
            Self::Message(id) => Some(id),
            Self::Event(_) => None,
        }
    }

    fn event(&self) -> Option<&str> {
        match self {
            Self::Event(id) => Some(id),
            Self::Message(_) => None,
        }
    }
}

/// A message of a queue, a change of a table, an object of a bucket, a tick of a clock: what is handled or fails as one.
#[derive(Debug)]
pub struct Work<'w> {
    /// Its id, by which the log tells it from others.
    pub id: WorkId,
    /// The `traceparent` of what caused it, where that is known.
    pub parent: Option<&'w str>,
    /// How long what came is, in bytes.
    pub bytes: usize,
}

/// Work that was tried.
#[derive(Debug)]
pub struct Done {
    /// Its id.
    pub id: WorkId,
    /// It has to come again.
    pub failed: bool,
    trace_id: String,
    bytes: usize,
    took: Duration,
    meter: Meter,
}

impl Work<'_> {
    /// Runs `handling` as a part of its own trace and counts what it uses. A failure, which is why it failed in words, is
    /// logged here and once.
    pub async fn run(
        self,
        consumer: Consumer,
        handling: impl Future<Output = Result<(), String>>,
    ) -> Done {
        let (started, meter) = (Instant::now(), Meter::default());
        let trace = Trace::continued(self.parent);
        let trace_id = trace.id();
        let operation = consumer.operation;
        let (message_id, event_id) = (self.id.message(), self.id.event());
        let span = info_span!("work", operation, message_id, event_id, trace_id);
        let handling = async {
            let outcome = handling.await;
            if let Err(reason) = &outcome {
                error!(reason, "failed; it stays where it came from, to come again");
            }
            outcome.is_err()
        };
        let failed = meter.scope(trace.scope(handling.instrument(span))).await;
        Done {
            id: self.id,
            failed,
            trace_id,
            bytes: self.bytes,
            took: started.elapsed(),
            meter,
        }
    }
}

impl Done {
    /// Writes the line of each, only when the whole event is handled: what an invocation costs is shared by all that it
    /// handled.
    pub fn log_all(done: &[Done], consumer: Consumer, took: Duration) {
        let batch = Batch {
            messages: done.len(),
            took,
        };
        for done in done {
            done.log(consumer, batch);
        }
    }

    fn log(&self, consumer: Consumer, batch: Batch) {
        let handled = Handled {
            service: consumer.service,
            operation: consumer.operation,
            trace_id: &self.trace_id,
            message_id: self.id.message(),
            event_id: self.id.event(),
            failed: self.failed,
            took: self.took,
            batch: Some(batch),
            bytes_in: self.bytes,
            ..Handled::default()
        };
        handled.log(&self.meter);
    }
}
