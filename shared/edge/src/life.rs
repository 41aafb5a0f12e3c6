//! How long a session lives, of a member or of staff. It slides: half an hour after its last use it is over, and after its
//! absolute end in any case. Sliding is written at most every five minutes, so that a read is not a write, and never as an
//! upsert: a session that was signed out stays out, whatever is under way.

use std::time::Duration;

use dynamo::{Condition, DynamoError, Key, Table, Write, WriteError};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// Idle time after which a session is over.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session is extended at most this often.
const EXTEND_EVERY: Duration = Duration::from_secs(5 * 60);

/// A part of every session's item. Times are milliseconds; `ttl`, in seconds, lets the table drop it afterwards, and decides
/// nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Life {
    expires_at: i64,
    extended_at: i64,
    absolute_end: i64,
    ttl: i64,
}

impl Life {
    /// Of a session that begins now and is over after `absolute` however much it is used.
    pub(crate) fn begin(now: Timestamp, absolute: Duration) -> Self {
        let end = now.plus(absolute);
        Self {
            expires_at: now.plus(IDLE).as_millis(),
            extended_at: now.as_millis(),
            absolute_end: end.as_millis(),
            ttl: end.as_seconds(),
        }
    }

    /// When it is over at the latest.
    pub(crate) fn absolute_end(&self) -> Timestamp {
        Timestamp::from_millis(self.absolute_end)
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.min(self.absolute_end) <= now.as_millis()
    }

    /// Whether it is time to extend it.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        Timestamp::from_millis(self.extended_at).plus(EXTEND_EVERY) <= now
    }

    /// Extends the session with this key; whether it still is one.
    pub(crate) async fn extend(
        &self,
        table: &Table,
        key: Key,
        now: Timestamp,
    ) -> Result<bool, DynamoError> {
        let expires_at = now.plus(IDLE).min(self.absolute_end()).as_millis();
        let due_before = now.as_millis() - i64::try_from(EXTEND_EVERY.as_millis()).unwrap_or(0);
        let write = Write::update(table, key)
            .set("expires_at", expires_at)
            .set("extended_at", now.as_millis())
            .when(Condition::item_exists())
            .when(Condition::more_than("expires_at", now.as_millis()))
            .when(Condition::at_most("extended_at", due_before));
        match Table::write(write).await {
            // Another request extended it first: the session lives.
            Ok(()) | Err(WriteError::ConditionFailed(Some(_))) => Ok(true),
            Err(WriteError::ConditionFailed(None)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
    }
}
