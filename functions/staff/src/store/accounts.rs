//! Accounts and logins.

use credentials::PasswordHash;
use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Query, Signer, Table, Transaction,
    TransactionError, Write, WriteError,
};
use edge::{StaffSession, StaffToken};
use kernel::{Limit, Page, StaffId};
use serde::{Deserialize, Serialize};

use super::{ACCOUNTS, Accounts, account_key, administrators_key, login_key, role_key};
use crate::domain::{Account, Role, StaffLogin};

/// Whose a login is, and how it is proved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) staff: StaffId,
    pub(crate) password_hash: PasswordHash,
}

/// Why an account is not as it was to be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    #[error("the account, or a role of it, was changed meanwhile")]
    Changed,
    #[error("the login name is taken")]
    LoginTaken,
    #[error("nobody would be left who may do everything")]
    LastAdministrator,
    #[error("the accounts cannot be reached")]
    Store(#[from] DynamoError),
}

/// What a failed condition of a write means.
type Meaning = fn() -> SaveError;

/// The writes of one transaction, each with what it means when its condition fails.
#[derive(Default)]
struct Writes {
    transaction: Transaction,
    meanings: Vec<Meaning>,
}

impl Writes {
    fn with(mut self, write: Write, meaning: Meaning) -> Self {
        self.transaction = self.transaction.with(write);
        self.meanings.push(meaning);
        self
    }

    async fn commit(self) -> Result<(), SaveError> {
        let Err(error) = self.transaction.commit().await else {
            return Ok(());
        };
        let failed = |index: &usize| error.condition_failed(*index).is_some();
        match (0..self.meanings.len()).find(failed) {
            Some(index) => Err(self.meanings[index]()),
            None => Err(TransactionError::otherwise(error).into()),
        }
    }
}

impl Accounts {
    pub(crate) async fn account(&self, id: &StaffId) -> Result<Option<Account>, DynamoError> {
        self.table.get(account_key(id), Consistency::Strong).await
    }

    pub(crate) async fn credentials(
        &self,
        login: &StaffLogin,
    ) -> Result<Option<Credentials>, DynamoError> {
        self.table.get(login_key(login), Consistency::Strong).await
    }

    /// A page of all accounts, or of those with this part in their login or name; in the order in which they were created or
    /// not at all: ids are random. A page of those that are searched for may be short and not the last one.
    pub(crate) async fn list(
        &self,
        signer: &Signer,
        limit: Limit,
        cursor: Option<&str>,
        part: Option<&str>,
    ) -> Result<Result<Page<Account>, InvalidSignature>, DynamoError> {
        let list = Query::partition(ACCOUNTS);
        let start = match list.start(signer, cursor) {
            Ok(start) => start,
            Err(invalid) => return Ok(Err(invalid)),
        };
        let page = match part {
            None => list.page(&self.table, signer, limit, start).await,
            Some(part) => {
                let keep = |account: &Account| account.is_called(part);
                list.search(&self.table, signer, limit, start, keep).await
            }
        };
        page.map(Ok)
    }

    /// Makes an account. `roles` are the roles it has, as they were read.
    pub(crate) async fn create(
        &self,
        account: &Account,
        password_hash: PasswordHash,
        roles: &[Role],
    ) -> Result<(), SaveError> {
        let credentials = Credentials {
            staff: account.id.clone(),
            password_hash,
        };
        let login = Write::put(&self.table, login_key(&account.login), &credentials);
        let writes = Writes::default()
            .with(login.if_absent(), || SaveError::LoginTaken)
            .with(
                Write::put(&self.table, account_key(&account.id), account).if_absent(),
                || SaveError::Changed,
            )
            .with(
                self.access.grant(&account.id, &account.access(), false),
                || SaveError::Changed,
            );
        let writes = self.held(writes, roles.iter());
        let change = i64::from(account.is_active_administrator(roles));
        self.administrators(writes, change).commit().await
    }

    /// Puts an account in the place of the version before it. `roles` are the roles of both, as they were read. One that is
    /// disabled loses its sessions.
    pub(crate) async fn change(
        &self,
        old: &Account,
        new: &Account,
        roles: &[Role],
    ) -> Result<(), SaveError> {
        let of_old = Condition::equals("version", old.version);
        let writes = Writes::default()
            .with(
                Write::put(&self.table, account_key(&new.id), new).when(of_old),
                || SaveError::Changed,
            )
            .with(
                self.access.grant(&new.id, &new.access(), !new.active),
                || SaveError::Changed,
            );
        let (gained, lost) = (new.roles.without(&old.roles), old.roles.without(&new.roles));
        let gained = roles.iter().filter(|role| gained.contains(&role.id));
        let mut writes = self.held(writes, gained);
        for role in lost {
            let write = Write::update(&self.table, role_key(&role)).add("holders", -1);
            writes = writes.with(write.when(Condition::item_exists()), || SaveError::Changed);
        }
        let change = i64::from(new.is_active_administrator(roles))
            - i64::from(old.is_active_administrator(roles));
        self.administrators(writes, change).commit().await
    }

    /// Removes an account, for whoever owns the mall: it may be the last that may do everything.
    pub(crate) async fn remove(&self, account: &Account, roles: &[Role]) -> Result<(), SaveError> {
        let of_this = Condition::equals("version", account.version);
        let mut writes = Writes::default()
            .with(
                Write::delete(&self.table, account_key(&account.id)).when(of_this),
                || SaveError::Changed,
            )
            .with(
                Write::delete(&self.table, login_key(&account.login)),
                || SaveError::Changed,
            )
            .with(self.access.forget(&account.id), || SaveError::Changed);
        for role in &account.roles.0 {
            let write = Write::update(&self.table, role_key(role)).add("holders", -1);
            writes = writes.with(write, || SaveError::Changed);
        }
        if account.is_active_administrator(roles) {
            let write = Write::update(&self.table, administrators_key()).add("count", -1);
            writes = writes.with(write, || SaveError::Changed);
        }
        writes.commit().await
    }

    /// Sets a password, if it still is the one that was read, and ends all sessions of the account.
    pub(crate) async fn set_password(
        &self,
        login: &StaffLogin,
        known: &Credentials,
        hash: &PasswordHash,
    ) -> Result<(), SaveError> {
        let write = Write::update(&self.table, login_key(login))
            .set("password_hash", hash)
            .when(Condition::equals("password_hash", &known.password_hash));
        Writes::default()
            .with(write, || SaveError::Changed)
            .with(self.access.end_sessions(&known.staff), || {
                SaveError::Changed
            })
            .commit()
            .await
    }

    /// Opens a session for whoever proved to know the password of these credentials, if the login still has it. A password that
    /// is set meanwhile ends all sessions that began before it, and this one does not begin after it.
    pub(crate) async fn open_session(
        &self,
        login: &StaffLogin,
        proved: &Credentials,
    ) -> Result<Option<(StaffToken, StaffSession)>, DynamoError> {
        let still = Write::check(&self.table, login_key(login))
            .when(Condition::equals("password_hash", &proved.password_hash));
        self.access.open_while(&proved.staff, still).await
    }

    /// Ends all sessions of an account; whether there is one.
    pub(crate) async fn end_sessions(&self, id: &StaffId) -> Result<bool, DynamoError> {
        match Table::write(self.access.end_sessions(id)).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// One more holder for each of these roles, if it is as it was read.
    fn held<'r>(&self, mut writes: Writes, roles: impl Iterator<Item = &'r Role>) -> Writes {
        for role in roles {
            let write = Write::update(&self.table, role_key(&role.id))
                .add("holders", 1)
                .when(Condition::equals("version", role.version));
            writes = writes.with(write, || SaveError::Changed);
        }
        writes
    }

    /// So many more active accounts that may do everything, or one less, if one is left. Whether an account is one stands while
    /// it has its roles: a held role neither gains nor loses everything.
    fn administrators(&self, writes: Writes, change: i64) -> Writes {
        let write = Write::update(&self.table, administrators_key()).add("count", change);
        match change {
            0 => writes,
            1.. => writes.with(write, || SaveError::Changed),
            _ => writes.with(write.when(Condition::more_than("count", 1)), || {
                SaveError::LastAdministrator
            }),
        }
    }
}
