//! Lists SKUs for staff, on sale or not: by id or part of the name, category of any level, brand and price.

use dynamo::DynamoError;
use edge::{Query, Reply, Staff};
use kernel::{BrandId, Limit, Money, Page, ProductId, SkuId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReadCatalog, holds, list_products::ListProductsError, product::BrandView};
use crate::{
    Catalog,
    domain::{Category, CategoryId, Choice, brand::Brand},
    store::{PageOf, StaffSkuRow, staff_sku_list},
};

/// Which SKUs, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only those with this id, or with this in their name, in whatever case.
    key: Option<Text<1, 100>>,
    /// Only those of this category and the categories below it.
    category_id: Option<CategoryId>,
    /// Only those of this brand.
    brand_id: Option<BrandId>,
    /// Only those of this price and above, in fen.
    min_price_fen: Option<Money>,
    /// Only those of this price and below, in fen.
    max_price_fen: Option<Money>,
    /// How many. A page may have fewer before the list ends: it looks at a bounded number of SKUs.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

/// A SKU in the lists of staff.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StaffSkuCard {
    sku_id: SkuId,
    product_id: ProductId,
    /// The SKU's name.
    name: String,
    /// The product's name.
    product_name: String,
    options: Vec<Choice>,
    brand: BrandView,
    category_id: CategoryId,
    price_fen: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// The weight of one piece in grams; 0 when it is not known.
    weight_grams: u32,
    /// Whether it can be bought, when it is in stock.
    on_sale: bool,
}

impl StaffSkuCard {
    fn of(row: StaffSkuRow, brands: &[Brand]) -> Self {
        Self {
            brand: BrandView::of(&row.brand_id, brands),
            category_id: row.category_id,
            name: row.sku_name,
            on_sale: row.on_sale,
            sku_id: row.sku.sku_id,
            product_id: row.sku.product_id,
            product_name: row.sku.name,
            options: row.sku.options,
            price_fen: row.sku.price,
            image: row.sku.image,
            weight_grams: row.sku.weight_grams,
        }
    }
}

impl Wanted {
    /// Whether a SKU has the brand and the price that are asked for.
    fn fits(&self, row: &StaffSkuRow) -> bool {
        let price = row.sku.price;
        self.brand_id
            .as_ref()
            .is_none_or(|brand| row.brand_id == *brand)
            && self.min_price_fen.is_none_or(|lowest| price >= lowest)
            && self.max_price_fen.is_none_or(|highest| price <= highest)
    }
}

pub(crate) async fn list_staff_skus(
    app: &Catalog,
    (_, Query(wanted)): (Staff<ReadCatalog>, Query<Wanted>),
) -> Result<Reply<Page<StaffSkuCard>>, ListProductsError> {
    let category = app.listed_category(wanted.category_id).await?;
    let found = match sku_of(app, &wanted, category.as_ref()).await? {
        Some(row) => Page {
            items: vec![row],
            next_cursor: None,
        },
        None => skus_named(app, &wanted, category.as_ref()).await?,
    };
    let brands = app.brands_of_page(&found, |row| &row.brand_id).await?;
    Ok(Reply::ok(found.map(|row| StaffSkuCard::of(row, &brands))))
}

/// The SKU whose id is the key: it alone is meant, whatever else has the key in its name.
async fn sku_of(
    app: &Catalog,
    wanted: &Wanted,
    category: Option<&Category>,
) -> Result<Option<StaffSkuRow>, DynamoError> {
    let Some(id) = wanted.key.as_deref().and_then(|key| SkuId::parse(key).ok()) else {
        return Ok(None);
    };
    let found = app.store.staff_sku(&id, category).await?;
    Ok(found.filter(|row| wanted.fits(row)))
}

async fn skus_named(
    app: &Catalog,
    wanted: &Wanted,
    category: Option<&Category>,
) -> Result<Page<StaffSkuRow>, ListProductsError> {
    let list = staff_sku_list(category);
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    let is_wanted =
        |row: &StaffSkuRow| wanted.fits(row) && holds(&row.sku_name, wanted.key.as_deref());
    app.store
        .staff_skus(&list, page, is_wanted)
        .await?
        .map_err(|_| ListProductsError::BadCursor)
}
