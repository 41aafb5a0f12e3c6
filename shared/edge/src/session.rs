//! Sessions: who is signed in, in the table `infra/session.yaml` that stands below every service.
//!
//! A session is found by the hash of its token, so the table opens no session. It slides: half an hour after its last use
//! it is over, and after its absolute end in any case. Sliding is written at most every five minutes, so that a read is
//! not a write, and never as an upsert: a session that was signed out stays out, whatever is under way.

use std::time::Duration;

use dynamo::{Condition, Consistency, DynamoError, Key, Table, Write, WriteError};
use kernel::{Clock, ConfigError, MemberId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Boot, SessionToken};

/// Idle time after which a session is over.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session is extended at most this often.
const EXTEND_EVERY: Duration = Duration::from_secs(5 * 60);
/// Time after which a session is over however much it is used.
const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3600);

/// A session that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub member: MemberId,
    /// When it is over at the latest.
    pub absolute_end: Timestamp,
    key: String,
}

/// The sessions of all members.
#[derive(Debug, Clone)]
pub struct Sessions {
    table: Table,
    clock: Clock,
}

/// What the table holds for a session. Times are milliseconds; `ttl`, in seconds, lets the table drop it afterwards, and
/// decides nothing.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    member: MemberId,
    expires_at: i64,
    extended_at: i64,
    absolute_end: i64,
    ttl: i64,
}

impl Sessions {
    /// The sessions in the table that `SESSION_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("SESSION_TABLE")?,
            clock: boot.clock(),
        })
    }

    /// Opens a session for a member who has proved to be one. The token goes into the cookie and is stored nowhere.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn open(&self, member: &MemberId) -> Result<(SessionToken, Session), DynamoError> {
        let (token, now) = (SessionToken::generate(), self.clock.now());
        let session = Session {
            member: member.clone(),
            absolute_end: now.plus(ABSOLUTE),
            key: token.hash(),
        };
        let row = Row {
            member: member.clone(),
            expires_at: now.plus(IDLE).as_millis(),
            extended_at: now.as_millis(),
            absolute_end: session.absolute_end.as_millis(),
            ttl: session.absolute_end.as_seconds(),
        };
        match Table::write(Write::put(&self.table, key(&session.key), &row)).await {
            Ok(()) => Ok((token, session)),
            Err(WriteError::Call(error)) => Err(error),
            Err(WriteError::ConditionFailed(_)) => Err(DynamoError::Malformed(
                "an unconditional put failed".to_owned(),
            )),
        }
    }

    /// The session of a token, extended when that is due; `None` when there is none, or it is over. The read is
    /// consistent: a sign-out counts at once.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn find(&self, token: &SessionToken) -> Result<Option<Session>, DynamoError> {
        let (hash, now) = (token.hash(), self.clock.now());
        let Some(row) = self
            .table
            .get::<Row>(key(&hash), Consistency::Strong)
            .await?
        else {
            return Ok(None);
        };
        let end = row.expires_at.min(row.absolute_end);
        if end <= now.as_millis() {
            return Ok(None);
        }
        let session = Session {
            member: row.member,
            absolute_end: Timestamp::from_millis(row.absolute_end),
            key: hash,
        };
        let due = Timestamp::from_millis(row.extended_at).plus(EXTEND_EVERY) <= now;
        if due && !self.extend(&session, now).await? {
            return Ok(None);
        }
        Ok(Some(session))
    }

    /// Ends a session. Ending one that is over is no error.
    ///
    /// # Errors
    /// When the store gives no answer: the session may live on.
    pub async fn close(&self, session: &Session) -> Result<(), DynamoError> {
        match Table::write(Write::delete(&self.table, key(&session.key))).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// Whether the session still is one.
    async fn extend(&self, session: &Session, now: Timestamp) -> Result<bool, DynamoError> {
        let expires_at = now.plus(IDLE).min(session.absolute_end).as_millis();
        let due_before = now.as_millis() - i64::try_from(EXTEND_EVERY.as_millis()).unwrap_or(0);
        let write = Write::update(&self.table, key(&session.key))
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

fn key(hash: &str) -> Key {
    Key::new(format!("S#{hash}"), "SESSION")
}
