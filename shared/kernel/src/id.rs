//! Typed ids: one generic type, a kind for each thing that has an id, so that a SKU is never taken for a product.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What an id names, and which texts are ids of it.
pub trait IdKind: 'static {
    /// The name in schemas and messages, such as `SkuId`.
    const NAME: &'static str;
    /// The pattern of a valid id as a regular expression, for the schema.
    const PATTERN: &'static str = "^[A-Za-z0-9._-]{1,64}$";
    /// Whether `text` is a valid id; must agree with [`IdKind::PATTERN`].
    fn accepts(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    }
}

/// An id of one kind of thing. Never empty, never holds a separator of a database key (`#`) or of a path (`/`).
pub struct Id<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: it must match {pattern}")]
pub struct InvalidId {
    kind: &'static str,
    pattern: &'static str,
}

impl<K: IdKind> Id<K> {
    /// Reads an id.
    ///
    /// # Errors
    /// When the text is no id of this kind.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        if K::accepts(&text) {
            Ok(Self {
                text,
                kind: PhantomData,
            })
        } else {
            Err(InvalidId {
                kind: K::NAME,
                pattern: K::PATTERN,
            })
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K: Ulid26> Id<K> {
    /// A fresh id: for quotes, needs, purchases and entries of the audit log it sorts by time of creation, for the others it is
    /// random throughout.
    #[must_use]
    pub fn generate(now: crate::Timestamp) -> Self {
        Self {
            text: K::fresh(now).to_string(),
            kind: PhantomData,
        }
    }
}

/// Kinds whose ids are 26 characters of Crockford's base 32 (128 bits), made by the server.
pub trait Ulid26: IdKind {
    /// 128 fresh bits.
    fn fresh(now: crate::Timestamp) -> ulid::Ulid {
        let _ = now;
        ulid::Ulid(rand::random())
    }
}

/// Bits that sort by time.
fn by_time(now: crate::Timestamp) -> ulid::Ulid {
    ulid::Ulid::from_parts(u64::try_from(now.as_millis()).unwrap_or(0), rand::random())
}

const ULID_PATTERN: &str = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$";

fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && ulid::Ulid::from_string(text).is_ok_and(|id| id.to_string() == text)
}

/// Kind of [`ProductId`].
pub enum ProductKind {}
impl IdKind for ProductKind {
    const NAME: &'static str = "ProductId";
}
/// A product (SPU), named by whoever publishes it.
pub type ProductId = Id<ProductKind>;

/// Kind of [`SkuId`].
pub enum SkuKind {}
impl IdKind for SkuKind {
    const NAME: &'static str = "SkuId";
}
/// A stock keeping unit: one buyable variant of a product.
pub type SkuId = Id<SkuKind>;

/// Kind of [`WarehouseId`].
pub enum WarehouseKind {}
impl IdKind for WarehouseKind {
    const NAME: &'static str = "WarehouseId";
}
/// A warehouse.
pub type WarehouseId = Id<WarehouseKind>;

/// Kinds whose ids are slugs: the id is made of the name that the thing has when it is made, and outlives a rename.
pub trait SlugKind: 'static {
    /// The name in schemas and messages, such as `BrandId`.
    const NAME: &'static str;
}

impl<K: SlugKind> IdKind for K {
    const NAME: &'static str = <K as SlugKind>::NAME;
    // Classes such as `\p{L}` are not known to every reader of JSON Schema, so this excludes what ASCII has beside letters
    // and digits.
    const PATTERN: &'static str = r"^[^\x00-,./:-@\[-`{-\x7f]{1,64}$";
    fn accepts(text: &str) -> bool {
        (1..=64).contains(&text.chars().count())
            && text
                .chars()
                .all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-')
    }
}

impl<K: SlugKind> Id<K> {
    /// The id of the thing of this name: lower case, every run of other characters one hyphen.
    ///
    /// # Errors
    /// When the name has no letter or digit, or more than 64 characters remain.
    pub fn of_name(name: &str) -> Result<Self, InvalidId> {
        let words: Vec<String> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        Self::parse(words.join("-"))
    }
}

/// Kind of [`BrandId`].
pub enum BrandKind {}
impl SlugKind for BrandKind {
    const NAME: &'static str = "BrandId";
}
/// A brand: the slug of its first name.
pub type BrandId = Id<BrandKind>;

/// Kind of [`AttributeId`].
pub enum AttributeKind {}
impl SlugKind for AttributeKind {
    const NAME: &'static str = "AttributeId";
}
/// An attribute, within its category: the slug of its first name.
pub type AttributeId = Id<AttributeKind>;

/// Kind of [`AttributeGroupId`].
pub enum AttributeGroupKind {}
impl SlugKind for AttributeGroupKind {
    const NAME: &'static str = "AttributeGroupId";
}
/// A group of attributes, within its category: the slug of its first name.
pub type AttributeGroupId = Id<AttributeGroupKind>;

/// Kind of [`MemberId`].
pub enum MemberKind {}
impl IdKind for MemberKind {
    const NAME: &'static str = "MemberId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for MemberKind {}
/// A member; random, so that an order number tells nothing about how many there are.
pub type MemberId = Id<MemberKind>;

/// Kind of [`StaffId`].
pub enum StaffKind {}
impl IdKind for StaffKind {
    const NAME: &'static str = "StaffId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for StaffKind {}
/// A member of staff.
pub type StaffId = Id<StaffKind>;

/// Kind of [`AuditId`].
pub enum AuditKind {}
impl IdKind for AuditKind {
    const NAME: &'static str = "AuditId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for AuditKind {
    fn fresh(now: crate::Timestamp) -> ulid::Ulid {
        ulid::Ulid::from_parts(u64::try_from(now.as_millis()).unwrap_or(0), rand::random())
    }
}
/// A record of the audit log. Sorts by time.
pub type AuditId = Id<AuditKind>;

/// Kind of [`RoleId`].
pub enum RoleKind {}
impl IdKind for RoleKind {
    const NAME: &'static str = "RoleId";
    const PATTERN: &'static str = "^[a-z][a-z0-9-]{0,39}$";
    fn accepts(text: &str) -> bool {
        text.len() <= 40
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
}
/// A role of staff, such as `buyer`: a name for what its holders may do.
pub type RoleId = Id<RoleKind>;

/// Kind of [`AddressId`].
pub enum AddressKind {}
impl IdKind for AddressKind {
    const NAME: &'static str = "AddressId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for AddressKind {}
/// A delivery address of a member.
pub type AddressId = Id<AddressKind>;

/// Kind of [`QuoteId`].
pub enum QuoteKind {}
impl IdKind for QuoteKind {
    const NAME: &'static str = "QuoteId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for QuoteKind {
    fn fresh(now: crate::Timestamp) -> ulid::Ulid {
        by_time(now)
    }
}
/// A quote; it becomes the id of the order placed with it. Sorts by time.
pub type QuoteId = Id<QuoteKind>;

/// Kind of [`PurchaseNeedId`].
pub enum PurchaseNeedKind {}
impl IdKind for PurchaseNeedKind {
    const NAME: &'static str = "PurchaseNeedId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for PurchaseNeedKind {
    fn fresh(now: crate::Timestamp) -> ulid::Ulid {
        by_time(now)
    }
}
/// Something that a warehouse is to get more of. Sorts by time.
pub type PurchaseNeedId = Id<PurchaseNeedKind>;

/// Kind of [`PurchaseId`].
pub enum PurchaseKind {}
impl IdKind for PurchaseKind {
    const NAME: &'static str = "PurchaseId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for PurchaseKind {
    fn fresh(now: crate::Timestamp) -> ulid::Ulid {
        by_time(now)
    }
}
/// An order to a buyer, to purchase what warehouses need. Sorts by time.
pub type PurchaseId = Id<PurchaseKind>;

/// Kind of [`UploadId`].
pub enum UploadKind {}
impl IdKind for UploadKind {
    const NAME: &'static str = "UploadId";
    const PATTERN: &'static str = ULID_PATTERN;
    fn accepts(text: &str) -> bool {
        is_ulid(text)
    }
}
impl Ulid26 for UploadKind {
    fn fresh(now: crate::Timestamp) -> ulid::Ulid {
        by_time(now)
    }
}
/// An upload, and the picture that becomes of it. Sorts by time, and cannot be guessed.
pub type UploadId = Id<UploadKind>;

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            kind: PhantomData,
        }
    }
}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<K: IdKind> FromStr for Id<K> {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
impl<K: IdKind> JsonSchema for Id<K> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        K::NAME.into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": K::PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn an_id_never_holds_a_separator_of_keys_or_paths() {
        for text in ["", "a#b", "a/b", "a b", "a%2Fb", "华为", &"x".repeat(65)] {
            assert!(SkuId::parse(text).is_err(), "{text}");
        }
        assert_eq!(SkuId::parse("2018-06.1_A").unwrap().as_str(), "2018-06.1_A");
    }

    #[test]
    fn a_brand_is_the_slug_of_its_name() {
        assert_eq!(
            BrandId::of_name(" 华为 HUAWEI ").unwrap().as_str(),
            "华为-huawei"
        );
        assert_eq!(
            BrandId::of_name("L'Oréal / Paris").unwrap().as_str(),
            "l-oréal-paris"
        );
        assert!(BrandId::of_name("!!!").is_err());
        assert!(BrandId::parse("a_b").is_err() && BrandId::parse("西门子、博世").is_ok());
    }

    #[test]
    fn quotes_sort_by_time_and_members_are_random() {
        let (early, late) = (Timestamp::from_millis(1_000), Timestamp::from_millis(2_000));
        assert!(QuoteId::generate(early) < QuoteId::generate(late));
        let members: Vec<_> = (0..50).map(|_| MemberId::generate(early)).collect();
        assert!(!members.is_sorted());
        assert!(
            members
                .iter()
                .all(|id| MemberId::parse(id.as_str()).is_ok())
        );
    }

    #[test]
    fn a_server_made_id_has_one_spelling() {
        assert!(MemberId::parse("01arz3ndektsv4rrffq69g5fav").is_err());
        assert!(MemberId::parse("O1ARZ3NDEKTSV4RRFFQ69G5FAV").is_err());
        assert!(MemberId::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").is_ok());
    }
}
