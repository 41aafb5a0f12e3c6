//! Shows an account of staff.

use edge::{Ok200, Path, Reply, Staff, Versioned};

use super::{
    SeeStaff,
    account_view::{StaffPath, StaffView},
    problems::AccountError,
};
use crate::BackOffice;

pub(crate) async fn show_staff(
    app: &BackOffice,
    (_, Path(path)): (Staff<SeeStaff>, Path<StaffPath>),
) -> Result<Reply<StaffView, Versioned<Ok200>>, AccountError> {
    let account = app.accounts.account(&path.staff_id).await?;
    let account = account.ok_or(AccountError::NotFound)?;
    let version = account.version;
    Ok(Reply::ok(account.into()).version(version))
}
