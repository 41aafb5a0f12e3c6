//! Lists the permissions there are, for whoever makes a role of them: all of them, as they are compiled in.

use edge::{Problem, ProblemKind, Refusal, Reply, Staff};
use schemars::JsonSchema;
use serde::Serialize;

use super::SeeStaff;
use crate::domain::PERMISSIONS;

/// Something that staff may be permitted to do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PermissionView {
    /// Its name, as roles grant it.
    name: &'static str,
    /// What it is for.
    description: &'static str,
}

/// All permissions, by their names. A role can also grant all of a service or of a thing (`catalog:*`, `catalog:product:*`), or
/// everything (`*`).
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PermissionList {
    items: Vec<PermissionView>,
}

/// Nothing can be refused to who may ask.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListPermissionsError {}

impl Refusal for ListPermissionsError {
    const KINDS: &'static [ProblemKind] = &[];

    fn problem(&self) -> Problem {
        match *self {}
    }
}

pub(crate) async fn list_permissions(
    (): &(),
    (_,): (Staff<SeeStaff>,),
) -> Result<Reply<PermissionList>, ListPermissionsError> {
    let view =
        |(name, description): &(&'static str, &'static str)| PermissionView { name, description };
    Ok(Reply::ok(PermissionList {
        items: PERMISSIONS.iter().map(view).collect(),
    }))
}
