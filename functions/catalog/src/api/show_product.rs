//! Shows all that a product's page needs.

use dynamo::Consistency;
use edge::{Cacheable, Path, Public, Reply};
use futures::future::try_join4;
use kernel::SkuId;

use super::{
    ShowError,
    product::ProductPath,
    product_page::{ProductView, Surroundings},
};
use crate::{Catalog, domain::Status};

/// How long browsers and the CDN may show a product without asking, in seconds. Short, as it tells what is in stock.
const FRESH_SECONDS: u32 = 5;

pub(crate) async fn show_product(
    app: &Catalog,
    (_, Path(path)): (Public, Path<ProductPath>),
) -> Result<Reply<ProductView, Cacheable>, ShowError> {
    let stored = app
        .store
        .product(&path.product_id, Consistency::Eventual)
        .await?
        .filter(|stored| stored.product.status == Status::OnSale)
        .ok_or(ShowError::NotFound("product"))?;
    let document = &stored.product.document;
    let sku_ids: Vec<SkuId> = document.skus.iter().map(|sku| sku.code.clone()).collect();
    let brand_ids = [document.brand_id.clone()];
    let (levels, categories, brands, attributes) = try_join4(
        app.levels.of(&sku_ids, Consistency::Eventual),
        app.store
            .categories_of(&stored.category_path, Consistency::Eventual),
        app.store.brands_of(&brand_ids, Consistency::Eventual),
        app.store
            .attributes_of(document.category_id, Consistency::Eventual),
    )
    .await?;
    let around = Surroundings {
        levels: &levels,
        categories: &categories,
        brands: &brands,
        attributes: &attributes,
    };
    Ok(Reply::ok(ProductView::of(&stored, &around)).public_for(FRESH_SECONDS))
}
