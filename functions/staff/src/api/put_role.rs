//! Makes a role or changes it, for all its holders from their next request on. Nobody puts into a role, or changes in one, what
//! they do not have themselves. While accounts have it, it neither gains nor loses everything (`*`).

use edge::{Grant, IfMatch, Json, Path, Permissions, Reply, Staff, Stored, Versioned};
use kernel::{RoleId, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChangeRoles, account_view::RoleView, problems::ChangeRoleError};
use crate::{
    BackOffice,
    domain::{Role, first_unknown, may_give},
};

/// Which role.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct RolePath {
    /// The role's id.
    pub(crate) role_id: RoleId,
}

/// A role as it is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleInput {
    /// What it is for.
    #[serde(default)]
    description: Text<0, 200>,
    /// What its holders may do: permissions, all of a kind (`catalog:*`), or everything (`*`).
    #[schemars(length(max = 100))]
    permissions: Vec<Grant>,
}

/// Most grants of a role.
const MOST_GRANTS: usize = 100;

pub(crate) async fn put_role(
    app: &BackOffice,
    (staff, Path(path), if_match, Json(input)): (
        Staff<ChangeRoles>,
        Path<RolePath>,
        IfMatch,
        Json<RoleInput>,
    ),
) -> Result<Reply<RoleView, Versioned<Stored>>, ChangeRoleError> {
    let unknown = first_unknown(&input.permissions);
    if let Some(place) = unknown.or((input.permissions.len() > MOST_GRANTS).then_some(MOST_GRANTS))
    {
        return Err(ChangeRoleError::UnknownPermission(place));
    }
    let old = app.accounts.role(&path.role_id).await?;
    if_match.check(old.as_ref().map(|old| old.version))?;
    let permissions: Permissions = input.permissions.into_iter().collect();
    for these in old.iter().map(|old| &old.permissions).chain([&permissions]) {
        may_give(&staff.permissions, these)?;
    }
    let new = Role {
        id: path.role_id,
        description: input.description,
        permissions,
        holders: old.as_ref().map_or(0, |old| old.holders),
        version: old.as_ref().map_or(1, |old| old.version + 1),
    };
    app.accounts.put_role(old.as_ref(), &new).await?;
    let version = new.version;
    Ok(Reply::stored(old.is_none(), RoleView::from(new)).version(version))
}
