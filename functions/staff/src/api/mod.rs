//! The endpoints.

pub(crate) mod account_view;
pub(crate) mod change_own_password;
pub(crate) mod change_staff;
pub(crate) mod create_staff;
pub(crate) mod end_staff_sessions;
pub(crate) mod list_audit_records;
pub(crate) mod list_permissions;
pub(crate) mod list_roles;
pub(crate) mod list_staff;
pub(crate) mod problems;
pub(crate) mod put_role;
pub(crate) mod remove_role;
pub(crate) mod reset_staff_password;
pub(crate) mod show_own_account;
pub(crate) mod show_staff;
pub(crate) mod sign_in_staff;
pub(crate) mod sign_out_staff;

use edge::Permission;

/// May see accounts and roles.
pub(crate) enum SeeStaff {}
impl Permission for SeeStaff {
    const NAME: &'static str = "staff:read";
}

/// May change accounts, within their own permissions.
pub(crate) enum ChangeStaff {}
impl Permission for ChangeStaff {
    const NAME: &'static str = "staff:account:write";
}

/// May change roles, within their own permissions.
pub(crate) enum ChangeRoles {}
impl Permission for ChangeRoles {
    const NAME: &'static str = "staff:role:write";
}

/// May see what staff did.
pub(crate) enum SeeAudit {}
impl Permission for SeeAudit {
    const NAME: &'static str = "staff:audit:read";
}
