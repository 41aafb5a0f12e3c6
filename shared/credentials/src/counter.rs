//! Counting tries, in the table of the service that signs somebody in. Key: `T#<keyed hash of the login>` / `TRIES`.

use dynamo::{Condition, DynamoError, Item, Key, Signer, Table, Write, WriteError};
use edge::{Problem, ProblemKind};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tries::{TooManyTries, Tries};

/// The tries of every login, existing or not. A login stands in the key as a keyed hash: the table tells nobody's phone
/// number, nor what people typed into the wrong field.
#[derive(Debug, Clone)]
pub struct TryCounter {
    table: Table,
    signer: Signer,
}

/// Why a try was not counted: it may not be made.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// It comes too early.
    #[error(transparent)]
    TooMany(#[from] TooManyTries),
    /// The counter cannot be reached.
    #[error(transparent)]
    Store(#[from] DynamoError),
}

impl CountError {
    /// What whoever tried is told.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::TooMany(tries) => Problem::from(ProblemKind::TOO_MANY_REQUESTS)
                .because(tries.to_string())
                .after(tries.wait),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

/// `ttl`, in seconds, lets the table drop what is forgotten, and decides nothing.
#[derive(Serialize, Deserialize)]
struct TriesRow {
    count: u32,
    last_at: Timestamp,
    rev: String,
    ttl: i64,
}

/// How often a try is counted anew when others counted theirs meanwhile. After five the sixth is too early anyway.
const ROUNDS: u32 = 8;

impl TryCounter {
    /// Counts in this table. What the signer makes of a login stands in its keys.
    #[must_use]
    pub fn new(table: Table, signer: Signer) -> Self {
        Self { table, signer }
    }

    /// Counts a try of a login's password, before it is made. Tries at the same time are counted one by one. The login is in its
    /// one spelling.
    ///
    /// # Errors
    /// When the try comes too early, and when the store gives no answer: it may not be made.
    pub async fn count(&self, login: &str, now: Timestamp) -> Result<(), CountError> {
        // Most logins have no tries that count, so the first write takes that for granted and no read comes before it.
        let mut known: Option<TriesRow> = None;
        for _ in 0..ROUNDS {
            let (tries, condition) = match &known {
                None => (Tries::first(now), Condition::item_absent()),
                Some(row) => (
                    row.tries().another(now)?,
                    Condition::equals("rev", &row.rev),
                ),
            };
            let row = TriesRow::of(tries);
            match Table::write(Write::put(&self.table, self.key(login), &row).when(condition)).await
            {
                Ok(()) => return Ok(()),
                Err(WriteError::ConditionFailed(found)) => {
                    known = found
                        .map(Item::read)
                        .transpose()
                        .map_err(CountError::Store)?;
                }
                Err(WriteError::Call(error)) => return Err(error.into()),
            }
            if known.as_ref().is_some_and(|known| known.rev == row.rev) {
                // The call was repeated on the way; its first copy counted.
                return Ok(());
            }
        }
        Err(DynamoError::Busy {
            code: "TriesChanged".to_owned(),
            source: None,
        }
        .into())
    }

    /// Forgets the tries of a login: its password was right, or is a new one.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn forget(&self, login: &str) -> Result<(), DynamoError> {
        match Table::write(Write::delete(&self.table, self.key(login))).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    fn key(&self, login: &str) -> Key {
        Key::new(format!("T#{}", self.signer.digest(login)), "TRIES")
    }
}

impl TriesRow {
    fn of(tries: Tries) -> Self {
        Self {
            count: tries.count,
            last_at: tries.last_at,
            rev: format!("{:016x}", rand::random::<u64>()),
            ttl: tries.forgotten_at().as_seconds(),
        }
    }

    fn tries(&self) -> Tries {
        Tries {
            count: self.count,
            last_at: self.last_at,
        }
    }
}
