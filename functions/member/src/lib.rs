#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;

use edge::{Boot, Service};
use kernel::{Clock, ConfigError};

pub use domain::{
    Address, AddressBook, Credentials, Destination, InvalidLogin, InvalidLoginName, InvalidPhone,
    Login, LoginName, Phone, PostalCode,
};
pub use store::Members;

/// What the operations of this service share.
struct Membership {
    members: Members,
    clock: Clock,
}

impl Membership {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            members: Members::from_env(boot)?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("member")
        .endpoint(
            "register-member",
            Membership::from_env,
            api::register_member::register_member,
        )
        .endpoint(
            "show-profile",
            Membership::from_env,
            api::show_profile::show_profile,
        )
        .endpoint(
            "list-addresses",
            Membership::from_env,
            api::list_addresses::list_addresses,
        )
        .endpoint(
            "add-address",
            Membership::from_env,
            api::add_address::add_address,
        )
        .endpoint(
            "change-address",
            Membership::from_env,
            api::change_address::change_address,
        )
        .endpoint(
            "remove-address",
            Membership::from_env,
            api::remove_address::remove_address,
        )
}
