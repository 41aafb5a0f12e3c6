//! How accounts and roles are named, shown and listed.

use kernel::{Limit, RoleId, StaffId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use edge::Grant;

use crate::domain::{Account, Role};

/// Which account.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StaffPath {
    /// The account's id.
    pub(crate) staff_id: StaffId,
}

/// Which page of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedPage {
    /// How many.
    #[serde(default)]
    pub(crate) limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    pub(crate) cursor: Option<String>,
}

/// An account of staff. `Account` as whoever manages accounts sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StaffView {
    /// Its id.
    id: StaffId,
    /// What its owner signs in with.
    login: String,
    /// Whose it is.
    name: Text<1, 64>,
    /// Its roles.
    roles: Vec<RoleId>,
    /// Whether it may be used.
    active: bool,
    /// When it was made.
    created_at: Timestamp,
    /// When it was last changed.
    changed_at: Timestamp,
    /// The version, which is the `ETag` of the account: quoted in `If-Match`, it changes just that.
    version: u64,
}

/// A role.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RoleView {
    /// Its id.
    id: RoleId,
    /// What it is for.
    description: Text<0, 200>,
    /// What its holders may do.
    permissions: Vec<Grant>,
    /// How many accounts have it, disabled ones included.
    holders: i64,
    /// The version, which is the `ETag` of the role: quoted in `If-Match`, it changes just that.
    version: u64,
}

impl From<Account> for StaffView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            login: account.login.as_str().to_owned(),
            name: account.name,
            roles: account.roles.0,
            active: account.active,
            created_at: account.created_at,
            changed_at: account.changed_at,
            version: account.version,
        }
    }
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        Self {
            id: role.id,
            description: role.description,
            permissions: role.permissions.grants().cloned().collect(),
            holders: role.holders,
            version: role.version,
        }
    }
}
