//! Shows all that a product's page needs.

use dynamo::Consistency;
use edge::{Cacheable, Path, Public, Reply};
use futures::future::try_join;
use kernel::{Money, ProductId, SkuId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stock::StockLevel;

use super::ShowError;
use crate::{
    Catalog,
    domain::{Brand, Category, CategoryId, Choice, Product, Spec},
};

/// How long browsers and the CDN may show a product without asking, in seconds. Short, as it tells what is in stock.
const FRESH_SECONDS: u32 = 5;

/// Which product.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ProductPath {
    pub(super) product_id: ProductId,
}

/// A product with everything its page shows.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductView {
    product_id: ProductId,
    name: String,
    subtitle: String,
    description: String,
    brand: Brand,
    /// From the first level down to the product's own category.
    categories: Vec<CategoryName>,
    unit: String,
    /// The weight of one piece in grams; 0 when it is not known.
    weight_grams: u32,
    images: Vec<ImageView>,
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
    name: String,
    values: Vec<String>,
    quick_show: bool,
}

/// An option and its values.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OptionView {
    name: String,
    values: Vec<String>,
}

/// What can be bought.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductSku {
    sku_id: SkuId,
    options: Vec<Choice>,
    price_fen: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    in_stock: bool,
}

pub(crate) async fn show_product(
    app: &Catalog,
    (_, Path(path)): (Public, Path<ProductPath>),
) -> Result<Reply<ProductView, Cacheable>, ShowError> {
    let stored = app
        .store
        .product(&path.product_id, Consistency::Eventual)
        .await?;
    let product = stored.ok_or(ShowError::NotFound("product"))?.product;
    let sku_ids: Vec<SkuId> = product.skus.iter().map(|sku| sku.sku_id.clone()).collect();
    let (levels, categories) = try_join(
        app.levels.of(&sku_ids, Consistency::Eventual),
        app.store
            .categories_of(&product.category_path, Consistency::Eventual),
    )
    .await?;
    Ok(Reply::ok(view(product, &levels, &categories)).public_for(FRESH_SECONDS))
}

fn view(product: Product, levels: &[StockLevel], categories: &[Category]) -> ProductView {
    let in_stock = |sku: &SkuId| {
        levels
            .iter()
            .any(|level| level.sku_id == *sku && level.available > 0)
    };
    let name_of = |id: &CategoryId| {
        let known = categories.iter().find(|category| category.id == *id)?;
        Some(CategoryName {
            category_id: *id,
            name: known.name.clone(),
        })
    };
    ProductView {
        categories: product.category_path.iter().filter_map(name_of).collect(),
        spec_groups: spec_groups(&product),
        options: product
            .options()
            .into_iter()
            .map(|(name, values)| OptionView {
                name: name.to_owned(),
                values: values.into_iter().map(str::to_owned).collect(),
            })
            .collect(),
        images: product
            .images
            .iter()
            .map(|image| ImageView {
                url: image.url.to_string(),
                alt: image.alt.to_string(),
            })
            .collect(),
        skus: product
            .skus
            .into_iter()
            .map(|sku| ProductSku {
                in_stock: in_stock(&sku.sku_id),
                sku_id: sku.sku_id,
                options: sku.options,
                price_fen: sku.price,
                image: sku.image,
            })
            .collect(),
        product_id: product.id,
        name: product.name,
        subtitle: product.subtitle,
        description: product.description,
        brand: product.brand,
        unit: product.unit,
        weight_grams: product.weight_grams,
        updated_at: product.updated_at,
    }
}

fn spec_groups(product: &Product) -> Vec<SpecGroup> {
    let spec = |spec: &Spec| SpecView {
        name: spec.name.to_string(),
        values: spec.values.iter().map(ToString::to_string).collect(),
        quick_show: spec.quick_show,
    };
    product
        .spec_groups()
        .into_iter()
        .map(|(group, specs)| SpecGroup {
            group: group.map(str::to_owned),
            specs: specs.into_iter().map(spec).collect(),
        })
        .collect()
}
