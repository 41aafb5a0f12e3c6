//! Makes an account of staff. It can have no permission that whoever makes it lacks.

use credentials::Password;
use edge::{Created, Json, Reply, Staff, Versioned};
use kernel::{StaffId, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChangeStaff, account_view::StaffView, problems::AccountError};
use crate::{
    BackOffice, StaffLogin,
    domain::{Account, Roles, may_give},
    owner::missing,
};

/// An account to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateStaff {
    /// What its owner signs in with; it never changes.
    login: StaffLogin,
    /// Whose it is.
    name: Text<1, 64>,
    /// The first password, to be changed by its owner.
    password: Password,
    /// Its roles.
    #[serde(default)]
    roles: Roles,
}

pub(crate) async fn create_staff(
    app: &BackOffice,
    (staff, Json(wanted)): (Staff<ChangeStaff>, Json<CreateStaff>),
) -> Result<Reply<StaffView, Versioned<Created>>, AccountError> {
    let roles = app.accounts.roles(&wanted.roles.0).await?;
    if let Some(role) = missing(&wanted.roles, &roles) {
        return Err(AccountError::NoRole(role));
    }
    let now = app.clock.now();
    let account = Account {
        id: StaffId::generate(now),
        login: wanted.login,
        name: wanted.name,
        roles: wanted.roles,
        active: true,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    may_give(&staff.permissions, &account.permissions(&roles))?;
    let hash = wanted.password.hash()?;
    app.accounts.create(&account, hash, &roles).await?;
    let location = format!("/api/staff/admin/accounts/{}", account.id);
    let version = account.version;
    Ok(Reply::created(location, account.into()).version(version))
}
