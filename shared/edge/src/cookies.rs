//! The cookies of the mall: the session of a member, the key of a guest's cart, and the session of staff.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dynamo::Signer;
use kernel::{ConfigError, Environment, StaffId};

/// What a session cookie holds: 256 random bits. It is stored only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

/// What a guest cookie holds: 128 random bits, made here and never accepted in another form.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestKey(String);

/// What a staff cookie holds: whose session it is, so that session and account are read at once, and 256 random bits. It is
/// stored only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffToken {
    staff: StaffId,
    secret: SessionToken,
}

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

impl StaffToken {
    pub(crate) fn generate(staff: &StaffId) -> Self {
        Self {
            staff: staff.clone(),
            secret: SessionToken::generate(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (staff, secret) = text.split_once('.')?;
        Some(Self {
            staff: StaffId::parse(staff).ok()?,
            secret: SessionToken::parse(secret)?,
        })
    }

    pub(crate) fn staff(&self) -> &StaffId {
        &self.staff
    }

    pub(crate) fn hash(&self) -> String {
        self.secret.hash()
    }

    /// As the cookie holds it.
    fn text(&self) -> String {
        format!("{}.{}", self.staff, self.secret.0)
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
impl fmt::Debug for StaffToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaffToken")
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

    pub(crate) fn staff_name(&self) -> &'static str {
        if self.domain.is_some() {
            "__Secure-mall-staff"
        } else {
            "__Host-mall-staff"
        }
    }

    /// `Set-Cookie` for a session that may last so many seconds.
    #[must_use]
    pub fn session(&self, token: &SessionToken, seconds: u64) -> String {
        self.cookie(self.session_name(), &token.0, seconds, "Lax")
    }

    /// `Set-Cookie` for a session of staff that may last so many seconds. Only the mall's own pages bring it along, not even
    /// a link from elsewhere does.
    #[must_use]
    pub fn staff(&self, token: &StaffToken, seconds: u64) -> String {
        self.cookie(self.staff_name(), &token.text(), seconds, "Strict")
    }

    /// `Set-Cookie` that ends a session of staff.
    #[must_use]
    pub fn no_staff(&self) -> String {
        self.cookie(self.staff_name(), "", 0, "Strict")
    }

    /// `Set-Cookie` for a guest.
    #[must_use]
    pub fn guest(&self, key: &GuestKey) -> String {
        self.cookie(self.guest_name(), &key.0, GUEST_SECONDS.into(), "Lax")
    }

    /// `Set-Cookie` that ends a session.
    #[must_use]
    pub fn no_session(&self) -> String {
        self.cookie(self.session_name(), "", 0, "Lax")
    }

    /// `Set-Cookie` that forgets a guest.
    #[must_use]
    pub fn no_guest(&self) -> String {
        self.cookie(self.guest_name(), "", 0, "Lax")
    }

    fn cookie(&self, name: &str, value: &str, seconds: u64, same_site: &str) -> String {
        let domain = self
            .domain
            .as_ref()
            .map(|domain| format!("; Domain={domain}"))
            .unwrap_or_default();
        format!(
            "{name}={value}; Path=/{domain}; Max-Age={seconds}; HttpOnly; Secure; SameSite={same_site}"
        )
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
        let staff = StaffId::generate(Clock::System.now());
        let token = StaffToken::generate(&staff).text();
        assert_eq!(
            StaffToken::parse(&token).map(|token| token.staff),
            Some(staff)
        );
        let member = SessionToken::generate().0;
        for foreign in [
            &token[1..],
            &token[..token.len() - 1],
            &member,
            &format!(".{member}"),
        ] {
            assert!(StaffToken::parse(foreign).is_none(), "{foreign}");
        }
        assert!(SessionToken::parse(&token).is_none());
    }
}
