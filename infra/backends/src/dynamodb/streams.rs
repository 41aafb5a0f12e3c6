//! The records of streams in the engine's file: found by their number, and removed when nobody needs them any more.
//!
//! The engine gives each record the number after the greatest of its table, looks records up by number, and never removes
//! any. Without an index it reads all of them for each write. A second connection to the same file adds the index and trims.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, params};

use crate::BackendError;

const INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_by_number \
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// What all consumers have had is kept for a day, as on AWS, in case another comes and begins with the oldest.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// But no more of it than this many records of a table: a day's import would make the file large for nothing.
const KEPT: i64 = 1_000;
/// Rows removed at once: writers wait for no more than that.
const PORTION: i64 = 500;

/// What is added to a record's number in the file to make the one that is told: 21 digits.
const OFFSET: i128 = 100_000_000_000_000_000_000;

/// The stored records of all streams. Clones share one connection.
#[derive(Clone, Debug)]
pub struct Streams(Option<Arc<Mutex<Connection>>>);

impl Streams {
    /// Those of a database in memory: they go with it, and only the engine reaches them.
    pub(crate) fn in_memory() -> Streams {
        Streams(None)
    }

    /// Those in the engine's file, which the engine has opened before.
    pub(crate) fn open(file: &Path) -> Result<Streams, BackendError> {
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(file)?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.execute_batch(INDEX)?;
            Ok(connection)
        };
        let connection = open().map_err(|source| BackendError::Streams { source })?;
        Ok(Streams(Some(Arc::new(Mutex::new(connection)))))
    }

    /// Removes records of a table's stream that everybody has had who reads it: those up to the sequence number `consumed`
    /// (`None` is all: nobody reads it) that are older than a day, and younger ones as well as far as there are more than
    /// 1,000. The last record stays in every case, as the next gets the number after it. Returns how many were removed.
    ///
    /// # Errors
    /// The file cannot be written. In memory nothing is ever removed.
    pub fn trim(&self, table: &str, consumed: Option<&str>) -> Result<usize, BackendError> {
        let Some(connection) = &self.0 else {
            return Ok(0);
        };
        let consumed = consumed.map_or(i64::MAX, stored);
        let mut removed = 0;
        loop {
            // The lock is let go between two portions; SQLite's own is, too, so that writers come through.
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let portion = trim_portion(&connection, table, consumed);
            match portion.map_err(|source| BackendError::Streams { source })? {
                0 => return Ok(removed),
                portion => removed += portion,
            }
        }
    }

    /// How many records a table's stream holds. In memory nobody counts, and it is 0.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn len(&self, table: &str) -> Result<u64, BackendError> {
        let Some(connection) = &self.0 else {
            return Ok(0);
        };
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let count = "SELECT COUNT(*) FROM _stream_records WHERE table_name = ?1";
        connection
            .query_row(count, [table], |row| row.get(0))
            .map_err(|source| BackendError::Streams { source })
    }
}

/// Removes the oldest portion of what may go.
fn trim_portion(connection: &Connection, table: &str, consumed: i64) -> rusqlite::Result<usize> {
    let beyond_the_kept = "SELECT CAST(sequence_number AS INTEGER) FROM _stream_records \
                           WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2 \
                           ORDER BY CAST(sequence_number AS INTEGER) DESC LIMIT 1 OFFSET ?3";
    let too_many: Option<i64> = connection
        .prepare_cached(beyond_the_kept)?
        .query_row(params![table, consumed, KEPT], |row| row.get(0))
        .optional()?;
    // The engine's numbers are microseconds since 1970, or greater.
    let too_old = consumed.min(micros_ago(KEPT_FOR));
    let last = too_many.unwrap_or(i64::MIN).max(too_old);
    connection
        .prepare_cached(
            "DELETE FROM _stream_records WHERE id IN (\
               SELECT id FROM _stream_records \
               WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2 \
                 AND CAST(sequence_number AS INTEGER) < \
                   (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1) \
               ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3)",
        )?
        .execute(params![table, last, PORTION])
}

/// The number in the file of the record that is called so. One that was never given names none.
fn stored(sequence_number: &str) -> i64 {
    let told: Option<i128> = sequence_number.parse().ok();
    told.and_then(|told| i64::try_from(told - OFFSET).ok())
        .unwrap_or(i64::MIN)
}

fn micros_ago(time: Duration) -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.saturating_sub(time).as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_number_names_its_row() {
        assert_eq!(stored("100001795529278391067"), 1_795_529_278_391_067);
        for never_given in ["", "7", "x", "999999999999999999999999999999999999999"] {
            assert_eq!(stored(never_given), i64::MIN, "{never_given}");
        }
    }
}
