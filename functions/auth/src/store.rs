//! The auth table: its keys and attributes, here and nowhere else. Sessions are in a table of their own, which belongs to
//! the edge of all services.

use dynamo::{Condition, DynamoError, Item, Key, Signer, Table, Write, WriteError};
use edge::Boot;
use kernel::{ConfigError, Timestamp};
use member::Login;
use serde::{Deserialize, Serialize};

use crate::domain::{TooManyTries, Tries};

/// The tries of every login, existing or not. A login stands in the key as a keyed hash: the table tells nobody's phone
/// number, nor what people typed into the wrong field.
#[derive(Debug, Clone)]
pub(crate) struct TryCounter {
    table: Table,
    signer: Signer,
}

/// Why a try was not counted: it may not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CountError {
    #[error(transparent)]
    TooMany(#[from] TooManyTries),
    #[error(transparent)]
    Store(#[from] DynamoError),
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
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("AUTH_TABLE")?,
            signer: boot.signer("tries of a login")?,
        })
    }

    /// Counts a try of a login's password, before it is made. Tries at the same time are counted one by one.
    pub(crate) async fn count(&self, login: &Login, now: Timestamp) -> Result<(), CountError> {
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

    /// Forgets the tries of a login: its password was right.
    pub(crate) async fn forget(&self, login: &Login) -> Result<(), DynamoError> {
        match Table::write(Write::delete(&self.table, self.key(login))).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    fn key(&self, login: &Login) -> Key {
        Key::new(format!("T#{}", self.signer.digest(login.as_str())), "TRIES")
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

#[cfg(test)]
mod tests {
    use testkit::{Action, Mall};

    use super::*;

    #[tokio::test]
    async fn a_try_that_is_repeated_on_the_way_counts_once() {
        let mall = Mall::start(&[crate::service]).await;
        let boot = mall.boot_that_retries("sign-in");
        let counter = TryCounter::from_env(&boot).unwrap();
        let login = Login::parse("alice_01").unwrap();
        mall.wire()
            .strike("PutItem mall-auth", 0, Action::FailAfter);
        for _ in 0..5 {
            counter.count(&login, mall.now()).await.unwrap();
        }
        assert!(matches!(
            counter.count(&login, mall.now()).await,
            Err(CountError::TooMany(_))
        ));
    }
}
