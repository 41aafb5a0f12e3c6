//! Signs an account of staff out everywhere. It may sign in again.

use edge::{NoContent, Path, Reply, Staff};

use super::{ChangeStaff, account_view::StaffPath, problems::AccountError};
use crate::{BackOffice, domain::may_give};

pub(crate) async fn end_staff_sessions(
    app: &BackOffice,
    (staff, Path(path)): (Staff<ChangeStaff>, Path<StaffPath>),
) -> Result<Reply<(), NoContent>, AccountError> {
    let account = app.accounts.account(&path.staff_id).await?;
    let account = account.ok_or(AccountError::NotFound)?;
    let roles = app.accounts.roles(&account.roles.0).await?;
    may_give(&staff.permissions, &account.permissions(&roles))?;
    if app.accounts.end_sessions(&account.id).await? {
        Ok(Reply::no_content())
    } else {
        Err(AccountError::NotFound)
    }
}
