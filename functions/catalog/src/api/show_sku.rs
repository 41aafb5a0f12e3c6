//! Shows one SKU.

use std::sync::Arc;

use edge::{Cacheable, Path, Public, Reply};
use futures::future::try_join;
use kernel::{Money, ProductId, SkuId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ShowError;
use crate::{domain::Choice, storefront::Storefront};

/// How long browsers and the CDN may show a SKU without asking, in seconds.
const FRESH_SECONDS: u32 = 5;

/// Which SKU.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SkuPath {
    sku_id: SkuId,
}

/// A SKU.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SkuView {
    sku_id: SkuId,
    product_id: ProductId,
    /// The product's name.
    name: String,
    options: Vec<Choice>,
    price_fen: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// The weight of one piece in grams; 0 when it is not known.
    weight_grams: u32,
    /// How many can be bought now, over all warehouses.
    available: u64,
    in_stock: bool,
}

pub(crate) async fn show_sku(
    app: &Storefront,
    (_, Path(path)): (Public, Path<SkuPath>),
) -> Result<Reply<SkuView, Cacheable>, ShowError> {
    let ids = [path.sku_id];
    let (sku, levels) = try_join(app.sku(&ids[0]), app.levels(&ids)).await?;
    let sku = Arc::unwrap_or_clone(sku.ok_or(ShowError::NotFound("SKU"))?);
    let available = levels.iter().map(|level| level.available).sum();
    let view = SkuView {
        sku_id: sku.sku_id,
        product_id: sku.product_id,
        name: sku.name,
        options: sku.options,
        price_fen: sku.price,
        image: sku.image,
        weight_grams: sku.weight_grams,
        available,
        in_stock: available > 0,
    };
    Ok(Reply::ok(view).public_for(FRESH_SECONDS))
}
