//! Brands in the catalog table, and the lists of those that serve a category.

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Key, Query, Signer, Table, Transaction,
    Write,
};
use futures::future::try_join_all;
use kernel::{BrandId, Limit, Page, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Store,
    products::products_of_brand,
    taxonomy::{Unwritten, at_version, commit, not_closing},
    tree::Present,
};
use crate::domain::{CategoryId, brand::Brand};

const BRANDS: &str = "BRANDS";

/// The most brands of one category that are shown, for each level of its path.
const MOST_SERVING: usize = 200;

/// A brand in the list of a category that it serves.
#[derive(Serialize, Deserialize)]
struct Link {
    brand_id: BrandId,
}

impl Store {
    /// Those of these brands that exist, in no order.
    pub(crate) async fn brands_of(
        &self,
        ids: &[BrandId],
        consistency: Consistency,
    ) -> Result<Vec<Brand>, DynamoError> {
        self.table
            .get_many(ids.iter().map(brand_key).collect(), consistency)
            .await
    }

    /// Writes a brand in place of the one that was read, and in the lists of the categories that it serves.
    pub(crate) async fn put_brand(
        &self,
        brand: &Brand,
        known: Option<&Brand>,
    ) -> Result<(), Unwritten> {
        let put = Write::put(&self.table, brand_key(&brand.id), brand);
        let put = match known {
            None => put.if_absent(),
            Some(known) => put.when(at_version(known.version)),
        };
        let before = known.map(serving_keys).unwrap_or_default();
        let after = serving_keys(brand);
        let link = Link {
            brand_id: brand.id.clone(),
        };
        let mut transaction = Transaction::new().with(put);
        for gone in before.iter().filter(|key| !after.contains(key)) {
            transaction = transaction.with(Write::delete(&self.table, gone.clone()));
        }
        for new in after.iter().filter(|key| !before.contains(key)) {
            transaction = transaction.with(Write::put(&self.table, new.clone(), &link));
        }
        commit(transaction).await
    }

    /// A page of the brands that `keep` keeps, in the order of their ids.
    pub(crate) async fn search_brands(
        &self,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
        keep: impl Fn(&Brand) -> bool,
    ) -> Result<Result<Page<Brand>, InvalidSignature>, DynamoError> {
        let list = Query::partition(BRANDS);
        let start = match list.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let page = list.search(&self.table, cursors, limit, start, keep);
        page.await.map(Ok)
    }

    /// The brands that serve the last category of this path, or one above it, in no order.
    pub(crate) async fn brands_serving(
        &self,
        path: &[CategoryId],
    ) -> Result<Vec<Brand>, DynamoError> {
        let lists = path.iter().map(|id| async move {
            let list = Query::partition(serving_partition(*id));
            list.first::<Link>(&self.table, MOST_SERVING).await
        });
        let links = try_join_all(lists).await?;
        let ids: Vec<BrandId> = links
            .into_iter()
            .flatten()
            .map(|link| link.brand_id)
            .collect();
        self.brands_of(&ids, Consistency::Eventual).await
    }

    /// A check for a transaction that writes something which refers to a brand: the brand still is there, and is not about
    /// to be removed.
    pub(crate) fn check_brand(&self, id: &BrandId, now: Timestamp) -> Write {
        Write::check(&self.table, brand_key(id))
            .when(Condition::item_exists())
            .when(not_closing(now))
    }

    /// Announces that a brand is about to be removed: until then nothing new refers to it.
    pub(crate) async fn close_brand(
        &self,
        brand: &Brand,
        until: Timestamp,
    ) -> Result<(), Unwritten> {
        let mark = Write::update(&self.table, brand_key(&brand.id))
            .set("closing_until", until.as_millis())
            .when(at_version(brand.version));
        Ok(Table::write(mark).await?)
    }

    /// Takes that back.
    pub(crate) async fn reopen_brand(
        &self,
        id: &BrandId,
        until: Timestamp,
    ) -> Result<(), Unwritten> {
        let mark = Write::update(&self.table, brand_key(id))
            .set("closing_until", None::<i64>)
            .when(Condition::equals("closing_until", until.as_millis()));
        Ok(Table::write(mark).await?)
    }

    /// Removes a brand that was announced so, and nobody changed since.
    pub(crate) async fn remove_brand(
        &self,
        brand: &Brand,
        until: Timestamp,
    ) -> Result<(), Unwritten> {
        let delete = Write::delete(&self.table, brand_key(&brand.id))
            .when(at_version(brand.version))
            .when(Condition::equals("closing_until", until.as_millis()));
        let links = serving_keys(brand).into_iter();
        let links = links.map(|key| Write::delete(&self.table, key));
        commit(links.fold(Transaction::new().with(delete), Transaction::with)).await
    }

    /// Whether any product, whatever its status, is of this brand.
    pub(crate) async fn brand_has_products(&self, id: &BrandId) -> Result<bool, DynamoError> {
        let found = products_of_brand(id)
            .first::<Present>(&self.table, 1)
            .await?;
        Ok(!found.is_empty())
    }
}

fn brand_key(id: &BrandId) -> Key {
    Key::new(BRANDS, id.as_str())
}

/// Where a brand stands in the lists of the categories that it serves, each in the order of `sort`.
fn serving_keys(brand: &Brand) -> Vec<Key> {
    let place = format!("{}#{}", brand.sort.digits(), brand.id);
    let key = |id: &CategoryId| Key::new(serving_partition(*id), place.clone());
    brand.category_ids.iter().map(key).collect()
}

fn serving_partition(category: CategoryId) -> String {
    format!("BRANDS#{}", category.digits())
}
