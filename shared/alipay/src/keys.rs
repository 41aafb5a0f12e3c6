//! RSA2: the merchant's key, which signs, and the provider's, against which notices are verified.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};

use super::spki;

/// The merchant's private key. Its public half is registered at the provider.
pub(crate) struct MerchantKey(RsaKeyPair);

/// The provider's public key, as its console shows it.
#[derive(Debug)]
pub(crate) struct ProviderKey(RsaPublicKeyComponents<Vec<u8>>);

/// A text that is no key of the kind asked for. It never shows the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAKey {
    /// Neither PEM nor base64.
    #[error("neither PEM nor base64")]
    Encoding,
    /// Another kind of key, such as `BEGIN RSA PRIVATE KEY` (PKCS#1), or a damaged one.
    #[error("not an RSA private key of 2048 bits or more in PKCS#8 (BEGIN PRIVATE KEY)")]
    Private,
    /// Another kind of key, or a damaged one.
    #[error("not an RSA public key of 2048 to 8192 bits in SPKI (BEGIN PUBLIC KEY)")]
    Public,
}

/// The key cannot sign: the machine found its own result wrong, or has no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the merchant's key cannot sign")]
pub struct CannotSign;

impl FromStr for MerchantKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        RsaKeyPair::from_pkcs8(&decode(text)?)
            .map(Self)
            .map_err(|_| NotAKey::Private)
    }
}

impl MerchantKey {
    /// The signature of a text, in base64.
    pub(crate) fn sign(&self, text: &str) -> Result<String, CannotSign> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
            .map_err(|_| CannotSign)?;
        Ok(STANDARD.encode(signature))
    }
}

/// Secrets do not show in logs.
impl fmt::Debug for MerchantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MerchantKey")
    }
}

impl FromStr for ProviderKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let numbers = spki::read(&decode(text)?).ok_or(NotAKey::Public)?;
        let bits = numbers.modulus.len() * 8
            - numbers
                .modulus
                .first()
                .map_or(0, |byte| byte.leading_zeros() as usize);
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        let sound =
            (2048..=8192).contains(&bits) && odd(&numbers.modulus) && odd(&numbers.exponent);
        if !sound || numbers.exponent == [1] {
            return Err(NotAKey::Public);
        }
        Ok(Self(RsaPublicKeyComponents {
            n: numbers.modulus,
            e: numbers.exponent,
        }))
    }
}

impl ProviderKey {
    /// Whether a signature in base64 was made over this text by the owner of the key.
    pub(crate) fn verifies(&self, text: &str, signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| {
            self.0
                .verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature)
                .is_ok()
        })
    }
}

/// The bytes of PEM, or of the bare base64 in it; line breaks may be spaces, or be missing, as the way through a
/// template's parameter may leave them.
fn decode(text: &str) -> Result<Vec<u8>, NotAKey> {
    let body = text.split("-----").nth(2).unwrap_or(text);
    let compact: String = body.split_whitespace().collect();
    STANDARD.decode(compact).map_err(|_| NotAKey::Encoding)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const MERCHANT_PRIVATE: &str =
        include_str!("../tests/keys/test-merchant-private.pem");
    pub(crate) const MERCHANT_PUBLIC: &str = include_str!("../tests/keys/test-merchant-public.pem");
    pub(crate) const PROVIDER_PRIVATE: &str =
        include_str!("../tests/keys/test-provider-private.pem");
    pub(crate) const PROVIDER_PUBLIC: &str = include_str!("../tests/keys/test-provider-public.pem");

    pub(crate) fn der(pem: &str) -> Vec<u8> {
        decode(pem).unwrap()
    }

    /// The text and the signature that OpenSSL made of it with the provider's test key.
    const TEXT: &str = include_str!("../tests/keys/signed-text.txt");
    const SIGNATURE: &str = include_str!("../tests/keys/signed-text.provider.sig");

    #[test]
    fn a_signature_of_openssl_verifies_and_ours_is_the_same() {
        let signature = SIGNATURE.trim();
        assert!(
            PROVIDER_PUBLIC
                .parse::<ProviderKey>()
                .unwrap()
                .verifies(TEXT, signature)
        );
        assert_eq!(
            PROVIDER_PRIVATE
                .parse::<MerchantKey>()
                .unwrap()
                .sign(TEXT)
                .as_deref(),
            Ok(signature)
        );
    }

    #[test]
    fn any_change_of_text_signature_or_key_does_not_verify() {
        let (key, signature) = (
            PROVIDER_PUBLIC.parse::<ProviderKey>().unwrap(),
            SIGNATURE.trim(),
        );
        let changed = signature.replacen(|c: char| c.is_ascii_lowercase(), "Z", 1);
        for (text, signature) in [
            ("another text", signature),
            (TEXT, &changed),
            (TEXT, ""),
            (TEXT, "noise"),
            (TEXT, &signature[..340]),
        ] {
            assert!(!key.verifies(text, signature), "{text} {signature}");
        }
        assert!(
            !MERCHANT_PUBLIC
                .parse::<ProviderKey>()
                .unwrap()
                .verifies(TEXT, signature)
        );
    }

    #[test]
    fn a_key_is_read_from_pem_from_base64_and_from_pem_that_lost_its_line_breaks() {
        let bare = |pem: &str| STANDARD.encode(der(pem));
        let spaced = |pem: &str| pem.replace('\n', " ");
        for text in [
            MERCHANT_PRIVATE,
            &bare(MERCHANT_PRIVATE),
            &spaced(MERCHANT_PRIVATE),
        ] {
            let signature = text.parse::<MerchantKey>().unwrap().sign(TEXT).unwrap();
            for text in [
                MERCHANT_PUBLIC,
                &bare(MERCHANT_PUBLIC),
                &spaced(MERCHANT_PUBLIC),
            ] {
                assert!(
                    text.parse::<ProviderKey>()
                        .unwrap()
                        .verifies(TEXT, &signature)
                );
            }
        }
    }

    #[test]
    fn another_key_or_noise_is_refused_with_what_was_expected() {
        assert_eq!("!".parse::<MerchantKey>().unwrap_err(), NotAKey::Encoding);
        assert_eq!(
            MERCHANT_PUBLIC.parse::<MerchantKey>().unwrap_err(),
            NotAKey::Private
        );
        let damaged = MERCHANT_PRIVATE.replacen("MII", "MIJ", 1);
        assert_eq!(
            damaged.parse::<MerchantKey>().unwrap_err(),
            NotAKey::Private
        );
        assert_eq!("".parse::<ProviderKey>().unwrap_err(), NotAKey::Public);
        assert_eq!(
            PROVIDER_PRIVATE.parse::<ProviderKey>().unwrap_err(),
            NotAKey::Public
        );
        let short = include_str!("../tests/keys/test-1024-bits-public.pem");
        assert_eq!(short.parse::<ProviderKey>().unwrap_err(), NotAKey::Public);
    }
}
