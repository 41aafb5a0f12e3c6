//! Lists of products and SKUs in the catalog table, and SKUs for the services above.

use dynamo::{Consistency, DynamoError, InvalidSignature, Query, Signer, Table};
use edge::Boot;
use kernel::{BrandId, ConfigError, Limit, Page, SkuId, Timestamp};
use serde::Deserialize;

use super::{
    Store,
    products::{PRODUCTS, brand_pk, path_prefix},
    skus::{SKUS, SkuRow, sku_key},
};
use crate::domain::{Category, CategoryId, Change, ProductCard, Sku, Status};

/// The SKUs of the mall, for the services above.
#[derive(Debug, Clone)]
pub struct Skus {
    table: Table,
}

#[derive(Deserialize)]
struct ListedRow {
    card: ProductCard,
}

/// A product as the lists of staff show it.
#[derive(Debug, Deserialize)]
pub(crate) struct StaffProductRow {
    pub(crate) card: ProductCard,
    pub(crate) status: Status,
    pub(crate) version: u64,
    pub(crate) updated_at: Timestamp,
}

/// A SKU as the lists of staff show it.
#[derive(Debug)]
pub(crate) struct StaffSkuRow {
    pub(crate) sku: Sku,
    pub(crate) sku_name: String,
    pub(crate) on_sale: bool,
    pub(crate) brand_id: BrandId,
    pub(crate) category_id: CategoryId,
}

/// Which page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageOf<'p> {
    pub(crate) cursors: &'p Signer,
    pub(crate) limit: Limit,
    pub(crate) cursor: Option<&'p str>,
}

impl Skus {
    /// The SKUs in the table that `CATALOG_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("CATALOG_TABLE")?,
        })
    }

    /// The SKUs of these ids, in one stage and in no order; those that are not on sale are left out.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn find(
        &self,
        ids: &[SkuId],
        consistency: Consistency,
    ) -> Result<Vec<Sku>, DynamoError> {
        let keys = ids.iter().map(sku_key).collect();
        let found: Vec<SkuRow> = self.table.get_many(keys, consistency).await?;
        let on_sale = found.into_iter().filter(|row| row.on_sale);
        Ok(on_sale.map(Sku::from).collect())
    }
}

impl Store {
    pub(crate) fn skus(&self) -> Skus {
        Skus {
            table: self.table.clone(),
        }
    }

    /// A SKU, on sale or not, if its product has it and it is of this category of any level.
    pub(crate) async fn staff_sku(
        &self,
        id: &SkuId,
        category: Option<&Category>,
    ) -> Result<Option<StaffSkuRow>, DynamoError> {
        let found: Option<SkuRow> = self.table.get(sku_key(id), Consistency::Eventual).await?;
        let place = category.map_or_else(String::new, |category| path_prefix(&category.path));
        let listed = |row: &SkuRow| {
            row.staff_sk
                .as_ref()
                .is_some_and(|sk| sk.starts_with(&place))
        };
        let found = found.filter(listed);
        Ok(found.map(StaffSkuRow::from))
    }

    /// A page of a list of products of the storefront.
    pub(crate) async fn list(
        &self,
        list: &Query,
        page: PageOf<'_>,
    ) -> Result<Result<Page<ProductCard>, InvalidSignature>, DynamoError> {
        let start = match list.start(page.cursors, page.cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let found = list
            .page::<ListedRow>(&self.table, page.cursors, page.limit, start)
            .await?;
        Ok(Ok(found.map(|row| row.card)))
    }

    /// A page of those products of a list that are wanted. It may be short before the list ends.
    pub(crate) async fn staff_products(
        &self,
        list: &Query,
        page: PageOf<'_>,
        wanted: impl Fn(&StaffProductRow) -> bool,
    ) -> Result<Result<Page<StaffProductRow>, InvalidSignature>, DynamoError> {
        let start = match list.start(page.cursors, page.cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        list.search(&self.table, page.cursors, page.limit, start, wanted)
            .await
            .map(Ok)
    }

    /// A page of those SKUs of a list that are wanted. It may be short before the list ends.
    pub(crate) async fn staff_skus(
        &self,
        list: &Query,
        page: PageOf<'_>,
        wanted: impl Fn(&StaffSkuRow) -> bool,
    ) -> Result<Result<Page<StaffSkuRow>, InvalidSignature>, DynamoError> {
        let start = match list.start(page.cursors, page.cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        list.search(&self.table, page.cursors, page.limit, start, wanted)
            .await
            .map(Ok)
    }

    /// A page of a product's history, last change first.
    pub(crate) async fn changes(
        &self,
        list: &Query,
        page: PageOf<'_>,
    ) -> Result<Result<Page<Change>, InvalidSignature>, DynamoError> {
        let start = match list.start(page.cursors, page.cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        list.page(&self.table, page.cursors, page.limit, start)
            .await
            .map(Ok)
    }
}

impl<'de> Deserialize<'de> for StaffSkuRow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SkuRow::deserialize(deserializer).map(Self::from)
    }
}

impl From<SkuRow> for StaffSkuRow {
    fn from(row: SkuRow) -> Self {
        Self {
            sku_name: row.sku_name.clone(),
            on_sale: row.on_sale,
            brand_id: row.brand_id.clone(),
            category_id: row.category_id,
            sku: row.into(),
        }
    }
}

/// Products on sale of a category of any level and of a brand, or of all of either.
pub(crate) fn product_list(category: Option<&Category>, brand: Option<&BrandId>) -> Query {
    let list = match brand {
        None => Query::index("listing", ("list_pk", "list_sk"), PRODUCTS),
        Some(brand) => Query::index("brand", ("brand_pk", "list_sk"), brand_pk(brand)),
    };
    below(list, category)
}

/// Products, on sale or not, of a category of any level and of a brand, or of all of either.
pub(crate) fn staff_product_list(category: Option<&Category>, brand: Option<&BrandId>) -> Query {
    let list = match brand {
        None => Query::index("staff", ("staff_pk", "staff_sk"), PRODUCTS),
        Some(brand) => Query::index(
            "staff_brand",
            ("staff_brand_pk", "staff_sk"),
            brand_pk(brand),
        ),
    };
    below(list, category)
}

/// SKUs, on sale or not, of a category of any level, or of all.
pub(crate) fn staff_sku_list(category: Option<&Category>) -> Query {
    below(
        Query::index("staff", ("staff_pk", "staff_sk"), SKUS),
        category,
    )
}

fn below(list: Query, category: Option<&Category>) -> Query {
    match category {
        None => list,
        Some(category) => list.prefix(path_prefix(&category.path)),
    }
}
