//! Shows all that a product's page needs.

use std::slice;

use edge::{Cacheable, Path, Public, Reply};
use futures::future::try_join4;
use kernel::SkuId;

use super::{
    ShowError,
    product::ProductPath,
    product_page::{ProductView, Surroundings},
};
use crate::storefront::Storefront;

/// How long browsers and the CDN may show a product without asking, in seconds. Short, as it tells what is in stock.
const FRESH_SECONDS: u32 = 5;

pub(crate) async fn show_product(
    app: &Storefront,
    (_, Path(path)): (Public, Path<ProductPath>),
) -> Result<Reply<ProductView, Cacheable>, ShowError> {
    let stored = app
        .product(&path.product_id)
        .await?
        .ok_or(ShowError::NotFound("product"))?;
    let document = &stored.product.document;
    let sku_ids: Vec<SkuId> = document.skus.iter().map(|sku| sku.code.clone()).collect();
    let (levels, categories, brand, attributes) = try_join4(
        app.levels(&sku_ids),
        app.path(&stored.category_path),
        app.brand(&document.brand_id),
        app.attributes(document.category_id),
    )
    .await?;
    let around = Surroundings {
        levels: &levels,
        categories: &categories,
        brands: brand.as_deref().map(slice::from_ref).unwrap_or_default(),
        attributes: &attributes,
    };
    Ok(Reply::ok(ProductView::of(&stored, &around)).public_for(FRESH_SECONDS))
}
