//! Removes a role that no account has.

use edge::{NoContent, Path, Reply, Staff};

use super::{ChangeRoles, problems::ChangeRoleError, put_role::RolePath};
use crate::{BackOffice, domain::may_give};

pub(crate) async fn remove_role(
    app: &BackOffice,
    (staff, Path(path)): (Staff<ChangeRoles>, Path<RolePath>),
) -> Result<Reply<(), NoContent>, ChangeRoleError> {
    let role = app.accounts.role(&path.role_id).await?;
    let role = role.ok_or(ChangeRoleError::NotFound)?;
    may_give(&staff.permissions, &role.permissions)?;
    app.accounts.remove_role(&role).await?;
    Ok(Reply::no_content())
}
