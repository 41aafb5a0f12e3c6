//! RSA2, the provider's name for RSASSA-PKCS1-v1_5 with SHA-256, and the two texts that are signed.
//!
//! A request is signed over all its parameters but `sign`; a notice and a return are signed over all but `sign`
//! and `sign_type`. In both, the parameters are sorted by name and joined as `name=value&...` with values as
//! they are before form encoding; an empty value takes no part.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding,
};
use rsa::sha2::Sha256;
use rsa::{PrivateKey, PublicKey};

const KEY_BITS: usize = 2048;
const PRIVATE_FILE: &str = "private-key.pem";
const PUBLIC_FILE: &str = "public-key.pem";

/// The sandbox's own key pair could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file could not be read or written.
    #[error("the key file {} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else than a private key in PKCS#8 PEM.
    #[error("{} holds no private key in PKCS#8 PEM", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where the text departs from the format.
        source: rsa::pkcs8::Error,
    },
    /// The key in the file is not sound, or shorter than the provider takes.
    #[error("the private key in {} cannot sign: {reason}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No key could be made.
    #[error("no RSA key could be made")]
    Generate(#[source] rsa::Error),
    /// The new key could not be written in its format.
    #[error("the new RSA key cannot be written in PKCS#8")]
    Encode(#[source] rsa::pkcs8::Error),
}

/// The sandbox's own key pair; the private half never leaves this module and its file.
pub(crate) struct KeyPair {
    // `rsa` makes keys, and reads and writes their formats; ring signs, as every payment is signed twice.
    private: RsaKeyPair,
    random: SystemRandom,
    public: String,
}

impl KeyPair {
    /// The key pair kept in a directory, made there (mode 600) when it has none. Making one may take a second.
    pub(crate) fn load_or_make(directory: &Path) -> Result<KeyPair, KeyError> {
        let path = directory.join(PRIVATE_FILE);
        let private = match fs::read_to_string(&path) {
            Ok(pem) => PrivateKey::from_pkcs8_pem(&pem).map_err(|source| KeyError::Format {
                path: path.clone(),
                source,
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_private_key(&path)?,
            Err(source) => return Err(KeyError::File { path, source }),
        };
        let public = write_public_key(&private, &directory.join(PUBLIC_FILE))?;
        let der = private.to_pkcs8_der().map_err(KeyError::Encode)?;
        let private =
            RsaKeyPair::from_pkcs8(der.as_bytes()).map_err(|error| KeyError::Unsound {
                path,
                reason: error.to_string(),
            })?;
        Ok(KeyPair {
            private,
            random: SystemRandom::new(),
            public,
        })
    }

    /// The public half: SPKI in DER in base64 on one line, the form in which the provider's console shows it.
    pub(crate) fn public_key(&self) -> &str {
        &self.public
    }

    /// Signs a text; the signature is in base64.
    pub(crate) fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.private.public().modulus_len()];
        let signed = self.private.sign(
            &RSA_PKCS1_SHA256,
            &self.random,
            text.as_bytes(),
            &mut signature,
        );
        signed.expect("a checked key signs any text, as long as the system has randomness");
        STANDARD.encode(signature)
    }
}

fn make_private_key(path: &Path) -> Result<PrivateKey, KeyError> {
    let key = PrivateKey::new(&mut rand::rng(), KEY_BITS).map_err(KeyError::Generate)?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(KeyError::Encode)?;
    write_secret(path, &pem).map_err(|source| KeyError::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(key)
}

/// The file appears under its name only when it is whole: a start killed half way leaves no half key.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file: File = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

fn write_public_key(private: &PrivateKey, path: &Path) -> Result<String, KeyError> {
    let public = private.to_public_key();
    let encode = |error: rsa::pkcs8::spki::Error| KeyError::Encode(error.into());
    let pem = public.to_public_key_pem(LineEnding::LF).map_err(encode)?;
    fs::write(path, pem).map_err(|source| KeyError::File {
        path: path.to_owned(),
        source,
    })?;
    let der = public.to_public_key_der().map_err(encode)?;
    Ok(STANDARD.encode(der.as_bytes()))
}

/// The merchant's public key, against which its requests are verified.
pub(crate) struct MerchantKey(PublicKey);

/// A text that is no public key.
#[derive(Debug, thiserror::Error)]
#[error("the text is neither PEM nor base64 of a public key in SPKI form")]
pub struct NotAPublicKey;

impl MerchantKey {
    /// Reads SPKI in PEM, or its bare base64 as the provider's console takes it.
    pub(crate) fn read(text: &str) -> Result<MerchantKey, NotAPublicKey> {
        let key = if text.trim_start().starts_with("-----") {
            PublicKey::from_public_key_pem(text.trim()).map_err(|_| NotAPublicKey)?
        } else {
            let compact: String = text.split_whitespace().collect();
            let der = STANDARD.decode(compact).map_err(|_| NotAPublicKey)?;
            PublicKey::from_public_key_der(&der).map_err(|_| NotAPublicKey)?
        };
        Ok(MerchantKey(key))
    }

    /// Whether a signature in base64 was made over this text by the owner of the key.
    pub(crate) fn verifies(&self, text: &str, signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| {
            self.0
                .pkcs1v15_verify::<Sha256>(text.as_bytes(), &signature)
                .is_ok()
        })
    }
}

/// The text a merchant signs: every parameter but `sign`.
pub(crate) fn request_text<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    joined(parameters, &["sign"])
}

/// The text the provider signs in a notice or a return: every parameter but `sign` and `sign_type`.
pub(crate) fn notice_text<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    joined(parameters, &["sign", "sign_type"])
}

fn joined<'a>(
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    left_out: &[&str],
) -> String {
    let mut taken: Vec<(&str, &str)> = parameters
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !left_out.contains(name))
        .collect();
    taken.sort_unstable();
    let pairs: Vec<String> = taken
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A key and a signature made with OpenSSL, so that two implementations must agree.
    const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAva/XAMO3DFl0V/fyGI2p
ip/JmWXbCME7h14Y2rz4J2YULN1XATjzmrhVqbC4zpVUKLugNsAAOCtM9M9CYJ2S
oC/wM77DrDdVVHo77JqkQpbCYW1l91EB/nzet09kGW4i5IfF3akcCHsyatiGTLTi
SOZBqtfgWiMDIL8HeX4qtVmmn3gX8DPrmpfjkq+2wQ6Wt2zMuiDA+9fu+mOoCEQr
yAahaM6nOaAclD7tVWGPLe1WerIpxSBNQAQti2uZUmuBEEeoJSUoRE01Ed06MUvR
R5OzGrJ/8/NuPa6+mEG1+0y7eUDb/88jshPYHxCiM/+nF9lKrXEOU4j3gJUFbd6K
MQIDAQAB
-----END PUBLIC KEY-----";
    const TEXT: &str = "app_id=2021000000000001&subject=谷粒 商城+手机";
    const SIGNATURE: &str = "upVXQt1r8agiB1G8OBcoa7Naofrb2UOBxTrrWqLRdTeX1PiLICbGgWtAbJgbpWL/Y+UuO3mEhHeiGxGbfqkOchW9qeP9gHWPbHILJtHR8FW2MTxp5NN/FZYOkjmt3O03cR12rxEha50syzBx9hb/l/hKG+CfAbtojo2+fecZZN4bWsDnNC+sZkJl3kNw243B8QP1RLU49c9I+Xfaa1i5uBw+W/pA1pb37YClrHjIRtZLcpdLzVV7E+BatXP44pZxcB0F3GQqdq6pP+wlgLgPMSdzaFxgHt3Gr93EVBeTy8+u8U0vjACtkHA9HYdZo0tRfSah1ce94eOKfjry72P5CA==";

    #[test]
    fn a_signature_of_openssl_verifies_and_any_change_of_text_or_signature_does_not() {
        let bare: String = PUBLIC_KEY
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        for form in [PUBLIC_KEY, &bare] {
            let key = MerchantKey::read(form).unwrap();
            assert!(key.verifies(TEXT, SIGNATURE));
            assert!(!key.verifies("app_id=2021000000000002", SIGNATURE));
            assert!(!key.verifies(TEXT, &SIGNATURE.replace("upVX", "upVY")));
            assert!(!key.verifies(TEXT, "no base64"));
            assert!(!key.verifies(TEXT, ""));
        }
        assert!(MerchantKey::read("MIIB").is_err());
    }

    #[test]
    fn the_key_pair_is_made_once_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let first = KeyPair::load_or_make(directory.path()).unwrap();
        let second = KeyPair::load_or_make(directory.path()).unwrap();
        assert_eq!(first.public_key(), second.public_key());

        let file = fs::metadata(directory.path().join(PRIVATE_FILE)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
        let public = MerchantKey::read(second.public_key()).unwrap();
        assert!(public.verifies(TEXT, &first.sign(TEXT)));
    }

    #[test]
    fn the_signed_texts_are_sorted_skip_empty_values_and_leave_out_the_signature() {
        let parameters = [
            ("sign_type", "RSA2"),
            ("subject", "a=b&c 手机"),
            ("body", ""),
            ("app_id", "1"),
            ("sign", "x"),
        ];
        assert_eq!(
            request_text(parameters),
            "app_id=1&sign_type=RSA2&subject=a=b&c 手机"
        );
        assert_eq!(notice_text(parameters), "app_id=1&subject=a=b&c 手机");
    }
}
