//! Becoming a member, once.

use std::time::Duration;

use kernel::{MemberId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use credentials::{Password, PasswordHash};

use crate::{LoginName, Phone};

/// What a member is called by others.
pub(crate) type Nickname = Text<1, 30>;

/// What somebody registers with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    /// Mobile number of mainland China, unique in the mall. `+86`, spaces and hyphens may be there.
    pub(crate) phone: Phone,
    /// Name to sign in with, unique in the mall, the same in upper and lower case.
    pub(crate) login_name: LoginName,
    /// Password.
    pub(crate) password: Password,
    /// What the member is called; the login name unless given.
    #[serde(default)]
    pub(crate) nickname: Option<Nickname>,
}

/// A member, as they and others may see them. No secret is among it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) member_id: MemberId,
    pub(crate) phone: Phone,
    pub(crate) login_name: LoginName,
    pub(crate) nickname: Nickname,
    pub(crate) registered_at: Timestamp,
}

/// What a sign-in needs to know about a login: whose it is, and the password to prove it with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Whose login it is.
    pub member_id: MemberId,
    /// The hash of the member's password.
    pub password_hash: PasswordHash,
    pub(crate) registered_at: Timestamp,
}

/// Why a phone number or a name cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clash {
    /// It was: by an earlier attempt of the same person, of whose success they may not have heard.
    Earlier(MemberId),
    /// The phone number is another member's.
    PhoneTaken,
    /// The login name is another member's.
    LoginNameTaken,
}

/// How long after its success a registration may be repeated. Long enough for a client that got no answer; not for ever, as
/// the answer to a repeat tells whether the password is right, and unlike a sign-in it does not count wrong tries.
const REPEATABLE: Duration = Duration::from_secs(10 * 60);

impl Registration {
    /// The member that comes of it.
    pub(crate) fn profile(&self, member_id: MemberId, now: Timestamp) -> Profile {
        let name = || {
            Nickname::parse(self.login_name.as_str())
                .expect("a login name is short enough and clean")
        };
        Profile {
            member_id,
            phone: self.phone.clone(),
            login_name: self.login_name.clone(),
            nickname: self.nickname.clone().unwrap_or_else(name),
            registered_at: now,
        }
    }

    /// Why it cannot be, given who holds its phone number and its name; at least one of them is held.
    ///
    /// It repeats an earlier one when both are held by one member, who registered lately and has this password.
    pub(crate) fn clash(
        &self,
        phone: Option<&Credentials>,
        name: Option<&Credentials>,
        now: Timestamp,
    ) -> Clash {
        match (phone, name) {
            (Some(phone), Some(name))
                if phone.member_id == name.member_id && self.repeats(phone, now) =>
            {
                Clash::Earlier(phone.member_id.clone())
            }
            (Some(_), _) => Clash::PhoneTaken,
            (None, _) => Clash::LoginNameTaken,
        }
    }

    fn repeats(&self, holder: &Credentials, now: Timestamp) -> bool {
        holder.registered_at.plus(REPEATABLE) > now && holder.password_hash.verifies(&self.password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn registration(password: &str) -> Registration {
        Registration {
            phone: Phone::parse("13800001234").unwrap(),
            login_name: LoginName::parse("Alice_01").unwrap(),
            password: Password::parse(password).unwrap(),
            nickname: None,
        }
    }

    fn registered(password: &str) -> Credentials {
        Credentials {
            member_id: MemberId::generate(NOW),
            password_hash: Password::parse(password).unwrap().hash().unwrap(),
            registered_at: NOW,
        }
    }

    #[test]
    fn a_member_is_called_by_the_login_name_unless_by_another() {
        let id = MemberId::generate(NOW);
        assert_eq!(
            &*registration("password").profile(id.clone(), NOW).nickname,
            "alice_01"
        );
        let named = Registration {
            nickname: Some(Nickname::parse("爱丽丝").unwrap()),
            ..registration("password")
        };
        assert_eq!(&*named.profile(id, NOW).nickname, "爱丽丝");
    }

    #[test]
    fn a_repeat_with_the_same_password_soon_after_is_the_same_registration() {
        let (mine, other) = (registered("password"), registered("password"));
        let attempt = registration("password");
        let later = |seconds| NOW.plus(Duration::from_secs(seconds));
        let earlier = Clash::Earlier(mine.member_id.clone());
        assert_eq!(attempt.clash(Some(&mine), Some(&mine), NOW), earlier);
        assert_eq!(attempt.clash(Some(&mine), Some(&mine), later(599)), earlier);
        assert_eq!(
            attempt.clash(Some(&mine), Some(&mine), later(600)),
            Clash::PhoneTaken
        );
        assert_eq!(
            attempt.clash(Some(&mine), Some(&other), NOW),
            Clash::PhoneTaken
        );
        assert_eq!(
            registration("another password").clash(Some(&mine), Some(&mine), NOW),
            Clash::PhoneTaken
        );
    }

    #[test]
    fn what_is_taken_is_named_the_phone_number_first() {
        let (mine, other) = (registered("password"), registered("password"));
        let attempt = registration("password");
        assert_eq!(attempt.clash(Some(&mine), None, NOW), Clash::PhoneTaken);
        assert_eq!(attempt.clash(None, Some(&mine), NOW), Clash::LoginNameTaken);
        assert_eq!(
            attempt.clash(Some(&mine), Some(&other), NOW),
            Clash::PhoneTaken
        );
    }
}
