//! Which writing of a cart, or of a line, something is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// A random value that no other writing has: 72 bits in twelve characters. Every write of a cart takes a fresh one, and the
/// lines that it changes carry it too, so a line's rev tells whether the line is still as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Rev(String);

impl Rev {
    /// A fresh one.
    pub(crate) fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 9]>()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rev_has_twelve_characters_and_is_never_the_same() {
        let (one, other) = (Rev::generate(), Rev::generate());
        assert_eq!(one.as_str().len(), 12);
        assert_ne!(one, other);
    }
}
