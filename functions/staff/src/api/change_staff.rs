//! Changes an account of staff: name, roles, whether it may be used. Nobody gives or takes a permission they lack, nobody disables
//! themselves, and one account that may do everything always stays. It counts from the account's next request on.

use edge::{IfMatch, Json, Ok200, Path, Reply, Staff, Versioned};
use kernel::Text;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    ChangeStaff,
    account_view::{StaffPath, StaffView},
    problems::AccountError,
};
use crate::{
    BackOffice,
    domain::{AccountChange, Roles},
    owner::missing,
};

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeStaffInput {
    /// Whose it is.
    name: Option<Text<1, 64>>,
    /// Its roles, all of them.
    roles: Option<Roles>,
    /// Whether it may be used.
    active: Option<bool>,
}

pub(crate) async fn change_staff(
    app: &BackOffice,
    (staff, Path(path), if_match, Json(input)): (
        Staff<ChangeStaff>,
        Path<StaffPath>,
        IfMatch,
        Json<ChangeStaffInput>,
    ),
) -> Result<Reply<StaffView, Versioned<Ok200>>, AccountError> {
    let old = app.accounts.account(&path.staff_id).await?;
    let old = old.ok_or(AccountError::NotFound)?;
    if_match.check(Some(old.version))?;
    let wanted = input.roles.clone().unwrap_or_default();
    let ids = [old.roles.0.as_slice(), wanted.0.as_slice()].concat();
    let roles = app.accounts.roles(&ids).await?;
    if let Some(role) = missing(&wanted, &roles) {
        return Err(AccountError::NoRole(role));
    }
    let change = AccountChange {
        name: input.name,
        roles: input.roles,
        active: input.active,
    };
    let by = (&staff.id, &staff.permissions);
    let new = old.changed(change, by, &roles, app.clock.now())?;
    app.accounts.change(&old, &new, &roles).await?;
    let version = new.version;
    Ok(Reply::ok(new.into()).version(version))
}
