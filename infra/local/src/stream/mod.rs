//! Brings the changes of tables to functions, as a DynamoDB event source mapping does on AWS.
//!
//! One reader for each stream trigger. It reads the table's stream in the function's own name, gathers a batch, and has the
//! function handle it; one batch at a time, so that the changes of an item keep their order. [`retry`] decides what comes again
//! when the function fails; what its filters do not take is passed over and counts as done. How far it came is in a file of the data folder ([`position`]), written only after the function
//! has handled what it says: after a `kill -9` the last batch comes once more, and nothing is left out.

mod position;
mod retry;
mod source;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use template::{Function, StartingPosition, Trigger, failed_items, stream_event};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::instance::InvokeError;
use crate::pool::Pool;
use crate::queue::Queue;
use crate::sources::Ground;
use crate::state::StateError;
use position::Position;
pub(crate) use position::Trimmer;
use retry::{Next, Part, Retries};
use source::{Source, sequence_number};

/// Lambda looks into a stream four times a second.
const POLL: Duration = Duration::from_millis(250);
/// The most that an event may hold, with room for what is around the records.
const BYTES: usize = 5 * 1024 * 1024;

/// A stream that feeds a function.
#[derive(Debug)]
pub(crate) struct Reader {
    pool: Arc<Pool>,
    arn: String,
    region: String,
    batch_size: usize,
    window: Duration,
    retries: Retries,
    source: Source,
    position: Position,
    /// In the function's own name: SAM lets it send there.
    on_failure: Option<Queue>,
    stop: watch::Receiver<bool>,
}

impl Reader {
    /// One reader for every stream trigger of the deployment, each where it was when it last ran. Those that begin with the
    /// next change begin now. `stop` tells them to end.
    pub(crate) async fn all(
        ground: Ground<'_>,
        trimmer: &Arc<Trimmer>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Vec<Self>, StreamError> {
        let mut readers = Vec::new();
        for function in ground.deployment.functions() {
            for trigger in &function.triggers {
                readers.extend(Self::of(ground, function, trigger, trimmer, stop).await?);
            }
        }
        Ok(readers)
    }

    async fn of(
        ground: Ground<'_>,
        function: &Function,
        trigger: &Trigger,
        trimmer: &Arc<Trimmer>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Option<Self>, StreamError> {
        let Trigger::Stream {
            table,
            arn,
            batch_size,
            window,
            starting_position,
            maximum_retries,
            bisect,
            partial_failures,
            on_failure,
            filters,
        } = trigger
        else {
            return Ok(None);
        };
        let Some(pool) = ground.functions.find(&function.handler) else {
            return Ok(None);
        };
        let (urls, key) = (ground.urls, &pool.definition.access_key);
        let source = Source::new(&urls.dynamodb, &key.id, table, filters)?;
        let position = Position::open(ground.folder, &function.handler, table, trimmer)?;
        let mut reader = Self {
            pool: Arc::clone(pool),
            arn: arn.clone(),
            region: ground.deployment.region.clone(),
            batch_size: usize::try_from(*batch_size).unwrap_or(usize::MAX).max(1),
            window: *window,
            retries: Retries {
                maximum: *maximum_retries,
                bisect: *bisect,
                partial_failures: *partial_failures,
            },
            source,
            position,
            on_failure: on_failure
                .as_deref()
                .map(|arn| Queue::of_arn(arn, &ground.deployment.account, urls, key)),
            stop: stop.clone(),
        };
        if reader.position.is_new() {
            let last = match starting_position {
                StartingPosition::TrimHorizon => None,
                StartingPosition::Latest => {
                    reader
                        .source
                        .last()
                        .await
                        .map_err(|source| StreamError::Unreadable {
                            function: function.handler.clone(),
                            table: table.clone(),
                            source,
                        })?
                }
            };
            reader.position.begin(last)?;
        }
        Ok(Some(reader))
    }

    /// The function's handler.
    pub(crate) fn handler(&self) -> &str {
        &self.pool.definition.handler
    }

    /// Reads until it is told to stop.
    pub(crate) async fn run(mut self) {
        let mut stop = self.stop.clone();
        loop {
            let batch = tokio::select! {
                batch = self.gather() => batch,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            self.handle(batch).await;
            if *stop.borrow() {
                return;
            }
        }
    }

    /// A full batch, or what came until the window closed.
    async fn gather(&mut self) -> Vec<Value> {
        let (mut batch, mut bytes, mut closes) = (Vec::new(), 0, None);
        loop {
            if batch.is_empty()
                && let Some((last, passed_over)) = self.source.passed_over()
            {
                self.reach(&last, passed_over);
            }
            while batch.len() < self.batch_size
                && let Some((record, size)) = self.source.take(BYTES - bytes)
            {
                batch.push(record);
                bytes += size;
                closes.get_or_insert_with(|| Instant::now() + self.window);
            }
            let full = batch.len() >= self.batch_size || self.source.is_ahead();
            let closed = closes.is_some_and(|closes| Instant::now() >= closes);
            if full || closed {
                return batch;
            }
            if !self.source.read(self.position.reached()).await {
                tokio::time::sleep(POLL).await;
            }
        }
    }

    /// Has the function handle a batch to its end: until all of it is done or given up, or the mall stops.
    async fn handle(&mut self, batch: Vec<Value>) {
        let mut parts = vec![Part::of(batch)];
        while let Some(part) = parts.pop() {
            let next = match self.invoke(&part).await {
                Ok(None) => Next::Done,
                Ok(Some(place)) => self.retries.after_failure(&part, place),
                Err(InvokeError::Throttled) => Next::Wait(part.tries),
                Err(_) => self.retries.after_failure(&part, 0),
            };
            match next {
                Next::Done => self.reached(&part.records),
                Next::Rest(place) => {
                    self.reached(&part.records[..place]);
                    parts.push(part.from(place));
                }
                Next::Halves => parts.extend(part.halves()),
                Next::GiveUp => {
                    self.give_up(&part).await;
                    self.reached(&part.records);
                }
                Next::Wait(tries) => {
                    if !self.pause(tries).await {
                        // Nothing is lost: it comes again after the next start.
                        self.source.forget();
                        return;
                    }
                    parts.push(Part { tries, ..part });
                }
            }
        }
    }

    /// Where the first record is that failed.
    async fn invoke(&self, part: &Part) -> Result<Option<usize>, InvokeError> {
        let event = stream_event(&self.arn, &self.region, part.records.clone());
        let answer = self.pool.invoke(Bytes::from(event.to_string())).await?;
        if !self.retries.partial_failures {
            return Ok(None);
        }
        let numbers: Vec<&str> = part.records.iter().map(sequence_number).collect();
        match failed_items(&answer, &numbers) {
            Ok(failed) => Ok(failed.into_iter().min()),
            Err(malformed) => {
                let function = &self.pool.definition.handler;
                tracing::warn!(function, error = %malformed, "the whole batch counts as failed");
                Ok(Some(0))
            }
        }
    }

    fn reached(&mut self, done: &[Value]) {
        if let Some(last) = done.last() {
            self.reach(sequence_number(last), done.len());
        }
    }

    fn reach(&mut self, last: &str, records: usize) {
        if let Err(error) = self.position.reach(last, records) {
            // What was handled comes again after a crash, as it always may.
            tracing::error!(%error, "how far a stream was read cannot be written down");
        }
    }

    /// Waits before the next try; `false` when the mall stops.
    async fn pause(&mut self, tries: u32) -> bool {
        tokio::select! {
            () = tokio::time::sleep(retry::pause(tries)) => true,
            _ = self.stop.wait_for(|stop| *stop) => false,
        }
    }

    async fn give_up(&self, part: &Part) {
        let (function, records) = (&self.pool.definition.handler, part.records.len());
        match &self.on_failure {
            None => tracing::error!(
                function,
                records,
                "changes are given up, and no queue hears of it"
            ),
            Some(queue) => {
                tracing::error!(
                    function,
                    records,
                    "changes are given up; the queue for failures hears of it"
                );
                let told = retry::given_up(part, &self.pool.definition.arn, &self.arn);
                // It has said why it did not take it. AWS goes on as well.
                queue.send(told.to_string()).await;
            }
        }
    }
}

/// Why streams are not read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The file that says how far a stream was read cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The stream cannot be read at all.
    #[error("{function} cannot read the stream of the table {table}")]
    Unreadable {
        /// The function.
        function: String,
        /// The table.
        table: String,
        /// Why not.
        source: SourceError,
    },
    /// The HTTP client cannot be made.
    #[error("cannot make an HTTP client")]
    Http(#[from] reqwest::Error),
}

pub use source::SourceError;
