//! Staff of a test: accounts with the permissions that a test asks for, and sessions of theirs.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use dynamo::Table;
use edge::{Access, Cookies, Grant, StaffAccess};
use kernel::{Environment, RoleId, StaffId, Timestamp};

use crate::{Mall, mall::value_in};

/// A session younger than this is not extended, so that what a test counts is what its own request costs.
const YOUNG: Duration = Duration::from_secs(4 * 60);

/// By the permissions: the account, its last session, and when that began.
pub(crate) type StaffSessions = BTreeMap<BTreeSet<String>, (StaffId, String, Timestamp)>;

impl Mall {
    /// An account of staff with these permissions and no others; always the same for the same permissions.
    pub async fn staff_with(&self, permissions: &[&str]) -> StaffId {
        let permissions = permissions.iter().map(|name| (*name).to_owned()).collect();
        let _ = self.session_of_staff_with(&permissions).await;
        self.staff_sessions().lock().await[&permissions].0.clone()
    }

    /// Opens a session for an account of staff, without the price of a password; the value of its cookie.
    pub async fn session_of_staff(&self, staff: &StaffId) -> String {
        let opened = self.staff_access().open(staff).await.unwrap();
        let (token, _) = opened.unwrap_or_else(|| panic!("{staff} is no active account"));
        let cookies = Cookies::from_env(&Environment::default()).unwrap();
        value_in(&cookies.staff(&token, 1))
    }

    /// What decides which staff may do what, past the wire.
    #[must_use]
    pub fn staff_access(&self) -> StaffAccess {
        StaffAccess::from_env(&self.boot_past_the_wire()).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn session_of_staff_with(&self, permissions: &BTreeSet<String>) -> String {
        let mut known = self.staff_sessions().lock().await;
        if let Some((_, session, since)) = known.get(permissions)
            && since.until(self.now()) < YOUNG
        {
            return session.clone();
        }
        let staff = match known.get(permissions) {
            Some((staff, ..)) => staff.clone(),
            None => self.new_staff(permissions, known.len()).await,
        };
        let session = self.session_of_staff(&staff).await;
        known.insert(permissions.clone(), (staff, session.clone(), self.now()));
        session
    }

    async fn new_staff(&self, permissions: &BTreeSet<String>, number: usize) -> StaffId {
        let (access, staff) = (self.staff_access(), StaffId::generate(self.now()));
        let role = RoleId::parse(format!("test-{number}")).unwrap();
        let grants = permissions.iter().map(|name| Grant::parse(name).unwrap());
        let account = Access {
            login: format!("test-{number}"),
            active: true,
            roles: vec![role.clone()],
        };
        for write in [
            access.put_role(&role, &grants.collect()),
            access.grant(&staff, &account, false),
        ] {
            Table::write(write).await.unwrap();
        }
        staff
    }
}
