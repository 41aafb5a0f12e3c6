//! Products (SPU) and their SKUs.

use std::collections::BTreeSet;

use kernel::{BrandId, Money, ProductId, SkuId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Category, CategoryId};

/// The most SKUs that a product may have: all of them and the product fit into one transaction of a hundred writes.
const MAXIMUM_SKUS: usize = 98;
/// The most specs, and the most pictures, that a product may have.
const MAXIMUM_PARTS: usize = 100;

/// The most that one piece may cost.
const HIGHEST_PRICE: Money = Money::from_fen(10_000_000_000);

/// A product as staff give it: the whole SPU with its SKUs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductDraft {
    /// Its name.
    pub(crate) name: Text<1, 200>,
    /// One line below the name.
    #[serde(default)]
    pub(crate) subtitle: Text<0, 500>,
    /// The category it belongs to, of the third level.
    pub(crate) category_id: CategoryId,
    /// Who makes it.
    pub(crate) brand: BrandDraft,
    /// In what it is counted, such as 件.
    #[serde(default)]
    pub(crate) unit: Text<0, 50>,
    /// The weight of one piece in grams; 0 when it is not known.
    #[serde(default)]
    pub(crate) weight_grams: u32,
    /// What there is to say about it.
    #[serde(default)]
    pub(crate) description: Text<0, 20000>,
    /// Its pictures, the main one first.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_PARTS))]
    pub(crate) images: Vec<Image>,
    /// What it is like.
    #[serde(default)]
    #[schemars(length(max = MAXIMUM_PARTS))]
    pub(crate) specs: Vec<Spec>,
    /// What can be bought of it.
    #[schemars(length(min = 1, max = MAXIMUM_SKUS))]
    pub(crate) skus: Vec<SkuDraft>,
}

/// A brand as staff give it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrandDraft {
    /// Its name; its id is the slug of it.
    pub(crate) name: Text<1, 50>,
    /// The letter it is filed under.
    pub(crate) first_letter: Option<Text<0, 1>>,
    /// The address of its logo.
    pub(crate) logo: Option<Text<0, 2000>>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// Its address.
    pub(crate) url: Text<1, 2000>,
    /// What it shows, for those who do not see it.
    #[serde(default)]
    pub(crate) alt: Text<0, 200>,
}

/// One thing that a product is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The heading it stands under.
    pub(crate) group: Option<Text<0, 50>>,
    /// What it is about.
    pub(crate) name: Text<1, 50>,
    /// How the product is there.
    #[schemars(length(min = 1, max = MAXIMUM_PARTS))]
    pub(crate) values: Vec<Text<1, 200>>,
    /// Whether lists can be narrowed by it.
    #[serde(default)]
    pub(crate) searchable: bool,
    /// Whether it is shown at once, beside the price.
    #[serde(default)]
    pub(crate) quick_show: bool,
}

/// A SKU as staff give it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkuDraft {
    /// Its id, unique in the mall.
    pub(crate) code: SkuId,
    /// The price of one piece, in fen.
    #[schemars(range(min = 1, max = HIGHEST_PRICE.fen()))]
    pub(crate) price_fen: Money,
    /// Which one it is: one value for each option of the product.
    #[serde(default)]
    pub(crate) options: Vec<Choice>,
    /// The address of its own picture.
    pub(crate) image: Option<Text<0, 2000>>,
}

/// One option and the value chosen for it, such as 颜色: 金色.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The option.
    pub name: Text<1, 50>,
    /// The value.
    pub value: Text<1, 100>,
}

/// A brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Brand {
    /// Its id: the slug of its name.
    pub(crate) id: BrandId,
    /// Its name.
    pub(crate) name: String,
    /// The letter it is filed under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_letter: Option<String>,
    /// The address of its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logo: Option<String>,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) name: String,
    pub(crate) subtitle: String,
    pub(crate) category_path: Vec<CategoryId>,
    pub(crate) brand: Brand,
    pub(crate) unit: String,
    pub(crate) weight_grams: u32,
    pub(crate) description: String,
    pub(crate) images: Vec<Image>,
    pub(crate) specs: Vec<Spec>,
    pub(crate) skus: Vec<Sku>,
    pub(crate) updated_at: Timestamp,
}

/// A SKU: what a cart and an order need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sku {
    /// Its id.
    pub sku_id: SkuId,
    /// Its product.
    pub product_id: ProductId,
    /// The product's name.
    pub name: String,
    /// Which one it is.
    pub options: Vec<Choice>,
    /// The price of one piece.
    pub price: Money,
    /// The address of its picture; the product's main one when it has none of its own.
    pub image: Option<String>,
    /// The weight of one piece in grams; 0 when it is not known.
    pub weight_grams: u32,
}

/// What lists show of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ProductCard {
    /// Its id.
    pub(crate) product_id: ProductId,
    /// Its name.
    pub(crate) name: String,
    /// One line below the name.
    pub(crate) subtitle: String,
    /// Who makes it.
    pub(crate) brand: Brand,
    /// Its category.
    pub(crate) category_id: Option<CategoryId>,
    /// The address of its main picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
    /// The lowest price among its SKUs.
    pub(crate) price_from_fen: Money,
    /// The highest price among its SKUs.
    pub(crate) price_to_fen: Money,
}

/// One thing that is wrong with a draft, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// A JSON pointer into the draft.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) detail: &'static str,
}

fn flaw(pointer: impl Into<String>, detail: &'static str) -> Flaw {
    Flaw {
        pointer: pointer.into(),
        detail,
    }
}

impl ProductDraft {
    /// Everything that is wrong with the draft itself, all at once; empty when nothing is.
    fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if self.skus.is_empty() || self.skus.len() > MAXIMUM_SKUS {
            flaws.push(flaw("/skus", "a product has 1 to 98 SKUs"));
        }
        for (pointer, count) in [("/images", self.images.len()), ("/specs", self.specs.len())] {
            if count > MAXIMUM_PARTS {
                flaws.push(flaw(pointer, "at most 100"));
            }
        }
        for (index, spec) in self.specs.iter().enumerate() {
            if spec.values.is_empty() || spec.values.len() > MAXIMUM_PARTS {
                flaws.push(flaw(
                    format!("/specs/{index}/values"),
                    "a spec has 1 to 100 values",
                ));
            }
        }
        self.check_skus(&mut flaws);
        flaws
    }

    fn check_skus(&self, flaws: &mut Vec<Flaw>) {
        let names = |sku: &SkuDraft| {
            sku.options
                .iter()
                .map(|choice| choice.name.clone())
                .collect::<BTreeSet<_>>()
        };
        let expected = self.skus.first().map(names).unwrap_or_default();
        let (mut codes, mut combinations) = (BTreeSet::new(), BTreeSet::new());
        for (index, sku) in self.skus.iter().enumerate() {
            let mut options = sku.options.clone();
            options.sort();
            if sku.price_fen <= Money::ZERO || sku.price_fen > HIGHEST_PRICE {
                flaws.push(flaw(
                    format!("/skus/{index}/price_fen"),
                    "a price is more than nothing and at most 100,000,000.00",
                ));
            }
            if !codes.insert(&sku.code) {
                flaws.push(flaw(
                    format!("/skus/{index}/code"),
                    "another SKU of the product has this code",
                ));
            }
            if names(sku) != expected || names(sku).len() != sku.options.len() {
                flaws.push(flaw(
                    format!("/skus/{index}/options"),
                    "every SKU of a product has the same options, each once",
                ));
            } else if !combinations.insert(options) {
                flaws.push(flaw(
                    format!("/skus/{index}/options"),
                    "another SKU of the product has the same values",
                ));
            }
        }
    }
}

impl Product {
    /// The product that a draft makes in its category.
    ///
    /// # Errors
    /// Everything that is wrong, all at once.
    pub(crate) fn publish(
        id: ProductId,
        draft: ProductDraft,
        category: Option<&Category>,
        now: Timestamp,
    ) -> Result<Self, Vec<Flaw>> {
        let mut flaws = draft.flaws();
        let category = match category {
            None => Err(flaw("/category_id", "there is no such category")),
            Some(category) if !category.holds_products() => Err(flaw(
                "/category_id",
                "products belong to a category of the third level",
            )),
            Some(category) => Ok(category),
        };
        let brand = Brand::of_draft(draft.brand)
            .map_err(|_| flaw("/brand/name", "a brand's name has a letter or a digit"));
        match (category, brand) {
            (Ok(category), Ok(brand)) if flaws.is_empty() => {
                let category_path = category.path.clone();
                let name = draft.name.into_string();
                let main_image = draft.images.first().map(|image| image.url.to_string());
                let sku = |sku: SkuDraft| Sku {
                    sku_id: sku.code,
                    product_id: id.clone(),
                    name: name.clone(),
                    options: sku.options,
                    price: sku.price_fen,
                    image: filled(sku.image).or_else(|| main_image.clone()),
                    weight_grams: draft.weight_grams,
                };
                Ok(Self {
                    skus: draft.skus.into_iter().map(sku).collect(),
                    id: id.clone(),
                    name,
                    subtitle: draft.subtitle.into_string(),
                    category_path,
                    brand,
                    unit: draft.unit.into_string(),
                    weight_grams: draft.weight_grams,
                    description: draft.description.into_string(),
                    images: draft.images,
                    specs: draft.specs,
                    updated_at: now,
                })
            }
            (category, brand) => {
                flaws.extend(category.err());
                flaws.extend(brand.err());
                Err(flaws)
            }
        }
    }

    /// What lists show of it.
    pub(crate) fn card(&self) -> ProductCard {
        let prices = || self.skus.iter().map(|sku| sku.price);
        ProductCard {
            product_id: self.id.clone(),
            name: self.name.clone(),
            subtitle: self.subtitle.clone(),
            brand: self.brand.clone(),
            category_id: self.category_path.last().copied(),
            image: self.images.first().map(|image| image.url.to_string()),
            price_from_fen: prices().min().unwrap_or_default(),
            price_to_fen: prices().max().unwrap_or_default(),
        }
    }

    /// Each option of the product with its values, in the order in which its SKUs name them.
    pub(crate) fn options(&self) -> Vec<(&str, Vec<&str>)> {
        let mut options: Vec<(&str, Vec<&str>)> = Vec::new();
        for choice in self.skus.iter().flat_map(|sku| &sku.options) {
            let known = options.iter().position(|(name, _)| *name == &*choice.name);
            let index = known.unwrap_or_else(|| {
                options.push((&choice.name, Vec::new()));
                options.len() - 1
            });
            if !options[index].1.contains(&&*choice.value) {
                options[index].1.push(&choice.value);
            }
        }
        options
    }

    /// The specs by their groups, in the order in which they first appear.
    pub(crate) fn spec_groups(&self) -> Vec<(Option<&str>, Vec<&Spec>)> {
        let mut groups: Vec<(Option<&str>, Vec<&Spec>)> = Vec::new();
        for spec in &self.specs {
            let name = spec.group.as_deref().filter(|name| !name.is_empty());
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, specs)) => specs.push(spec),
                None => groups.push((name, vec![spec])),
            }
        }
        groups
    }
}

impl Brand {
    fn of_draft(draft: BrandDraft) -> Result<Self, kernel::InvalidId> {
        Ok(Self {
            id: BrandId::of_name(&draft.name)?,
            name: draft.name.into_string(),
            first_letter: filled(draft.first_letter),
            logo: filled(draft.logo),
        })
    }
}

fn filled<const MAX: usize>(text: Option<Text<0, MAX>>) -> Option<String> {
    text.map(Text::into_string).filter(|text| !text.is_empty())
}
