//! The publish form: a product as staff write it, one document with its pictures, specs and SKUs.

use kernel::{AttributeId, BrandId, Money, SkuId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Address, CategoryId};

/// The most SKUs that a product may have: with the product itself, its history and the checks of its category and its
/// brand, all of them fit into one transaction of a hundred writes.
pub(crate) const MAXIMUM_SKUS: usize = 96;
/// The most specs, values of one spec, and pictures that a product may have.
pub(crate) const MAXIMUM_PARTS: usize = 100;
/// The most pictures of its own that a SKU may have.
pub(crate) const MAXIMUM_SKU_IMAGES: usize = 20;
/// The most attributes that SKUs of one product may differ by.
pub(crate) const MAXIMUM_OPTIONS: usize = 10;
/// The most levels of members that may have a price of their own.
pub(crate) const MAXIMUM_MEMBER_PRICES: usize = 20;
/// The most that one piece may cost.
pub(crate) const HIGHEST_PRICE: Money = Money::from_fen(10_000_000_000);
/// The most growth, and the most points, that one piece may bring.
pub(crate) const HIGHEST_BOUND: u32 = 100_000_000;

/// A product as staff give it: the whole SPU with its SKUs. Names of brands, categories and attributes are theirs alone; a
/// product refers to them by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductDocument {
    /// Its name.
    pub(crate) name: Text<1, 200>,
    /// One line below the name.
    #[serde(default)]
    pub(crate) subtitle: Text<0, 500>,
    /// What there is to say about it.
    #[serde(default)]
    pub(crate) description: Text<0, 20000>,
    /// The pictures that tell about it, in their order below the text.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_PARTS))]
    pub(crate) description_images: Vec<Image>,
    /// The category it belongs to, of the third level.
    pub(crate) category_id: CategoryId,
    /// Who makes it.
    pub(crate) brand_id: BrandId,
    /// In what it is counted, such as 件.
    #[serde(default)]
    pub(crate) unit: Text<0, 50>,
    /// The weight of one piece in grams; 0 when it is not known.
    #[serde(default)]
    pub(crate) weight_grams: u32,
    /// Its pictures; the first is the main one unless another says that it is.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_PARTS))]
    pub(crate) images: Vec<Image>,
    /// What buying one piece brings a member.
    #[serde(default)]
    pub(crate) bounds: Bounds,
    /// What it is like, by the spec attributes of its category.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_PARTS))]
    pub(crate) specs: Vec<Spec>,
    /// What can be bought of it. A draft may have none yet.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_SKUS))]
    pub(crate) skus: Vec<SkuDocument>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// Its address.
    pub(crate) url: Address,
    /// What it shows, for those who do not see it.
    #[serde(default)]
    pub(crate) alt: Text<0, 200>,
    /// Whether it is the main one, which stands for all.
    #[serde(default)]
    pub(crate) main: bool,
}

impl Image {
    /// The address of the main one of these: the one that says so, or the first.
    pub(crate) fn main_of(images: &[Self]) -> Option<&str> {
        let main = images.iter().find(|image| image.main);
        main.or(images.first()).map(|image| image.url.as_str())
    }
}

/// What buying one piece brings a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bounds {
    /// Growth towards the next level.
    #[serde(default)]
    #[schemars(range(max = HIGHEST_BOUND))]
    pub(crate) growth: u32,
    /// Points to spend.
    #[serde(default)]
    #[schemars(range(max = HIGHEST_BOUND))]
    pub(crate) points: u32,
}

/// How the product is in one respect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// A spec attribute of the product's category.
    pub(crate) attribute_id: AttributeId,
    /// How it is there: one value, or several where the attribute allows several.
    #[schemars(length(min = 1, max = MAXIMUM_PARTS))]
    pub(crate) values: Vec<Text<1, 200>>,
    /// Whether it is shown at once, beside the price.
    #[serde(default)]
    pub(crate) quick_show: bool,
}

/// A SKU as staff give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkuDocument {
    /// Its id, unique in the mall. Codes of a product that was ever on sale stay its own, also those that it drops; it may
    /// take them up again. Codes that a product drops before it was ever on sale are free.
    pub(crate) code: SkuId,
    /// What it is called; the product's name and the values of its options when it says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Text<1, 400>>,
    /// The headline of its page.
    #[serde(default)]
    pub(crate) title: Text<0, 200>,
    /// One line below the headline.
    #[serde(default)]
    pub(crate) subtitle: Text<0, 500>,
    /// The price of one piece, in fen.
    #[schemars(range(min = 1, max = HIGHEST_PRICE.fen()))]
    pub(crate) price_fen: Money,
    /// Which one it is: one value for each sale attribute that the SKUs of the product differ by.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_OPTIONS))]
    pub(crate) options: Vec<SkuOption>,
    /// Its own pictures; those of the product when it has none.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_SKU_IMAGES))]
    pub(crate) images: Vec<Image>,
    /// The weight of one piece in grams, where it is not that of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight_grams: Option<u32>,
    /// Cheaper from a number of pieces on. Kept for the promotions; carts and orders do not count with it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ladder: Option<Ladder>,
    /// Cheaper from an amount on. Kept for the promotions; carts and orders do not count with it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) full_reduction: Option<FullReduction>,
    /// What members of some levels pay. Kept for the promotions; carts and orders do not count with it yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAXIMUM_MEMBER_PRICES))]
    pub(crate) member_prices: Vec<MemberPrice>,
}

/// A sale attribute and the value of it that a SKU has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkuOption {
    /// A sale attribute of the product's category.
    pub(crate) attribute_id: AttributeId,
    /// The value.
    pub(crate) value: Text<1, 100>,
}

/// From so many pieces on, each costs a part of its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ladder {
    /// From how many pieces on.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) full_count: u32,
    /// What is paid of the price, in thousandths: 900 is ten per cent off.
    #[schemars(range(min = 1, max = 999))]
    pub(crate) discount_per_mille: u16,
    /// Whether it may come together with other reductions.
    #[serde(default)]
    pub(crate) stackable: bool,
}

/// From so much on, a fixed amount less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullReduction {
    /// From which amount on, in fen.
    #[schemars(range(min = 1, max = HIGHEST_PRICE.fen()))]
    pub(crate) full_price_fen: Money,
    /// How much less, in fen; less than the amount itself.
    #[schemars(range(min = 1, max = HIGHEST_PRICE.fen()))]
    pub(crate) reduce_fen: Money,
    /// Whether it may come together with other reductions.
    #[serde(default)]
    pub(crate) stackable: bool,
}

/// What members of one level pay for one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPrice {
    /// The level, from 1.
    #[schemars(range(min = 1, max = 100))]
    pub(crate) level: u8,
    /// The price, in fen; never more than the price of everyone.
    #[schemars(range(min = 1, max = HIGHEST_PRICE.fen()))]
    pub(crate) price_fen: Money,
}
