//! The line that a request, or a piece of other work, leaves in the log.

use std::time::Duration;

use tracing::info;

use crate::Meter;

/// A request, a message, a change of a table, an object or a tick of a clock that was handled, whatever came of it. `docs/COST.md` says how its line is read.
#[derive(Debug, Default)]
pub struct Handled<'h> {
    /// The service, such as `order`.
    pub service: &'static str,
    /// The operation, such as `submit-order`.
    pub operation: &'static str,
    /// The trace it belongs to.
    pub trace_id: &'h str,
    /// A request's id, given by the gateway.
    pub request_id: Option<&'h str>,
    /// A message's id, given by its queue.
    pub message_id: Option<&'h str>,
    /// The id of a table's change or a tick, the key of an object.
    pub event_id: Option<&'h str>,
    /// The status of a request's answer.
    pub status: Option<u16>,
    /// The code of the problem that it was refused with.
    pub code: Option<&'h str>,
    /// Why it was refused.
    pub reason: Option<&'h str>,
    /// Work that stays where it came from and comes again.
    pub failed: bool,
    /// From its arrival to its answer.
    pub took: Duration,
    /// The batch that it came in, unless it is a request.
    pub batch: Option<Batch>,
    /// Bytes of a request's body, or of what came.
    pub bytes_in: usize,
    /// Bytes of an answer's body.
    pub bytes_out: usize,
}

/// Work that one invocation handled.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// How many.
    pub messages: usize,
    /// How long it took to handle them all.
    pub took: Duration,
}

impl Handled<'_> {
    /// Writes the line, with what the meter counted. What is zero or absent is left out of it.
    pub fn log(&self, meter: &Meter) {
        let (usage, notes) = (meter.usage(), meter.take_notes());
        let some = |count: u64| (count > 0).then_some(count);
        let took = self.batch.map(|batch| micros(batch.took));
        info!(
            service = self.service,
            operation = self.operation,
            trace_id = self.trace_id,
            request_id = self.request_id,
            message_id = self.message_id,
            event_id = self.event_id,
            status = self.status,
            code = self.code,
            reason = self.reason,
            failed = self.failed.then_some(true),
            subject = notes.subject,
            outcome = notes.outcome,
            micros = micros(self.took),
            waited_micros = some(micros(usage.waited)),
            batch = self.batch.map(|batch| batch.messages),
            batch_micros = took,
            bytes_in = self.bytes_in,
            bytes_out = self.bytes_out,
            write_units = some(usage.write_units),
            failed_write_units = some(usage.failed_write_units),
            half_read_units = some(usage.half_read_units),
            dynamodb_calls = some(usage.dynamodb_calls),
            queue_calls = some(usage.queue_calls),
            object_reads = some(usage.object_reads),
            object_writes = some(usage.object_writes),
            sent_bytes = some(usage.sent_bytes),
            received_bytes = some(usage.received_bytes),
            "handled"
        );
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
