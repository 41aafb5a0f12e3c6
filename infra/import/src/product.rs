//! A product as files have it: with names where the mall has ids, and the attributes of its category beside their values.

use std::collections::BTreeMap;
use std::fmt;

use kernel::{AttributeGroupId, AttributeId, BrandId, InvalidId};
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One product.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    #[serde(deserialize_with = "filled")]
    pub(crate) id: String,
    /// Where it goes in its life, on sale unless it says otherwise.
    #[serde(default)]
    pub(crate) status: Status,
    #[serde(deserialize_with = "filled")]
    pub(crate) name: String,
    #[serde(default, deserialize_with = "trimmed")]
    pub(crate) subtitle: String,
    pub(crate) brand: Brand,
    pub(crate) category_id: u64,
    #[serde(default, deserialize_with = "trimmed")]
    pub(crate) unit: String,
    #[serde(default, deserialize_with = "not_negative")]
    pub(crate) weight_grams: i64,
    #[serde(default, deserialize_with = "trimmed")]
    pub(crate) description: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) description_images: Vec<Image>,
    #[serde(default)]
    pub(crate) images: Vec<Image>,
    #[serde(default, skip_serializing_if = "Bounds::is_nothing")]
    pub(crate) bounds: Bounds,
    #[serde(default)]
    pub(crate) attributes: Vec<Attribute>,
    /// The ids of those options of its SKUs that are called otherwise than when they were made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) option_ids: BTreeMap<String, AttributeId>,
    pub(crate) skus: Vec<Sku>,
}

/// Where a product goes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Draft,
    #[default]
    OnSale,
    OffSale,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Brand {
    /// Stays when the brand is renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<BrandId>,
    #[serde(deserialize_with = "brand_name")]
    pub(crate) name: String,
    #[serde(
        default,
        deserialize_with = "trimmed_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) first_letter: Option<String>,
    #[serde(
        default,
        deserialize_with = "trimmed_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) logo: Option<String>,
    /// Its place among the brands of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<u32>,
    /// Whether the storefront shows it among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) visible: Option<bool>,
}

impl Brand {
    /// The id that the file has for it: its own, or that of its name.
    pub(crate) fn own_id(&self) -> Result<BrandId, InvalidId> {
        match &self.id {
            Some(id) => Ok(id.clone()),
            None => BrandId::of_name(&self.name),
        }
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    #[serde(deserialize_with = "filled")]
    pub(crate) url: String,
    #[serde(default, deserialize_with = "trimmed")]
    pub(crate) alt: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) main: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bounds {
    #[serde(default)]
    pub(crate) growth: u32,
    #[serde(default)]
    pub(crate) points: u32,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attribute {
    #[serde(
        default,
        deserialize_with = "group_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<AttributeGroupId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<AttributeId>,
    #[serde(deserialize_with = "attribute_name")]
    pub(crate) name: String,
    #[serde(deserialize_with = "all_trimmed")]
    pub(crate) values: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) searchable: Option<bool>,
    #[serde(default)]
    pub(crate) quick_show: bool,
}

impl Attribute {
    /// The id that the file has for it: its own, or that of its name.
    pub(crate) fn own_id(&self) -> Result<AttributeId, InvalidId> {
        match &self.id {
            Some(id) => Ok(id.clone()),
            None => AttributeId::of_name(&self.name),
        }
    }
}

impl Product {
    /// The id that the file has for an option of its SKUs.
    pub(crate) fn option_id(&self, name: &str) -> Result<AttributeId, InvalidId> {
        match self.option_ids.get(name) {
            Some(id) => Ok(id.clone()),
            None => AttributeId::of_name(name),
        }
    }
}

/// One SKU. Its stock is not the catalog's: it goes to the stock service as a receipt.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sku {
    #[serde(deserialize_with = "filled")]
    pub(crate) code: String,
    #[serde(
        default,
        deserialize_with = "trimmed_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) name: Option<String>,
    #[serde(
        default,
        deserialize_with = "trimmed",
        skip_serializing_if = "String::is_empty"
    )]
    pub(crate) title: String,
    #[serde(
        default,
        deserialize_with = "trimmed",
        skip_serializing_if = "String::is_empty"
    )]
    pub(crate) subtitle: String,
    #[serde(deserialize_with = "not_negative")]
    pub(crate) price_fen: i64,
    /// Pieces to receive; absent or 0 for none.
    #[serde(
        default,
        deserialize_with = "not_negative",
        skip_serializing_if = "is_nothing"
    )]
    pub(crate) stock: i64,
    #[serde(default)]
    pub(crate) options: Options,
    /// Its only own picture; `images` for several.
    #[serde(
        default,
        deserialize_with = "trimmed_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) image: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<Image>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight_grams: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ladder: Option<Ladder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) full_reduction: Option<FullReduction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) member_prices: Vec<MemberPrice>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ladder {
    full_count: u32,
    discount_per_mille: u16,
    #[serde(default)]
    stackable: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullReduction {
    full_price_fen: i64,
    reduce_fen: i64,
    #[serde(default)]
    stackable: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPrice {
    level: u8,
    price_fen: i64,
}

/// Options of a SKU, in the order of the file: a JSON object, which a map of `serde_json` would sort.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options(pub(crate) Vec<(String, String)>);

impl Bounds {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn is_false(truth: &bool) -> bool {
    !truth
}

fn is_nothing(number: &i64) -> bool {
    *number == 0
}

/// How the report calls a product.
pub(crate) fn name(id: &str) -> String {
    format!("product {id}")
}

impl Options {
    /// Adds an option.
    pub(crate) fn add(&mut self, name: &str, value: &str) -> Result<(), String> {
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        check_name(&name, LONGEST_ATTRIBUTE, |name| {
            AttributeId::of_name(name).is_ok()
        })?;
        if self.0.iter().any(|(known, _)| *known == name) {
            return Err(format!("the option {name} stands twice"));
        }
        self.0.push((name, value));
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Options;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of option names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
                let mut options = Options::default();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    options.add(&name, &value).map_err(A::Error::custom)?;
                }
                Ok(options)
            }
        }
        from.deserialize_map(Pairs)
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The most characters that the mall takes in a name of a brand, of an attribute and of a group of attributes.
const LONGEST_BRAND: usize = 50;
const LONGEST_ATTRIBUTE: usize = 30;
const LONGEST_GROUP: usize = 20;

/// Names become ids in the mall, so one that cannot is refused here, where its line is known.
fn check_name(
    name: &str,
    longest: usize,
    makes_an_id: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let length = name.chars().count();
    if length > longest {
        Err(format!(
            "the name has {length} characters, at most {longest} fit: {name}"
        ))
    } else if !makes_an_id(name) {
        Err(format!("the name has no letter or digit: {name}"))
    } else {
        Ok(())
    }
}

fn brand_name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = filled(from)?;
    check_name(&name, LONGEST_BRAND, |name| BrandId::of_name(name).is_ok())
        .map_err(D::Error::custom)?;
    Ok(name)
}

fn attribute_name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = filled(from)?;
    check_name(&name, LONGEST_ATTRIBUTE, |name| {
        AttributeId::of_name(name).is_ok()
    })
    .map_err(D::Error::custom)?;
    Ok(name)
}

fn group_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = trimmed_or_none(from)?;
    if let Some(name) = &name {
        check_name(name, LONGEST_GROUP, |name| {
            AttributeGroupId::of_name(name).is_ok()
        })
        .map_err(D::Error::custom)?;
    }
    Ok(name)
}

fn trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(String::deserialize(from)?.trim().to_owned())
}

fn trimmed_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty()))
}

fn all_trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Vec::<String>::deserialize(from)?
        .iter()
        .map(|text| text.trim().to_owned())
        .collect())
}

fn filled<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = trimmed(from)?;
    if text.is_empty() {
        Err(D::Error::custom("is empty"))
    } else {
        Ok(text)
    }
}

fn not_negative<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let number = i64::deserialize(from)?;
    if number < 0 {
        Err(D::Error::custom(format_args!("{number} is negative")))
    } else {
        Ok(number)
    }
}
