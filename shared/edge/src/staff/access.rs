//! Sessions of staff, and what decides what an account may do. Keys:
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `A#<staff id>` | `ACCESS` | whether the account is active, its roles, its generation of sessions |
//! | `A#<staff id>` | `SESSION#<hash of the token>` | a session, of that account's generation when it began |
//! | `ROLES` | `<role id>` | what the role permits |
//!
//! A sign-out everywhere adds one to the generation, so it costs one write however many sessions there are.

use std::time::Duration;

use dynamo::{Condition, Consistency, DynamoError, Key, Table, Transaction, Write, WriteError};
use kernel::{Clock, ConfigError, RoleId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};

use super::permissions::Permissions;
use crate::{Boot, StaffToken, life::Life};

/// Time after which a session of staff is over however much it is used.
const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);

/// What an account may do, and whether it may do anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The account's login name, for the audit log.
    pub login: String,
    /// Whether the account may be used.
    pub active: bool,
    /// Its roles.
    pub roles: Vec<RoleId>,
}

/// A session of staff that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSession {
    /// Whose it is.
    pub staff: StaffId,
    /// When it is over at the latest.
    pub absolute_end: Timestamp,
    hash: String,
}

/// A session with the access of its account.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) session: StaffSession,
    pub(crate) access: Access,
}

/// The sessions of all staff, and what decides what each may do.
#[derive(Debug, Clone)]
pub struct StaffAccess {
    table: Table,
    clock: Clock,
}

#[derive(Debug, Serialize, Deserialize)]
struct SessionRow {
    generation: i64,
    #[serde(flatten)]
    life: Life,
}

#[derive(Debug, Deserialize)]
struct AccessRow {
    login: String,
    active: bool,
    roles: Vec<RoleId>,
    generation: i64,
}

#[derive(Serialize, Deserialize)]
struct RoleRow {
    permissions: Permissions,
}

/// What the first step reads. A session has no `roles`, an access no end.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Row {
    Session(SessionRow),
    Access(AccessRow),
}

impl StaffAccess {
    /// The accesses in the table that `SESSION_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("SESSION_TABLE")?,
            clock: boot.clock(),
        })
    }

    /// Opens a session for this member of staff, whoever asks; `None` when the account is not active. The token goes into the
    /// cookie and is stored nowhere.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn open(
        &self,
        staff: &StaffId,
    ) -> Result<Option<(StaffToken, StaffSession)>, DynamoError> {
        let Some((opened, write)) = self.begin(staff).await? else {
            return Ok(None);
        };
        done(Table::write(write).await)?;
        Ok(Some(opened))
    }

    /// Opens a session for somebody who has proved to be this member of staff, while the `proof` holds: a check of what they
    /// proved it by, in one transaction with the session. `None` when it holds no more, or the account is not active. Without
    /// it a password that is taken away while it is being tried would open a session that outlives it.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn open_while(
        &self,
        staff: &StaffId,
        proof: Write,
    ) -> Result<Option<(StaffToken, StaffSession)>, DynamoError> {
        let Some((opened, write)) = self.begin(staff).await? else {
            return Ok(None);
        };
        let transaction = Transaction::new().with(proof).with(write);
        match transaction.commit().await {
            Ok(()) => Ok(Some(opened)),
            Err(error) if error.condition_failed(0).is_some() => Ok(None),
            Err(error) => Err(error.otherwise()),
        }
    }

    /// A session of the account's generation as it is now, and the write that makes it one.
    async fn begin(
        &self,
        staff: &StaffId,
    ) -> Result<Option<((StaffToken, StaffSession), Write)>, DynamoError> {
        let access: Option<AccessRow> = self
            .table
            .get(access_key(staff), Consistency::Strong)
            .await?;
        let Some(access) = access.filter(|access| access.active) else {
            return Ok(None);
        };
        let token = StaffToken::generate(staff);
        let row = SessionRow {
            generation: access.generation,
            life: Life::begin(self.clock.now(), ABSOLUTE),
        };
        let session = StaffSession {
            staff: staff.clone(),
            absolute_end: row.life.absolute_end(),
            hash: token.hash(),
        };
        let key = session_key(staff, &session.hash);
        let write = Write::put(&self.table, key, &row);
        Ok(Some(((token, session), write)))
    }

    /// The session of a token with the account's access, extended when that is due; `None` when there is none, it is over, or
    /// the account may not be used.
    pub(crate) async fn find(&self, token: &StaffToken) -> Result<Option<Found>, DynamoError> {
        let (staff, hash, now) = (token.staff(), token.hash(), self.clock.now());
        let keys = vec![access_key(staff), session_key(staff, &hash)];
        let (mut session, mut access) = (None, None);
        for row in self.table.get_many(keys, Consistency::Strong).await? {
            match row {
                Row::Session(row) => session = Some(row),
                Row::Access(row) => access = Some(row),
            }
        }
        let (Some(session), Some(access)) = (session, access) else {
            return Ok(None);
        };
        let lives = access.active
            && session.generation == access.generation
            && !session.life.is_over(now)
            && (!session.life.is_due(now)
                || session
                    .life
                    .extend(&self.table, session_key(staff, &hash), now)
                    .await?);
        Ok(lives.then(|| Found {
            session: StaffSession {
                staff: staff.clone(),
                absolute_end: session.life.absolute_end(),
                hash,
            },
            access: Access {
                login: access.login,
                active: access.active,
                roles: access.roles,
            },
        }))
    }

    /// What these roles permit together. A role that is not there permits nothing.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn permissions_of(&self, roles: &[RoleId]) -> Result<Permissions, DynamoError> {
        let keys = roles.iter().map(role_key).collect();
        let rows: Vec<RoleRow> = self.table.get_many(keys, Consistency::Strong).await?;
        Ok(rows
            .iter()
            .flat_map(|row| row.permissions.grants())
            .cloned()
            .collect())
    }

    /// Ends a session. Ending one that is over is no error.
    ///
    /// # Errors
    /// When the store gives no answer: the session may live on.
    pub async fn close(&self, session: &StaffSession) -> Result<(), DynamoError> {
        let key = session_key(&session.staff, &session.hash);
        done(Table::write(Write::delete(&self.table, key)).await)
    }

    /// The write that lets an account do what `access` says, from its next request on. `ends_sessions` ends all of them.
    pub fn grant(&self, staff: &StaffId, access: &Access, ends_sessions: bool) -> Write {
        Write::update(&self.table, access_key(staff))
            .set("login", &access.login)
            .set("active", access.active)
            .set("roles", &access.roles)
            .add("generation", i64::from(ends_sessions))
    }

    /// The write that ends all sessions of an account.
    pub fn end_sessions(&self, staff: &StaffId) -> Write {
        Write::update(&self.table, access_key(staff))
            .add("generation", 1)
            .when(Condition::item_exists())
    }

    /// The write after which an account may do nothing and has no session.
    pub fn forget(&self, staff: &StaffId) -> Write {
        Write::delete(&self.table, access_key(staff))
    }

    /// The write that gives a role's holders these permissions, from their next request on.
    pub fn put_role(&self, role: &RoleId, permissions: &Permissions) -> Write {
        let row = RoleRow {
            permissions: permissions.clone(),
        };
        Write::put(&self.table, role_key(role), &row)
    }

    /// The write after which a role permits nothing.
    pub fn remove_role(&self, role: &RoleId) -> Write {
        Write::delete(&self.table, role_key(role))
    }
}

/// An unconditional write cannot fail on a condition.
fn done(written: Result<(), WriteError>) -> Result<(), DynamoError> {
    match written {
        Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Call(error)) => Err(error),
    }
}

fn access_key(staff: &StaffId) -> Key {
    Key::new(format!("A#{staff}"), "ACCESS")
}

fn session_key(staff: &StaffId, hash: &str) -> Key {
    Key::new(format!("A#{staff}"), format!("SESSION#{hash}"))
}

fn role_key(role: &RoleId) -> Key {
    Key::new("ROLES", role.as_str())
}
