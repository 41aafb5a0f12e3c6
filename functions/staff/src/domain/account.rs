//! Accounts of staff.

use edge::{Access, Permissions};
use kernel::{RoleId, StaffId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de};

use super::{Beyond, Role, StaffLogin, may_give};

/// Most roles of an account.
const MOST_ROLES: usize = 10;

/// The roles of an account: in order, each once, ten at most.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent)]
pub(crate) struct Roles(#[schemars(length(max = 10))] pub(crate) Vec<RoleId>);

/// An account. Its password is elsewhere: what shows accounts never reads one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: StaffId,
    pub(crate) login: StaffLogin,
    pub(crate) name: Text<1, 64>,
    pub(crate) roles: Roles,
    pub(crate) active: bool,
    pub(crate) version: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
}

/// A change of an account; what is absent stays.
#[derive(Debug, Default)]
pub(crate) struct AccountChange {
    pub(crate) name: Option<Text<1, 64>>,
    pub(crate) roles: Option<Roles>,
    pub(crate) active: Option<bool>,
}

/// Why somebody may not change an account so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChangeRefused {
    #[error(transparent)]
    Beyond(#[from] Beyond),
    #[error("nobody can disable their own account")]
    OwnAccount,
}

impl Roles {
    pub(crate) fn of(mut roles: Vec<RoleId>) -> Option<Self> {
        roles.sort();
        roles.dedup();
        (roles.len() <= MOST_ROLES).then_some(Self(roles))
    }

    /// Those that are here and not there.
    pub(crate) fn without(&self, others: &Self) -> Vec<RoleId> {
        let missing = |role: &&RoleId| !others.0.contains(role);
        self.0.iter().filter(missing).cloned().collect()
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(Vec::deserialize(deserializer)?)
            .ok_or_else(|| de::Error::custom(format_args!("at most {MOST_ROLES} roles")))
    }
}

impl Account {
    /// The account after somebody (`by`, who may do `own`) changes it. They must have every permission that it has and will
    /// have, and cannot disable themselves.
    pub(crate) fn changed(
        &self,
        change: AccountChange,
        (by, own): (&StaffId, &Permissions),
        roles: &[Role],
        now: Timestamp,
    ) -> Result<Self, ChangeRefused> {
        let changed = Self {
            name: change.name.unwrap_or_else(|| self.name.clone()),
            roles: change.roles.unwrap_or_else(|| self.roles.clone()),
            active: change.active.unwrap_or(self.active),
            version: self.version + 1,
            changed_at: now,
            ..self.clone()
        };
        for account in [self, &changed] {
            may_give(own, &account.permissions(roles))?;
        }
        if *by == self.id && !changed.active {
            return Err(ChangeRefused::OwnAccount);
        }
        Ok(changed)
    }

    /// Whether its login or its name has this part, whatever the case of either.
    pub(crate) fn is_called(&self, part: &str) -> bool {
        let part = part.to_lowercase();
        self.login.as_str().contains(&part) || self.name.to_lowercase().contains(&part)
    }

    /// What its roles permit, of these.
    pub(crate) fn permissions(&self, roles: &[Role]) -> Permissions {
        let held = roles.iter().filter(|role| self.roles.0.contains(&role.id));
        held.flat_map(|role| role.permissions.grants())
            .cloned()
            .collect()
    }

    /// Whether it may be used, and may do everything.
    pub(crate) fn is_active_administrator(&self, roles: &[Role]) -> bool {
        self.active && self.permissions(roles).are_everything()
    }

    /// What the edge of all services has to know of it.
    pub(crate) fn access(&self) -> Access {
        Access {
            login: self.login.as_str().to_owned(),
            active: self.active,
            roles: self.roles.0.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use edge::Grant;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn role(id: &str, grants: &[&str]) -> Role {
        Role {
            id: RoleId::parse(id).unwrap(),
            description: Text::default(),
            permissions: grants
                .iter()
                .map(|grant| Grant::parse(grant).unwrap())
                .collect(),
            holders: 0,
            version: 1,
        }
    }

    fn all_roles() -> Vec<Role> {
        vec![
            role("administrator", &["*"]),
            role("buyer", &["stock:*"]),
            role("editor", &["catalog:*"]),
        ]
    }

    fn roles(ids: &[&str]) -> Roles {
        Roles::of(ids.iter().map(|id| RoleId::parse(*id).unwrap()).collect()).unwrap()
    }

    fn account(ids: &[&str]) -> Account {
        Account {
            id: StaffId::generate(NOW),
            login: StaffLogin::parse("li.lei").unwrap(),
            name: Text::parse("李雷").unwrap(),
            roles: roles(ids),
            active: true,
            version: 3,
            created_at: NOW,
            changed_at: NOW,
        }
    }

    fn by(grants: &[&str]) -> (StaffId, Permissions) {
        let own = grants.iter().map(|grant| Grant::parse(grant).unwrap());
        (StaffId::generate(NOW), own.collect())
    }

    #[test]
    fn nobody_gives_or_takes_what_they_do_not_have() {
        let change = |account: &Account, own: &[&str], to: &[&str]| {
            let (id, own) = by(own);
            let change = AccountChange {
                roles: Some(roles(to)),
                ..AccountChange::default()
            };
            account.changed(change, (&id, &own), &all_roles(), NOW)
        };
        let buyer = account(&["buyer"]);
        assert!(change(&buyer, &["*"], &["administrator"]).is_ok());
        assert!(change(&buyer, &["stock:*", "catalog:*"], &["editor"]).is_ok());
        for (account, own, to) in [
            (
                &buyer,
                &["stock:*", "staff:*"][..],
                &["buyer", "administrator"][..],
            ),
            (&buyer, &["stock:*"], &["buyer", "editor"]),
            (&buyer, &["catalog:*"], &["editor"]),
            (
                &account(&["administrator"]),
                &["stock:*", "catalog:*", "staff:*", "media:*"],
                &[],
            ),
        ] {
            assert!(
                matches!(change(account, own, to), Err(ChangeRefused::Beyond(_))),
                "{own:?} {to:?}"
            );
        }
    }

    #[test]
    fn nobody_disables_themselves_and_a_change_is_a_new_version() {
        let own = account(&["administrator"]);
        let (other, all) = by(&["*"]);
        let disable = || AccountChange {
            active: Some(false),
            ..AccountChange::default()
        };
        assert_eq!(
            own.changed(disable(), (&own.id, &all), &all_roles(), NOW),
            Err(ChangeRefused::OwnAccount)
        );
        let disabled = own
            .changed(disable(), (&other, &all), &all_roles(), NOW)
            .unwrap();
        assert_eq!((disabled.active, disabled.version), (false, 4));
        assert!(
            own.is_active_administrator(&all_roles())
                && !disabled.is_active_administrator(&all_roles())
        );
    }

    #[test]
    fn roles_are_in_order_each_once_and_few() {
        assert_eq!(roles(&["editor", "buyer", "editor"]).0.len(), 2);
        let many = (0..11)
            .map(|n| RoleId::parse(format!("r{n}")).unwrap())
            .collect();
        assert_eq!(Roles::of(many), None);
    }
}
