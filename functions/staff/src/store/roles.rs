//! Roles.

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Query, Signer, Transaction,
    TransactionError, Write,
};
use kernel::{Limit, Page, RoleId};

use super::{Accounts, ROLES, role_key};
use crate::domain::Role;

/// Why a role is not as it was to be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RoleError {
    #[error("the role was changed meanwhile")]
    Changed,
    #[error("an account has the role")]
    Held,
    #[error("the roles cannot be reached")]
    Store(#[from] DynamoError),
}

impl Accounts {
    /// Those of these roles that are there.
    pub(crate) async fn roles(&self, ids: &[RoleId]) -> Result<Vec<Role>, DynamoError> {
        let keys = ids.iter().map(role_key).collect();
        self.table.get_many(keys, Consistency::Strong).await
    }

    pub(crate) async fn role(&self, id: &RoleId) -> Result<Option<Role>, DynamoError> {
        self.table.get(role_key(id), Consistency::Strong).await
    }

    /// A page of all roles, by their ids.
    pub(crate) async fn list_roles(
        &self,
        signer: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Role>, InvalidSignature>, DynamoError> {
        let list = Query::partition(ROLES);
        match list.start(signer, cursor) {
            Ok(start) => list.page(&self.table, signer, limit, start).await.map(Ok),
            Err(invalid) => Ok(Err(invalid)),
        }
    }

    /// Makes a role, or puts it in the place of the version before it. Its holders stay; while there are any it neither gains nor
    /// loses everything, so that the count of those who may do everything stays right.
    pub(crate) async fn put_role(&self, old: Option<&Role>, new: &Role) -> Result<(), RoleError> {
        let everything = |role: &Role| role.permissions.are_everything();
        let write = Write::update(&self.table, role_key(&new.id))
            .set("id", &new.id)
            .set("description", &new.description)
            .set("permissions", &new.permissions)
            .set("version", new.version)
            .add("holders", 0);
        let write = match old {
            None => write.if_absent(),
            Some(old) if everything(old) == everything(new) => write.when(of_version(old)),
            Some(old) => write.when(of_version(old)).when(unheld()),
        };
        let seen = self.access.put_role(&new.id, &new.permissions);
        self.commit(write, seen, old).await
    }

    /// Removes a role that no account has.
    pub(crate) async fn remove_role(&self, role: &Role) -> Result<(), RoleError> {
        let write = Write::delete(&self.table, role_key(&role.id))
            .when(of_version(role))
            .when(unheld());
        let seen = self.access.remove_role(&role.id);
        self.commit(write, seen, Some(role)).await
    }

    async fn commit(&self, write: Write, seen: Write, old: Option<&Role>) -> Result<(), RoleError> {
        let Err(error) = Transaction::new().with(write).with(seen).commit().await else {
            return Ok(());
        };
        let Some(found) = error.condition_failed(0) else {
            return Err(TransactionError::otherwise(error).into());
        };
        let found: Option<Role> = found.cloned().map(dynamo::Item::read).transpose()?;
        match (found, old) {
            (Some(found), Some(old)) if found.version == old.version => Err(RoleError::Held),
            _ => Err(RoleError::Changed),
        }
    }
}

fn of_version(role: &Role) -> Condition {
    Condition::equals("version", role.version)
}

fn unheld() -> Condition {
    Condition::at_most("holders", 0)
}
