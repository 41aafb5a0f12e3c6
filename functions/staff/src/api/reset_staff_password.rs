//! Gives an account of staff another password, and ends all its sessions. Nobody does so to an account that may do more than they
//! may, nor to their own: for that the present password is needed. The tries of the old password are forgotten: its owner, whom
//! somebody kept waiting by trying, signs in with the new one at once.

use credentials::Password;
use edge::{Json, NoContent, Path, Reply, Staff};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChangeStaff, account_view::StaffPath, problems::AccountError};
use crate::{
    SignIns,
    domain::{ChangeRefused, may_give},
};

/// The next password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetStaffPassword {
    /// The password from now on, to be changed by the account's owner.
    password: Password,
}

pub(crate) async fn reset_staff_password(
    app: &SignIns,
    (staff, Path(path), Json(reset)): (
        Staff<ChangeStaff>,
        Path<StaffPath>,
        Json<ResetStaffPassword>,
    ),
) -> Result<Reply<(), NoContent>, AccountError> {
    let account = app.accounts.account(&path.staff_id).await?;
    let account = account.ok_or(AccountError::NotFound)?;
    if staff.id == account.id {
        return Err(ChangeRefused::OwnAccount.into());
    }
    let roles = app.accounts.roles(&account.roles.0).await?;
    may_give(&staff.permissions, &account.permissions(&roles))?;
    let known = app.accounts.credentials(&account.login).await?;
    let known = known.ok_or(AccountError::NotFound)?;
    let hash = reset.password.hash()?;
    app.accounts
        .set_password(&account.login, &known, &hash)
        .await?;
    app.tries.forget(account.login.as_str()).await?;
    Ok(Reply::no_content())
}
