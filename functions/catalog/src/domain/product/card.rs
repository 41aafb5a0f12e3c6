//! What lists show of a product.

use kernel::{BrandId, Money, ProductId};
use serde::{Deserialize, Serialize};

use super::{Image, Product};
use crate::domain::CategoryId;

/// What lists show of a product, beside the name of its brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProductCard {
    pub(crate) product_id: ProductId,
    pub(crate) name: String,
    pub(crate) subtitle: String,
    pub(crate) brand_id: BrandId,
    pub(crate) category_id: CategoryId,
    pub(crate) image: Option<String>,
    pub(crate) price_from: Money,
    pub(crate) price_to: Money,
}

impl Product {
    /// What lists show of it.
    pub(crate) fn card(&self) -> ProductCard {
        let document = &self.document;
        let prices = || document.skus.iter().map(|sku| sku.price_fen);
        ProductCard {
            product_id: self.id.clone(),
            name: document.name.to_string(),
            subtitle: document.subtitle.to_string(),
            brand_id: document.brand_id.clone(),
            category_id: document.category_id,
            image: Image::main_of(&document.images).map(str::to_owned),
            price_from: prices().min().unwrap_or_default(),
            price_to: prices().max().unwrap_or_default(),
        }
    }
}
