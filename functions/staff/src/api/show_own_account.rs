//! Shows staff their own account, and what they may do.

use edge::{AnyStaff, Grant, Reply};
use schemars::JsonSchema;
use serde::Serialize;

use super::{account_view::StaffView, problems::AccountError};
use crate::BackOffice;

/// One's own account.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OwnAccount {
    /// The account.
    account: StaffView,
    /// What it may do: permissions, or all of a kind (`catalog:*`), or everything (`*`).
    permissions: Vec<Grant>,
}

pub(crate) async fn show_own_account(
    app: &BackOffice,
    (staff,): (AnyStaff,),
) -> Result<Reply<OwnAccount>, AccountError> {
    let account = app.accounts.account(&staff.id).await?;
    Ok(Reply::ok(OwnAccount {
        account: account.ok_or(AccountError::NotFound)?.into(),
        permissions: staff.permissions.grants().cloned().collect(),
    }))
}
