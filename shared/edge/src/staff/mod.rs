//! Staff: who of them calls, what they may do, and what they did.
//!
//! What decides is read at every call, from the table `infra/session.yaml`, consistently and in two steps: the session with the
//! account's access, then what the account's roles permit. Nothing is kept between calls, so an account that was disabled, a role
//! that was changed and a sign-out everywhere count at once. The service `staff` writes these items together with its own; every
//! function of the back office reads them.

mod access;
mod audit;
mod caller;
mod permissions;

pub use access::{Access, StaffAccess, StaffSession};
pub use audit::{AuditEntry, AuditLog, AuditRecord, Trail};
pub use caller::{AnyStaff, Staff, StaffGuard};
pub use permissions::{Grant, InvalidGrant, Permission, Permissions};
