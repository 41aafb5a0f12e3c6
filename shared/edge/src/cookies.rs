//! The two cookies of the mall: the session of a member, and the key of a guest's cart.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dynamo::Signer;
use kernel::{ConfigError, Environment};

/// What a session cookie holds: 256 random bits. It is stored only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

/// What a guest cookie holds: 128 random bits, made here and never accepted in another form.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestKey(String);

impl SessionToken {
    /// A fresh token.
    #[must_use]
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        decodes_to(text, 32).then(|| Self(text.to_owned()))
    }

    pub(crate) fn hash(&self) -> String {
        Signer::sha256(&self.0)
    }
}

impl GuestKey {
    /// A fresh key.
    #[must_use]
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        decodes_to(text, 16).then(|| Self(text.to_owned()))
    }

    /// The hash under which a guest's things are stored, so that a leaked table opens no cart.
    #[must_use]
    pub fn hash(&self) -> String {
        Signer::sha256(&self.0)
    }
}

/// Secrets do not show in logs.
impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken")
    }
}

/// Secrets do not show in logs.
impl fmt::Debug for GuestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GuestKey")
    }
}

fn decodes_to(text: &str, bytes: usize) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|decoded| decoded.len() == bytes)
}

/// How cookies are named and bounded. Without a domain they belong to one host and carry the strictest prefix,
/// `__Host-`; with one, all its sub-domains share them.
#[derive(Debug, Clone)]
pub struct Cookies {
    domain: Option<String>,
}

/// How long a guest is remembered, from the last time the cookie was set: 30 days.
const GUEST_SECONDS: u32 = 30 * 24 * 3600;

impl Cookies {
    /// Reads the domain from `COOKIE_DOMAIN`; absent or empty for one host.
    ///
    /// # Errors
    /// When the domain holds a character that would end the attribute.
    pub fn from_env(environment: &Environment) -> Result<Self, ConfigError> {
        let domain = environment.optional("COOKIE_DOMAIN").map(str::to_owned);
        let sound = |domain: &String| {
            domain
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        };
        if domain.as_ref().is_some_and(|domain| !sound(domain)) {
            let reason = "not a domain name".to_owned();
            return Err(ConfigError::Invalid {
                name: "COOKIE_DOMAIN".to_owned(),
                reason,
            });
        }
        Ok(Self { domain })
    }

    pub(crate) fn session_name(&self) -> &'static str {
        if self.domain.is_some() {
            "__Secure-mall-session"
        } else {
            "__Host-mall-session"
        }
    }

    pub(crate) fn guest_name(&self) -> &'static str {
        if self.domain.is_some() {
            "__Secure-mall-guest"
        } else {
            "__Host-mall-guest"
        }
    }

    /// `Set-Cookie` for a session that may last so many seconds.
    #[must_use]
    pub fn session(&self, token: &SessionToken, seconds: u64) -> String {
        self.cookie(self.session_name(), &token.0, seconds)
    }

    /// `Set-Cookie` for a guest.
    #[must_use]
    pub fn guest(&self, key: &GuestKey) -> String {
        self.cookie(self.guest_name(), &key.0, GUEST_SECONDS.into())
    }

    /// `Set-Cookie` that ends a session.
    #[must_use]
    pub fn no_session(&self) -> String {
        self.cookie(self.session_name(), "", 0)
    }

    /// `Set-Cookie` that forgets a guest.
    #[must_use]
    pub fn no_guest(&self) -> String {
        self.cookie(self.guest_name(), "", 0)
    }

    fn cookie(&self, name: &str, value: &str, seconds: u64) -> String {
        let domain = self
            .domain
            .as_ref()
            .map(|domain| format!("; Domain={domain}"))
            .unwrap_or_default();
        format!("{name}={value}; Path=/{domain}; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
    }
}

#[cfg(test)]
mod tests {
    use kernel::Clock;

    use super::*;

    #[test]
    fn a_cookie_of_one_host_has_no_domain_and_one_of_a_domain_is_shared() {
        let of = |domain: &str| {
            let variables = [("COOKIE_DOMAIN".to_owned(), domain.to_owned())].into();
            Cookies::from_env(&Environment::of(variables, Clock::System))
        };
        let key = GuestKey::generate();
        let alone = of("").unwrap().guest(&key);
        assert!(
            alone.starts_with("__Host-mall-guest=") && !alone.contains("Domain"),
            "{alone}"
        );
        let shared = of("mall.example").unwrap().guest(&key);
        assert!(
            shared.starts_with("__Secure-mall-guest=") && shared.contains("; Domain=mall.example;"),
            "{shared}"
        );
        assert!(of("a; Domain=b").is_err());
    }

    #[test]
    fn only_what_this_server_could_have_made_is_a_key() {
        assert!(GuestKey::parse("short").is_none());
        assert!(SessionToken::parse(&"A".repeat(42)).is_none());
        assert!(GuestKey::parse(&GuestKey::generate().0).is_some());
    }
}
