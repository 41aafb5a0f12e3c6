#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;

use edge::{Boot, Cookies, Service, Sessions};
use kernel::{Clock, ConfigError};
use member::Members;

use store::TryCounter;

/// What the operations of this service share.
struct Auth {
    members: Members,
    tries: TryCounter,
    sessions: Sessions,
    cookies: Cookies,
    clock: Clock,
}

impl Auth {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            members: Members::from_env(boot)?,
            tries: TryCounter::from_env(boot)?,
            sessions: Sessions::from_env(boot)?,
            cookies: Cookies::from_env(boot.environment())?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("auth")
        .endpoint("sign-in", Auth::from_env, api::sign_in::sign_in)
        .endpoint("sign-out", Auth::from_env, api::sign_out::sign_out)
}
