//! A product's page: what the product says, with the names that its category, brand and attributes have now.

use kernel::{AttributeId, Money, ProductId, SkuId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use stock::StockLevel;

use super::product::BrandView;
use crate::{
    domain::{
        AttributeSet, Category, CategoryId, Choice, Image, Product, Spec, brand::Brand, choices,
    },
    store::StoredProduct,
};

/// A product with everything its page shows.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductView {
    product_id: ProductId,
    name: String,
    subtitle: String,
    description: String,
    /// The pictures that tell about it, in their order below the text.
    description_images: Vec<ImageView>,
    brand: BrandView,
    /// From the first level down to the product's own category.
    categories: Vec<CategoryName>,
    unit: String,
    /// The weight of one piece in grams; 0 when it is not known.
    weight_grams: u32,
    /// Its pictures, the main one first.
    images: Vec<ImageView>,
    /// What it is like, groups and specs in their order.
    spec_groups: Vec<SpecGroup>,
    /// What a buyer chooses, and between which values.
    options: Vec<OptionView>,
    skus: Vec<ProductSku>,
    updated_at: Timestamp,
}

/// A category's number and name.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryName {
    category_id: CategoryId,
    name: String,
}

/// A picture.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ImageView {
    url: String,
    alt: String,
}

/// Specs under one heading.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SpecGroup {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    specs: Vec<SpecView>,
}

/// One thing that the product is like.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SpecView {
    attribute_id: AttributeId,
    name: String,
    values: Vec<String>,
    quick_show: bool,
}

/// An option and its values.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OptionView {
    attribute_id: AttributeId,
    name: String,
    values: Vec<String>,
    /// The same values, each with the SKUs that have it: those of one value of each option intersect in one SKU.
    choices: Vec<OptionValue>,
}

/// A value of an option.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OptionValue {
    value: String,
    sku_ids: Vec<SkuId>,
}

/// What can be bought.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductSku {
    sku_id: SkuId,
    /// What it is called.
    name: String,
    /// The headline of its page.
    title: String,
    /// One line below the headline.
    subtitle: String,
    options: Vec<Choice>,
    price_fen: Money,
    /// The address of its main picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// Its own pictures, the main one first; those of the product where there are none.
    images: Vec<ImageView>,
    /// The weight of one piece in grams; 0 when it is not known.
    weight_grams: u32,
    in_stock: bool,
}

/// What a page shows beside the product itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'s> {
    pub(super) levels: &'s [StockLevel],
    pub(super) categories: &'s [Category],
    pub(super) brands: &'s [Brand],
    pub(super) attributes: &'s AttributeSet,
}

impl ProductView {
    pub(super) fn of(stored: &StoredProduct, around: &Surroundings<'_>) -> Self {
        let (product, document) = (&stored.product, &stored.product.document);
        let named = |id: &CategoryId| {
            let known = around.categories.iter().find(|known| known.id == *id)?;
            Some(CategoryName {
                category_id: *id,
                name: known.name.clone(),
            })
        };
        Self {
            product_id: product.id.clone(),
            name: document.name.to_string(),
            subtitle: document.subtitle.to_string(),
            description: document.description.to_string(),
            description_images: document.description_images.iter().map(image).collect(),
            brand: BrandView::of(&document.brand_id, around.brands),
            categories: stored.category_path.iter().filter_map(named).collect(),
            unit: document.unit.to_string(),
            weight_grams: document.weight_grams,
            images: images(&document.images),
            spec_groups: spec_groups(&document.specs, around.attributes),
            options: options(product, around.attributes),
            skus: skus(product, around),
            updated_at: product.updated_at,
        }
    }
}

fn image(image: &Image) -> ImageView {
    ImageView {
        url: image.url.as_str().to_owned(),
        alt: image.alt.to_string(),
    }
}

/// Pictures with the main one first.
fn images(all: &[Image]) -> Vec<ImageView> {
    let (mut main, others): (Vec<_>, Vec<_>) = all.iter().partition(|image| image.main);
    main.extend(others);
    main.into_iter().map(image).collect()
}

fn spec_groups(specs: &[Spec], attributes: &AttributeSet) -> Vec<SpecGroup> {
    let spec_of = |id: &AttributeId| specs.iter().find(|spec| spec.attribute_id == *id);
    let grouped = attributes.grouped(|attribute| spec_of(&attribute.id).is_some());
    let groups = grouped.into_iter().map(|(group, members)| SpecGroup {
        group: group.map(|group| group.name.clone()),
        specs: members
            .into_iter()
            .filter_map(|attribute| Some(spec_view(spec_of(&attribute.id)?, &attribute.name)))
            .collect(),
    });
    // An attribute is never deleted; should one be missing all the same, its spec is shown under its id.
    let lost = specs
        .iter()
        .filter(|spec| attributes.attribute(&spec.attribute_id).is_none())
        .map(|spec| spec_view(spec, spec.attribute_id.as_str()))
        .collect();
    let lost = SpecGroup {
        group: None,
        specs: lost,
    };
    groups
        .chain([lost])
        .filter(|group| !group.specs.is_empty())
        .collect()
}

fn spec_view(spec: &Spec, name: &str) -> SpecView {
    SpecView {
        attribute_id: spec.attribute_id.clone(),
        name: name.to_owned(),
        values: spec.values.iter().map(ToString::to_string).collect(),
        quick_show: spec.quick_show,
    }
}

/// Each option of the product with its values, in the order in which its SKUs have them.
fn options(product: &Product, attributes: &AttributeSet) -> Vec<OptionView> {
    let mut options: Vec<OptionView> = Vec::new();
    for sku in &product.document.skus {
        for option in &sku.options {
            let known = options
                .iter()
                .position(|known| known.attribute_id == option.attribute_id);
            let index = known.unwrap_or_else(|| {
                let attribute = attributes.attribute(&option.attribute_id);
                options.push(OptionView {
                    attribute_id: option.attribute_id.clone(),
                    name: attribute.map_or_else(
                        || option.attribute_id.to_string(),
                        |attribute| attribute.name.clone(),
                    ),
                    values: Vec::new(),
                    choices: Vec::new(),
                });
                options.len() - 1
            });
            options[index].add(&option.value, &sku.code);
        }
    }
    options
}

impl OptionView {
    fn add(&mut self, value: &str, sku: &SkuId) {
        match self.choices.iter_mut().find(|known| known.value == value) {
            Some(known) => known.sku_ids.push(sku.clone()),
            None => {
                self.values.push(value.to_owned());
                self.choices.push(OptionValue {
                    value: value.to_owned(),
                    sku_ids: vec![sku.clone()],
                });
            }
        }
    }
}

fn skus(product: &Product, around: &Surroundings<'_>) -> Vec<ProductSku> {
    let document = &product.document;
    let in_stock = |sku: &SkuId| {
        around
            .levels
            .iter()
            .any(|level| level.sku_id == *sku && level.available > 0)
    };
    document
        .skus
        .iter()
        .map(|sku| {
            let own = if sku.images.is_empty() {
                &document.images
            } else {
                &sku.images
            };
            ProductSku {
                sku_id: sku.code.clone(),
                name: product.sku_name(sku),
                title: sku.title.to_string(),
                subtitle: sku.subtitle.to_string(),
                options: choices(sku, around.attributes),
                price_fen: sku.price_fen,
                image: Image::main_of(own).map(str::to_owned),
                images: images(own),
                weight_grams: sku.weight_grams.unwrap_or(document.weight_grams),
                in_stock: in_stock(&sku.code),
            }
        })
        .collect()
}
