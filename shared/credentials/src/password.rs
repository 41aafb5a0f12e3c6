//! Passwords: argon2id with 19 MiB, two passes and one lane, what OWASP asks for at least.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A password as somebody types it: 8 to 64 characters of any kind. It is never stored and shows in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A text that is too short or too long for a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a password has 8 to 64 characters")]
pub struct InvalidPassword;

/// What is stored of a password: a salted hash with its parameters, in the PHC string format, so that stronger parameters
/// can come later without touching what is there.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(password_hash::phc::PasswordHash);

/// A password that could not be hashed: no memory, or no randomness for the salt.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashError(#[source] password_hash::Error);

/// Random bytes in the place of a salt and of a hash: whose password this is, nobody knows.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$2TpeVzVFteT00I/zdvAizQ$2dE+DvbgnVkif6aPLg8ZkBpvos1F/pyebO4VBxChyPo";

impl Password {
    /// Reads a password. Nothing is trimmed: a space is a character.
    ///
    /// # Errors
    /// When it has fewer than 8 or more than 64 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        if (8..=64).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPassword)
        }
    }

    /// Hashes it with a fresh salt. This takes tens of milliseconds of a whole core, on purpose; a function handles one
    /// request at a time, so nobody else waits for it.
    ///
    /// # Errors
    /// When there is no memory, or no randomness for the salt.
    pub fn hash(&self) -> Result<PasswordHash, HashError> {
        argon2()
            .hash_password(self.0.as_bytes())
            .map(PasswordHash)
            .map_err(HashError)
    }
}

impl PasswordHash {
    /// A hash that no password has, and that takes as long to try as any other: for an account that does not exist, so that the
    /// time of a refusal does not tell which accounts do.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self(NOBODY.parse().expect("a constant, read in a test"))
    }

    /// Whether it is the hash of this password. A hash of an unknown kind is of none.
    #[must_use]
    pub fn verifies(&self, password: &Password) -> bool {
        argon2()
            .verify_password(password.0.as_bytes(), &self.0)
            .is_ok()
    }
}

/// Whether this password is the one whose hash this is. Without a hash, for a login of nobody, it is tried against the hash of
/// nobody, so that the time of a refusal does not tell which logins there are.
#[must_use]
pub fn proves(hash: Option<&PasswordHash>, password: &Password) -> bool {
    let Some(hash) = hash else {
        // Whatever this says, there is no such login; only the time it takes counts.
        std::hint::black_box(PasswordHash::of_nobody().verifies(password));
        return false;
    };
    hash.verifies(password)
}

fn argon2() -> Argon2<'static> {
    // Equal to the crate's defaults of today; named, so that an update of the crate does not change them.
    const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
        Ok(params) => params,
        Err(_) => panic!("these parameters are within the algorithm's bounds"),
    };
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

/// Secrets do not show in logs.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// Secrets do not show in logs.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Password {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Password".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "minLength": 8, "maxLength": 64 })
    }
}

impl Serialize for PasswordHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PasswordHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map(Self)
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[test]
    fn a_password_has_eight_to_sixty_four_characters_of_any_kind() {
        for text in ["12345678", "密码密码密码密码", " 234567 ", &"长".repeat(64)] {
            assert!(Password::parse(text).is_ok(), "{text}");
        }
        for text in ["", "1234567", "密码密码密码密", &"a".repeat(65)] {
            assert_eq!(Password::parse(text), Err(InvalidPassword), "{text}");
        }
    }

    #[test]
    fn only_the_password_itself_verifies_and_no_two_hashes_are_alike() {
        let hash = password("correct horse").hash().unwrap();
        assert!(hash.verifies(&password("correct horse")));
        assert!(!hash.verifies(&password("Correct horse")));
        assert_ne!(hash, password("correct horse").hash().unwrap());
    }

    #[test]
    fn the_hash_of_nobody_costs_what_every_hash_costs() {
        let cost = |hash: PasswordHash| {
            let PasswordHash(hash) = hash;
            let lengths = (
                hash.salt.map(|salt| salt.len()),
                hash.hash.map(|output| output.len()),
            );
            (hash.algorithm, hash.version, hash.params, lengths)
        };
        let ours = cost(password("whatever").hash().unwrap());
        assert_eq!(cost(PasswordHash::of_nobody()), ours);
        assert_eq!(ours.2.to_string(), "m=19456,t=2,p=1");
    }

    #[test]
    fn a_hash_survives_the_table_and_neither_it_nor_the_password_shows_in_logs() {
        let hash = password("correct horse").hash().unwrap();
        let stored = serde_json::to_string(&hash).unwrap();
        assert!(
            stored.starts_with("\"$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_eq!(serde_json::from_str::<PasswordHash>(&stored).unwrap(), hash);
        assert_eq!(
            format!("{hash:?} {:?}", password("correct horse")),
            "PasswordHash Password"
        );
    }
}
