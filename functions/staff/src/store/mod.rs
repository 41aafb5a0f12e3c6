//! The staff table, and what of it the edge of all services has to know: keys and attributes, here and nowhere else. Whatever
//! decides access is written in one transaction with the item that says so here.

mod accounts;
mod roles;

use dynamo::{Key, Table};
use edge::{Boot, StaffAccess};
use kernel::{ConfigError, RoleId, StaffId};

use crate::domain::StaffLogin;

pub(crate) use accounts::{Credentials, SaveError};
pub(crate) use roles::RoleError;

/// Accounts and roles.
#[derive(Debug, Clone)]
pub(crate) struct Accounts {
    table: Table,
    access: StaffAccess,
}

impl Accounts {
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("STAFF_TABLE")?,
            access: StaffAccess::from_env(boot)?,
        })
    }

    /// What decides the access of each account.
    pub(crate) fn access(&self) -> &StaffAccess {
        &self.access
    }
}

const ACCOUNTS: &str = "ACCOUNTS";
const ROLES: &str = "ROLES";

fn account_key(id: &StaffId) -> Key {
    Key::new(ACCOUNTS, id.as_str())
}

fn login_key(login: &StaffLogin) -> Key {
    Key::new(format!("L#{login}"), "LOGIN")
}

fn role_key(id: &RoleId) -> Key {
    Key::new(ROLES, id.as_str())
}

/// How many active accounts may do everything.
fn administrators_key() -> Key {
    Key::new("ADMINISTRATORS", "COUNT")
}
