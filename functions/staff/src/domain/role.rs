//! Roles.

use edge::Permissions;
use kernel::{RoleId, Text};
use serde::{Deserialize, Serialize};

/// The role that whoever owns the mall gives to the first account: everything.
pub(crate) const ADMINISTRATOR: &str = "administrator";

/// A role: a name for what its holders may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: RoleId,
    pub(crate) description: Text<0, 200>,
    pub(crate) permissions: Permissions,
    /// How many accounts have it, disabled ones included.
    pub(crate) holders: i64,
    /// One more with each change; holders that come and go are none.
    pub(crate) version: u64,
}
