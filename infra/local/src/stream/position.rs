//! How far streams were read, and the removal of what everybody has had.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backends::Streams;
use tokio::sync::Notify;

use crate::files::{file_error, make_folder, note_file};
use crate::state::StateError;

/// The folder of the files in the data folder, one for each function that reads a stream.
const FOLDER: &str = "streams";
/// What is in a file before anything was read.
const BEGINNING: &str = "the beginning";
/// Streams are trimmed when their readers have had so many records, and once in a while.
const RECORDS: usize = 500;
const ONCE_IN: Duration = Duration::from_secs(60);

/// How far one function has read its stream: a file with the sequence number of the last record that it has handled.
#[derive(Debug)]
pub(super) struct Position {
    file: PathBuf,
    reader: String,
    table: String,
    /// There was no file.
    new: bool,
    reached: Option<String>,
    trimmer: Arc<Trimmer>,
}

impl Position {
    pub(super) fn open(
        folder: &Path,
        reader: &str,
        table: &str,
        trimmer: &Arc<Trimmer>,
    ) -> Result<Self, StateError> {
        let folder = folder.join(FOLDER);
        make_folder(&folder)?;
        let file = folder.join(format!("{reader}-of-{table}"));
        let (new, reached) = match std::fs::read_to_string(&file) {
            Ok(text) => (false, Some(text.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (true, None),
            Err(source) => return Err(file_error("read", &file, source)),
        };
        let reached = reached.filter(|text| text != BEGINNING);
        trimmer.reached(table, reader, reached.clone(), 0);
        Ok(Self {
            file,
            reader: reader.to_owned(),
            table: table.to_owned(),
            new,
            reached,
            trimmer: Arc::clone(trimmer),
        })
    }

    /// Whether the function has never read its stream.
    pub(super) fn is_new(&self) -> bool {
        self.new
    }

    /// The last record that is done; none before the first.
    pub(super) fn reached(&self) -> Option<&str> {
        self.reached.as_deref()
    }

    /// Begins after a record, or with the oldest that is kept.
    pub(super) fn begin(&mut self, after: Option<String>) -> Result<(), StateError> {
        self.write(after, 0)
    }

    /// A record is done, and all before it; so many since the last time.
    pub(super) fn reach(
        &mut self,
        sequence_number: &str,
        records: usize,
    ) -> Result<(), StateError> {
        self.write(Some(sequence_number.to_owned()), records)
    }

    fn write(&mut self, reached: Option<String>, records: usize) -> Result<(), StateError> {
        let text = reached.as_deref().unwrap_or(BEGINNING);
        note_file(&self.file, text.as_bytes())?;
        self.trimmer
            .reached(&self.table, &self.reader, reached.clone(), records);
        self.new = false;
        self.reached = reached;
        Ok(())
    }
}

/// Removes from streams what all their readers have had.
#[derive(Debug)]
pub(crate) struct Trimmer {
    streams: Streams,
    state: Mutex<State>,
    due: Notify,
}

/// How far readers have come: by table, then by function.
#[derive(Debug, Default)]
struct State {
    tables: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// Handled since streams were last trimmed.
    records: usize,
}

impl Trimmer {
    /// For the streams of these tables.
    pub(crate) fn new(streams: Streams, tables: impl Iterator<Item = String>) -> Self {
        let tables = tables.map(|table| (table, BTreeMap::new())).collect();
        Self {
            streams,
            state: Mutex::new(State { tables, records: 0 }),
            due: Notify::new(),
        }
    }

    fn reached(&self, table: &str, reader: &str, reached: Option<String>, records: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let readers = state.tables.entry(table.to_owned()).or_default();
        readers.insert(reader.to_owned(), reached);
        state.records += records;
        if state.records >= RECORDS {
            state.records = 0;
            self.due.notify_one();
        }
    }

    /// Trims from time to time, until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            for (table, consumed) in self.consumed() {
                let streams = self.streams.clone();
                let trimmed = tokio::task::spawn_blocking(move || {
                    let trimmed = streams.trim(&table, consumed.as_deref());
                    trimmed.map(|records| (table, records))
                });
                match trimmed.await {
                    Ok(Ok((_, 0))) => {}
                    Ok(Ok((table, records))) => {
                        tracing::debug!(table, records, "a stream was trimmed");
                    }
                    Ok(Err(error)) => tracing::warn!(%error, "a stream was not trimmed"),
                    Err(error) => tracing::warn!(%error, "the trimming of a stream did not end"),
                }
            }
            let _ = tokio::time::timeout(ONCE_IN, self.due.notified()).await;
        }
    }

    /// Of each table that may be trimmed, the last record that all its readers have had; none where nobody reads it.
    fn consumed(&self) -> Vec<(String, Option<String>)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let tables = state.tables.iter().filter_map(|(table, readers)| {
            // Sequence numbers are of one length. A reader that has not begun holds everything.
            let least = readers.values().min().cloned();
            match least {
                Some(None) => None,
                Some(reached) => Some((table.clone(), reached)),
                None => Some((table.clone(), None)),
            }
        });
        tables.collect()
    }
}
