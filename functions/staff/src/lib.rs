#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod owner;
mod store;

use credentials::TryCounter;
use dynamo::Signer;
use edge::{AuditLog, Boot, Cookies, Service, StaffAccess};
use kernel::{Clock, ConfigError};

pub use domain::{InvalidStaffLogin, PERMISSIONS, StaffLogin};
pub use owner::{NewAccount, Owner, OwnerError};

use store::Accounts;

/// What the operations on accounts and roles share.
struct BackOffice {
    accounts: Accounts,
    lists: Signer,
    clock: Clock,
}

/// What the operations that ask for a password, or set one, share.
struct SignIns {
    accounts: Accounts,
    tries: TryCounter,
    audit: AuditLog,
    cookies: Cookies,
    clock: Clock,
}

/// What the operations on somebody's own session share.
struct OwnSession {
    access: StaffAccess,
    cookies: Cookies,
}

/// What reading the audit log takes.
struct Audit {
    log: AuditLog,
    lists: Signer,
}

impl BackOffice {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            accounts: Accounts::from_env(boot)?,
            lists: boot.signer("lists of staff")?,
            clock: boot.clock(),
        })
    }
}

impl SignIns {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        let signer = boot.signer("tries of a staff login")?;
        Ok(Self {
            accounts: Accounts::from_env(boot)?,
            tries: TryCounter::new(boot.table("STAFF_TABLE")?, signer),
            audit: AuditLog::from_env(boot)?,
            cookies: Cookies::from_env(boot.environment())?,
            clock: boot.clock(),
        })
    }
}

impl OwnSession {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            access: StaffAccess::from_env(boot)?,
            cookies: Cookies::from_env(boot.environment())?,
        })
    }
}

impl Audit {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            log: AuditLog::from_env(boot)?,
            lists: boot.signer("audit log")?,
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("staff")
        .endpoint(
            "sign-in-staff",
            SignIns::from_env,
            api::sign_in_staff::sign_in_staff,
        )
        .endpoint(
            "sign-out-staff",
            OwnSession::from_env,
            api::sign_out_staff::sign_out_staff,
        )
        .endpoint(
            "show-own-account",
            BackOffice::from_env,
            api::show_own_account::show_own_account,
        )
        .endpoint(
            "change-own-password",
            SignIns::from_env,
            api::change_own_password::change_own_password,
        )
        .endpoint(
            "list-staff",
            BackOffice::from_env,
            api::list_staff::list_staff,
        )
        .endpoint(
            "create-staff",
            BackOffice::from_env,
            api::create_staff::create_staff,
        )
        .endpoint(
            "show-staff",
            BackOffice::from_env,
            api::show_staff::show_staff,
        )
        .endpoint(
            "change-staff",
            BackOffice::from_env,
            api::change_staff::change_staff,
        )
        .endpoint(
            "reset-staff-password",
            SignIns::from_env,
            api::reset_staff_password::reset_staff_password,
        )
        .endpoint(
            "end-staff-sessions",
            BackOffice::from_env,
            api::end_staff_sessions::end_staff_sessions,
        )
        .endpoint(
            "list-permissions",
            |_| Ok(()),
            api::list_permissions::list_permissions,
        )
        .endpoint(
            "list-roles",
            BackOffice::from_env,
            api::list_roles::list_roles,
        )
        .endpoint("put-role", BackOffice::from_env, api::put_role::put_role)
        .endpoint(
            "remove-role",
            BackOffice::from_env,
            api::remove_role::remove_role,
        )
        .endpoint(
            "list-audit-records",
            Audit::from_env,
            api::list_audit_records::list_audit_records,
        )
}
