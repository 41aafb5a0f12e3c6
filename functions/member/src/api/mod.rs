//! The endpoints.

pub(crate) mod add_address;
pub(crate) mod change_address;
pub(crate) mod list_addresses;
pub(crate) mod register_member;
pub(crate) mod remove_address;
pub(crate) mod show_profile;

mod address;
mod profile;
