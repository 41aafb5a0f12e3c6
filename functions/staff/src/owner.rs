//! What whoever owns the mall may do: the face of this service for the command line, which holds the keys of its tables. It makes
//! the first account, before which nobody could permit anything.

use credentials::{HashError, Password};
use dynamo::DynamoError;
use edge::{Boot, Grant, StaffSession, StaffToken};
use kernel::{Clock, ConfigError, InvalidId, RoleId, StaffId, Text};

use crate::{
    StaffLogin,
    domain::{ADMINISTRATOR, Account, Role, Roles},
    store::{Accounts, RoleError, SaveError},
};

/// The owner of a mall.
#[derive(Debug)]
pub struct Owner {
    accounts: Accounts,
    clock: Clock,
}

/// An account to be made.
#[derive(Debug)]
pub struct NewAccount {
    /// Its login name.
    pub login: StaffLogin,
    /// Whose it is.
    pub name: Text<1, 64>,
    /// Its password.
    pub password: Password,
    /// Its roles, ten at most. `administrator`, which may do everything, is made when it is not there yet.
    pub roles: Vec<RoleId>,
}

/// Why the owner did not get their way.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// Another account has the login name.
    #[error("there is an account {0} already")]
    LoginTaken(StaffLogin),
    /// There is no such role.
    #[error("there is no role {0}; `administrator` may do everything")]
    NoRole(RoleId),
    /// More roles than an account can have.
    #[error("an account has ten roles at most")]
    TooManyRoles,
    /// Others changed the same at the same time.
    #[error("accounts or roles were changed meanwhile; try again")]
    Changed,
    /// The password cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The name of a role is none.
    #[error(transparent)]
    Role(#[from] InvalidId),
    /// The tables give no answer.
    #[error("the tables of the mall give no answer")]
    Store(#[from] DynamoError),
}

impl Owner {
    /// The owner of the mall whose tables `STAFF_TABLE` and `SESSION_TABLE` name.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            accounts: Accounts::from_env(boot)?,
            clock: boot.clock(),
        })
    }

    /// Makes an account.
    ///
    /// # Errors
    /// When there is one of this login, or no such role, and when the tables give no answer.
    pub async fn create(&self, new: NewAccount) -> Result<StaffId, OwnerError> {
        let roles = Roles::of(new.roles).ok_or(OwnerError::TooManyRoles)?;
        if roles.0.iter().any(|role| role.as_str() == ADMINISTRATOR) {
            self.make_administrator().await?;
        }
        let known = self.accounts.roles(&roles.0).await?;
        if let Some(role) = missing(&roles, &known) {
            return Err(OwnerError::NoRole(role));
        }
        let now = self.clock.now();
        let account = Account {
            id: StaffId::generate(now),
            login: new.login,
            name: new.name,
            roles,
            active: true,
            version: 1,
            created_at: now,
            changed_at: now,
        };
        let hash = new.password.hash()?;
        match self.accounts.create(&account, hash, &known).await {
            Ok(()) => Ok(account.id),
            Err(SaveError::LoginTaken) => Err(OwnerError::LoginTaken(account.login)),
            Err(SaveError::Store(error)) => Err(error.into()),
            Err(SaveError::Changed | SaveError::LastAdministrator) => Err(OwnerError::Changed),
        }
    }

    /// Whose a login is.
    ///
    /// # Errors
    /// When the tables give no answer.
    pub async fn account_of(&self, login: &StaffLogin) -> Result<Option<StaffId>, OwnerError> {
        let credentials = self.accounts.credentials(login).await?;
        Ok(credentials.map(|known| known.staff))
    }

    /// Opens a session of an account without its password; `None` when it may not be used.
    ///
    /// # Errors
    /// When the tables give no answer.
    pub async fn open_session(
        &self,
        staff: &StaffId,
    ) -> Result<Option<(StaffToken, StaffSession)>, OwnerError> {
        Ok(self.accounts.access().open(staff).await?)
    }

    /// Removes an account, with all its sessions. What it did stays in the audit log.
    ///
    /// # Errors
    /// When the account changes meanwhile, or the tables give no answer.
    pub async fn remove(&self, staff: &StaffId) -> Result<(), OwnerError> {
        let Some(account) = self.accounts.account(staff).await? else {
            return Ok(());
        };
        let roles = self.accounts.roles(&account.roles.0).await?;
        match self.accounts.remove(&account, &roles).await {
            Ok(()) => Ok(()),
            Err(SaveError::Store(error)) => Err(error.into()),
            Err(_) => Err(OwnerError::Changed),
        }
    }

    /// The role that may do everything, unless it is there.
    async fn make_administrator(&self) -> Result<(), OwnerError> {
        let id = RoleId::parse(ADMINISTRATOR)?;
        if self.accounts.role(&id).await?.is_some() {
            return Ok(());
        }
        let role = Role {
            id,
            description: Text::default(),
            permissions: [Grant::everything()].into_iter().collect(),
            holders: 0,
            version: 1,
        };
        match self.accounts.put_role(None, &role).await {
            // Somebody else made it first.
            Ok(()) | Err(RoleError::Changed | RoleError::Held) => Ok(()),
            Err(RoleError::Store(error)) => Err(error.into()),
        }
    }
}

/// The first of these roles that is not known.
pub(crate) fn missing(roles: &Roles, known: &[Role]) -> Option<RoleId> {
    let unknown = |id: &&RoleId| !known.iter().any(|role| role.id == **id);
    roles.0.iter().find(unknown).cloned()
}
