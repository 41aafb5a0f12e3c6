//! Sessions: who is signed in, in the table `infra/session.yaml` that stands below every service.
//!
//! A session is found by the hash of its token, so the table opens no session. How long it lives: [`crate::life`].

use std::time::Duration;

use dynamo::{Consistency, DynamoError, Key, Table, Write, WriteError};
use kernel::{Clock, ConfigError, MemberId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Boot, SessionToken, life::Life};

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

/// What the table holds for a session.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    member: MemberId,
    #[serde(flatten)]
    life: Life,
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
        let row = Row {
            member: member.clone(),
            life: Life::begin(now, ABSOLUTE),
        };
        let session = Session {
            member: member.clone(),
            absolute_end: row.life.absolute_end(),
            key: token.hash(),
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
        self.read(token, Consistency::Strong).await
    }

    /// The same for half the price, where a sign-out may count a moment later. A session that is not seen may have been opened
    /// just now, so it is looked for once more, consistently.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn glimpse(&self, token: &SessionToken) -> Result<Option<Session>, DynamoError> {
        match self.read(token, Consistency::Eventual).await? {
            Some(session) => Ok(Some(session)),
            None => self.find(token).await,
        }
    }

    async fn read(
        &self,
        token: &SessionToken,
        consistency: Consistency,
    ) -> Result<Option<Session>, DynamoError> {
        let (hash, now) = (token.hash(), self.clock.now());
        let Some(row) = self.table.get::<Row>(key(&hash), consistency).await? else {
            return Ok(None);
        };
        if row.life.is_over(now) {
            return Ok(None);
        }
        if row.life.is_due(now) && !row.life.extend(&self.table, key(&hash), now).await? {
            return Ok(None);
        }
        let session = Session {
            member: row.member,
            absolute_end: row.life.absolute_end(),
            key: hash,
        };
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
}

fn key(hash: &str) -> Key {
    Key::new(format!("S#{hash}"), "SESSION")
}
