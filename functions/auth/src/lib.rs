#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;

use credentials::TryCounter;
use edge::{Boot, Cookies, Service, Sessions};
use kernel::{Clock, ConfigError};
use member::Members;

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
            tries: tries(boot)?,
            sessions: Sessions::from_env(boot)?,
            cookies: Cookies::from_env(boot.environment())?,
            clock: boot.clock(),
        })
    }
}

/// The tries of every member's login.
fn tries(boot: &Boot) -> Result<TryCounter, ConfigError> {
    let signer = boot.signer("tries of a login")?;
    Ok(TryCounter::new(boot.table("AUTH_TABLE")?, signer))
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("auth")
        .endpoint("sign-in", Auth::from_env, api::sign_in::sign_in)
        .endpoint("sign-out", Auth::from_env, api::sign_out::sign_out)
}

#[cfg(test)]
mod tests {
    use credentials::CountError;
    use testkit::{Action, Mall};

    use super::*;

    #[tokio::test]
    async fn a_try_that_is_repeated_on_the_way_counts_once() {
        let mall = Mall::start(&[service]).await;
        let counter = tries(&mall.boot_that_retries("sign-in")).unwrap();
        mall.wire()
            .strike("PutItem mall-auth", 0, Action::FailAfter);
        for _ in 0..5 {
            counter.count("alice_01", mall.now()).await.unwrap();
        }
        assert!(matches!(
            counter.count("alice_01", mall.now()).await,
            Err(CountError::TooMany(_))
        ));
    }
}
