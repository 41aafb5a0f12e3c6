//! Signed texts: what a client carries for us and must not change.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{ConfigError, Environment};
use ring::{digest, hmac};
use serde::{Serialize, de::DeserializeOwned};

/// Signs values for one purpose and reads them back. A text signed for one purpose is no text of another.
#[derive(Clone, Debug)]
pub struct Signer {
    key: hmac::Key,
}

/// A text that was not signed here for this purpose, or was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not signed by this mall")]
pub struct InvalidSignature;

impl Signer {
    /// The signer for a purpose, from the mall's key in the variable `SIGNING_KEY`.
    ///
    /// # Errors
    /// When the variable is missing or shorter than 32 characters.
    pub fn from_env(environment: &Environment, purpose: &str) -> Result<Self, ConfigError> {
        let secret = environment.text("SIGNING_KEY")?;
        if secret.len() < 32 {
            let reason = "shorter than 32 characters".to_owned();
            return Err(ConfigError::Invalid {
                name: "SIGNING_KEY".to_owned(),
                reason,
            });
        }
        let main = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let derived = hmac::sign(&main, purpose.as_bytes());
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        })
    }

    /// The value as a signed, URL-safe text. The value can be read by anyone; only changing it is prevented.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn seal<T: Serialize>(&self, value: &T) -> Result<String, serde_json::Error> {
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(value)?);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, body.as_bytes()));
        Ok(format!("{body}.{tag}"))
    }

    /// The value of a text that [`Signer::seal`] made.
    ///
    /// # Errors
    /// When it did not.
    pub fn open<T: DeserializeOwned>(&self, text: &str) -> Result<T, InvalidSignature> {
        let (body, tag) = text.split_once('.').ok_or(InvalidSignature)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| InvalidSignature)?;
        hmac::verify(&self.key, body.as_bytes(), &tag).map_err(|_| InvalidSignature)?;
        let json = URL_SAFE_NO_PAD.decode(body).map_err(|_| InvalidSignature)?;
        serde_json::from_slice(&json).map_err(|_| InvalidSignature)
    }

    /// A keyed hash of a text, in hexadecimal: for keys that must not show what they are made from.
    #[must_use]
    pub fn digest(&self, text: &str) -> String {
        hex(hmac::sign(&self.key, text.as_bytes()).as_ref())
    }

    /// The plain SHA-256 of a text, in hexadecimal.
    #[must_use]
    pub fn sha256(content: impl AsRef<[u8]>) -> String {
        hex(digest::digest(&digest::SHA256, content.as_ref()).as_ref())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Clock;

    use super::*;

    fn signer(purpose: &str) -> Signer {
        let key = (
            "SIGNING_KEY".to_owned(),
            "0123456789abcdef0123456789abcdef".to_owned(),
        );
        Signer::from_env(&Environment::of([key].into(), Clock::System), purpose).unwrap()
    }

    #[test]
    fn what_was_signed_reads_back_and_what_was_changed_does_not() {
        let text = signer("quote").seal(&("华为", 7)).unwrap();
        assert_eq!(
            signer("quote").open::<(String, i32)>(&text),
            Ok(("华为".to_owned(), 7))
        );
        for index in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[index] = if forged[index] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            if forged != text {
                let opened = signer("quote").open::<(String, i32)>(&forged);
                // The last character of base64 may carry unused bits; the value can never differ.
                assert!(
                    opened.is_err() || opened == Ok(("华为".to_owned(), 7)),
                    "changed at {index}"
                );
            }
        }
    }

    #[test]
    fn a_text_signed_for_one_purpose_is_refused_for_another() {
        let text = signer("cursor").seal(&1).unwrap();
        assert_eq!(signer("quote").open::<i32>(&text), Err(InvalidSignature));
    }
}
