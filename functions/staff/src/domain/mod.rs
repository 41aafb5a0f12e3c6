//! Rules of staff: values in, values out.

mod account;
mod login;
mod permission;
mod role;

pub(crate) use account::{Account, AccountChange, ChangeRefused, Roles};
pub use login::{InvalidStaffLogin, StaffLogin};
pub use permission::PERMISSIONS;
pub(crate) use permission::{Beyond, first_unknown, may_give};
pub(crate) use role::{ADMINISTRATOR, Role};
