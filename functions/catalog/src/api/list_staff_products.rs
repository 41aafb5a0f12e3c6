//! Lists products for staff, on sale or not: by id or part of the name, category of any level, brand and status.

use dynamo::{Consistency, DynamoError};
use edge::{Query, Reply, Staff};
use kernel::{BrandId, Limit, Page, ProductId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReadCatalog, holds, list_products::ListProductsError, product::CardView};
use crate::{
    Catalog,
    domain::{CategoryId, Status, brand::Brand},
    store::{PageOf, StaffProductRow, StoredProduct, staff_product_list},
};

/// Which products, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only those with this id, or with this in their name, in whatever case.
    key: Option<Text<1, 100>>,
    /// Only those of this category and the categories below it.
    category_id: Option<CategoryId>,
    /// Only those of this brand.
    brand_id: Option<BrandId>,
    /// Only those that are there in their life.
    status: Option<Status>,
    /// How many. A page may have fewer before the list ends: with `key` or `status` it looks at a bounded number of products.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

/// A product in the lists of staff.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StaffProductCard {
    #[serde(flatten)]
    card: CardView,
    status: Status,
    /// Counts its changes, from 1.
    version: u64,
    updated_at: Timestamp,
}

impl StaffProductCard {
    fn of(row: StaffProductRow, brands: &[Brand]) -> Self {
        Self {
            card: CardView::of(row.card, brands),
            status: row.status,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

impl Wanted {
    /// Whether a product that its id found is one of those that are asked for.
    fn fits(&self, found: &StoredProduct) -> bool {
        let product = &found.product;
        self.category_id
            .is_none_or(|category| found.category_path.contains(&category))
            && self
                .brand_id
                .as_ref()
                .is_none_or(|brand| product.document.brand_id == *brand)
            && self.status.is_none_or(|status| product.status == status)
    }
}

pub(crate) async fn list_staff_products(
    app: &Catalog,
    (_, Query(wanted)): (Staff<ReadCatalog>, Query<Wanted>),
) -> Result<Reply<Page<StaffProductCard>>, ListProductsError> {
    let found = match product_of(app, &wanted).await? {
        Some(row) => Page {
            items: vec![row],
            next_cursor: None,
        },
        None => products_named(app, &wanted).await?,
    };
    let brands = app.brands_of_page(&found, |row| &row.card.brand_id).await?;
    Ok(Reply::ok(
        found.map(|row| StaffProductCard::of(row, &brands)),
    ))
}

/// The product whose id is the key: it alone is meant, whatever else has the key in its name.
async fn product_of(
    app: &Catalog,
    wanted: &Wanted,
) -> Result<Option<StaffProductRow>, DynamoError> {
    let Some(id) = wanted
        .key
        .as_deref()
        .and_then(|key| ProductId::parse(key).ok())
    else {
        return Ok(None);
    };
    let found = app.store.product(&id, Consistency::Eventual).await?;
    let found = found.filter(|found| wanted.fits(found));
    Ok(found.map(|found| StaffProductRow {
        card: found.product.card(),
        status: found.product.status,
        version: found.version,
        updated_at: found.product.updated_at,
    }))
}

async fn products_named(
    app: &Catalog,
    wanted: &Wanted,
) -> Result<Page<StaffProductRow>, ListProductsError> {
    let category = app.listed_category(wanted.category_id).await?;
    let list = staff_product_list(category.as_ref(), wanted.brand_id.as_ref());
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    let is_wanted = |row: &StaffProductRow| {
        wanted.status.is_none_or(|status| row.status == status)
            && holds(&row.card.name, wanted.key.as_deref())
    };
    app.store
        .staff_products(&list, page, is_wanted)
        .await?
        .map_err(|_| ListProductsError::BadCursor)
}
