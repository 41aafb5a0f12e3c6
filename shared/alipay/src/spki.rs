//! RSA public keys in the form in which they are handed around, SubjectPublicKeyInfo (RFC 5280), taken apart down to the
//! two numbers that a verification needs (RFC 8017, appendix A.1.1).

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
/// What follows the outer header in every RSA key: the algorithm `rsaEncryption` with its absent parameters (RFC 3279).
const RSA_ENCRYPTION: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Modulus and exponent, big-endian without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaNumbers {
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}

/// Reads an RSA key; `None` for anything else, also for a key with something after it.
pub(crate) fn read(spki: &[u8]) -> Option<RsaNumbers> {
    let info = whole(spki, SEQUENCE)?;
    let bits = whole(info.strip_prefix(RSA_ENCRYPTION)?, BIT_STRING)?;
    let (0, key) = bits
        .split_first()
        .map(|(unused_bits, key)| (*unused_bits, key))?
    else {
        return None;
    };
    let (modulus, rest) = element(whole(key, SEQUENCE)?, INTEGER)?;
    let exponent = whole(rest, INTEGER)?;
    Some(RsaNumbers {
        modulus: positive(modulus)?.to_vec(),
        exponent: positive(exponent)?.to_vec(),
    })
}

/// The content of the one element that fills `input`.
fn whole(input: &[u8], tag: u8) -> Option<&[u8]> {
    element(input, tag)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(content, _)| content)
}

/// The content of the element at the start of `input`, and what follows it. A length has one spelling, the shortest; 65,535
/// bytes are more than any key has.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = input.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 => rest
            .split_first()
            .map(|(byte, rest)| (usize::from(*byte), rest))
            .filter(|(length, _)| *length > 0x7f)?,
        0x82 => rest
            .split_first_chunk()
            .map(|(bytes, rest)| (usize::from(u16::from_be_bytes(*bytes)), rest))
            .filter(|(length, _)| *length > 0xff)?,
        _ => return None,
    };
    if *found == tag {
        rest.split_at_checked(length)
    } else {
        None
    }
}

/// The digits of a number above zero, without the zero byte that keeps its sign.
fn positive(integer: &[u8]) -> Option<&[u8]> {
    match integer {
        [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Some(rest),
        [1..=0x7f, ..] => Some(integer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{PROVIDER_PUBLIC, der};

    #[test]
    fn a_key_gives_its_two_numbers() {
        let numbers = read(&der(PROVIDER_PUBLIC)).unwrap();
        assert_eq!(numbers.modulus.len(), 256);
        assert_eq!(numbers.exponent, [1, 0, 1]);
    }

    #[test]
    fn a_key_cut_short_anywhere_or_with_something_after_it_is_none() {
        let key = der(PROVIDER_PUBLIC);
        for length in 0..key.len() {
            assert_eq!(read(&key[..length]), None, "cut to {length}");
        }
        assert_eq!(read(&[key, vec![0]].concat()), None);
    }

    #[test]
    fn a_changed_byte_in_the_frame_is_never_read_as_the_same_key() {
        let (key, numbers) = (der(PROVIDER_PUBLIC), read(&der(PROVIDER_PUBLIC)));
        for place in 0..key.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = key.clone();
                changed[place] ^= change;
                assert_ne!(read(&changed), numbers, "changed at {place}");
            }
        }
    }

    #[test]
    fn a_length_or_a_number_in_a_longer_spelling_is_refused() {
        assert_eq!(
            element(&[0x02, 0x01, 0x05], INTEGER),
            Some((&[0x05][..], &[][..]))
        );
        assert_eq!(element(&[0x02, 0x81, 0x01, 0x05], INTEGER), None);
        assert_eq!(element(&[0x02, 0x82, 0x00, 0x01, 0x05], INTEGER), None);
        assert_eq!(element(&[0x02, 0x80, 0x05], INTEGER), None);
        assert_eq!(positive(&[0x00, 0x05]), None);
        assert_eq!(positive(&[0x85]), None);
        assert_eq!(positive(&[0x00]), None);
        assert_eq!(positive(&[]), None);
    }
}
