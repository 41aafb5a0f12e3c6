//! Products and their history in the catalog table.

use dynamo::{Condition, Consistency, DynamoError, Key, Query, Transaction, Write};
use kernel::{BrandId, ProductId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::domain::{Category, CategoryId, Change, Product, ProductCard, SkuRecord, Status};

/// A product and the version of it that was read.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StoredProduct {
    pub(crate) product: Product,
    /// From the first level down to its category: a copy, moved after the category when that is moved.
    pub(crate) category_path: Vec<CategoryId>,
    /// Counts its changes, from 1.
    pub(crate) version: u64,
}

/// What is in a product's place, to be changed.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    /// The product; none was there yet, or it was removed.
    pub(crate) product: Option<StoredProduct>,
    /// The last version that there was of it, 0 for none. A draft that was removed and is made again counts on, so that no
    /// two that differ ever have the same version.
    pub(crate) version: u64,
}

/// What is in a product's place, as it is kept: a product, or what [`Removed`] leaves.
#[derive(Deserialize)]
pub(super) struct Place {
    product: Option<Product>,
    #[serde(default)]
    category_path: Vec<CategoryId>,
    version: u64,
}

/// What a draft that was removed leaves in its place.
#[derive(Serialize)]
struct Removed {
    version: u64,
    removed_at: Timestamp,
}

impl Place {
    pub(super) fn stored(self) -> Option<StoredProduct> {
        Some(StoredProduct {
            product: self.product?,
            category_path: self.category_path,
            version: self.version,
        })
    }
}

/// A product as it is kept. Which attributes it has says which lists it is in: `list_pk` and `brand_pk` are those of the
/// storefront and only of what is on sale, `staff_pk` and `staff_brand_pk` are those of all.
#[derive(Serialize)]
struct ProductRow<'p> {
    product: &'p Product,
    category_path: &'p [CategoryId],
    version: u64,
    status: Status,
    updated_at: Timestamp,
    card: ProductCard,
    list_pk: Option<&'static str>,
    brand_pk: Option<String>,
    list_sk: Option<String>,
    staff_pk: &'static str,
    staff_brand_pk: String,
    staff_sk: String,
}

/// A change of a product: what it becomes, in place of what was read.
#[derive(Debug)]
pub(crate) struct ProductChange<'c> {
    pub(crate) product: &'c Product,
    pub(crate) known: Option<&'c StoredProduct>,
    /// Of the version after the one that was read.
    pub(crate) entry: &'c Change,
    pub(crate) category: &'c Category,
    pub(crate) now: Timestamp,
}

/// Why a product was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProductUnwritten {
    #[error("the SKU {0} belongs to another product")]
    SkuTaken(SkuId),
    #[error("the change touches {0} SKUs, those that go included, and at most 96 fit into one")]
    TooManySkus(usize),
    #[error("it was changed at the same time")]
    ChangedMeanwhile,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

/// All products in the lists of the storefront, and in those of staff.
pub(super) const PRODUCTS: &str = "PRODUCTS";
impl Store {
    pub(crate) async fn product(
        &self,
        id: &ProductId,
        consistency: Consistency,
    ) -> Result<Option<StoredProduct>, DynamoError> {
        let place: Option<Place> = self.table.get(product_key(id), consistency).await?;
        Ok(place.and_then(Place::stored))
    }

    /// What is in a product's place, and from which version on a change of it counts.
    pub(crate) async fn latest_product(&self, id: &ProductId) -> Result<Latest, DynamoError> {
        let place = self.table.get(product_key(id), Consistency::Strong);
        let place: Option<Place> = place.await?;
        Ok(place.map_or_else(Latest::default, |place| Latest {
            version: place.version,
            product: place.stored(),
        }))
    }

    /// Writes a product with its SKUs in place of what was read, and the entry of its history, all or nothing. In the same
    /// transaction SKUs that the product no longer has go, or only leave the lists, see [`Product::keeps_codes`].
    pub(crate) async fn put_product(
        &self,
        change: &ProductChange<'_>,
        skus: &[SkuRecord],
    ) -> Result<(), ProductUnwritten> {
        let stays = |sku: &SkuId| skus.iter().any(|next| next.sku.sku_id == *sku);
        let known = change.known.map(|known| &known.product.document.skus);
        let gone: Vec<&SkuId> = known
            .into_iter()
            .flatten()
            .map(|sku| &sku.code)
            .filter(|sku| !stays(sku))
            .collect();
        let touched = skus.len() + gone.len();
        if touched > crate::domain::MAXIMUM_SKUS {
            return Err(ProductUnwritten::TooManySkus(touched));
        }
        let mut transaction = self.changing(change);
        for record in skus {
            transaction =
                transaction.with(self.put_sku(record, change.product, &change.category.path));
        }
        for sku in gone {
            transaction = transaction.with(self.drop_sku(change.product, sku));
        }
        let skus: Vec<&SkuId> = skus.iter().map(|record| &record.sku.sku_id).collect();
        commit(transaction, &skus).await
    }

    /// Writes a product as it is on sale, on itself and on each of its SKUs, and the entry of its history.
    pub(crate) async fn put_on_sale(
        &self,
        change: &ProductChange<'_>,
    ) -> Result<(), ProductUnwritten> {
        let transaction = self.changing(change);
        let skus = self.status_of_skus(change.product, &change.category.path);
        commit(skus.fold(transaction, Transaction::with), &[]).await
    }

    /// Writes a product as it is off sale, on itself and on each of its SKUs, and the entry of its history, whatever became
    /// of its category and its brand.
    pub(crate) async fn take_off_sale(
        &self,
        product: &Product,
        known: &StoredProduct,
        entry: &Change,
    ) -> Result<(), ProductUnwritten> {
        let path = &known.category_path;
        let row = ProductRow::of(product, path, entry.version);
        let put = Write::put(&self.table, product_key(&product.id), &row)
            .when(Condition::equals("version", known.version))
            .when(Condition::equals("category_path", path));
        let history = Write::put(&self.table, change_key(&product.id, entry), entry).if_absent();
        let transaction = Transaction::new().with(put).with(history);
        let skus = self.status_of_skus(product, path);
        commit(skus.fold(transaction, Transaction::with), &[]).await
    }

    /// Removes a product with its SKUs; its history stays, and its version.
    pub(crate) async fn remove_product(
        &self,
        known: &StoredProduct,
        entry: &Change,
    ) -> Result<(), ProductUnwritten> {
        let id = &known.product.id;
        let removed = Removed {
            version: entry.version,
            removed_at: entry.at,
        };
        let mut transaction = Transaction::new()
            .with(
                Write::put(&self.table, product_key(id), &removed)
                    .when(Condition::equals("version", known.version)),
            )
            .with(Write::put(&self.table, change_key(id, entry), entry).if_absent());
        for sku in &known.product.document.skus {
            transaction = transaction.with(self.drop_sku(&known.product, &sku.code));
        }
        commit(transaction, &[]).await
    }

    /// Lists a product and its SKUs below another path of its category, wherever they are listed. Not a change that staff
    /// make: its version stays, and with it what an editor has in hand. `false` when it is there already, or was changed
    /// meanwhile, by whom its path was read anew.
    pub(crate) async fn relist_product(
        &self,
        known: &StoredProduct,
        path: &[CategoryId],
    ) -> Result<bool, DynamoError> {
        if known.category_path == path || known.category_path.last() != path.last() {
            return Ok(false);
        }
        let product = &known.product;
        let place = product_place(path, &product.id);
        let update = Write::update(&self.table, product_key(&product.id))
            .set("category_path", path)
            .set(
                "list_sk",
                (product.status == Status::OnSale).then_some(&place),
            )
            .set("staff_sk", &place)
            .when(Condition::equals("category_path", &known.category_path))
            .when(Condition::equals("version", known.version));
        let mut transaction = Transaction::new().with(update);
        for sku in &product.document.skus {
            transaction = transaction.with(self.relist_sku(product, path, &sku.code));
        }
        match commit(transaction, &[]).await {
            Ok(()) => Ok(true),
            Err(ProductUnwritten::Store(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// The writes that every change of a product has: the product in place of the version that was read, its history, and
    /// that its category and its brand are there and stay.
    fn changing(&self, change: &ProductChange<'_>) -> Transaction {
        let (product, version) = (change.product, change.entry.version);
        let row = ProductRow::of(product, &change.category.path, version);
        let put = Write::put(&self.table, product_key(&product.id), &row);
        let put = match version {
            0 | 1 => put.if_absent(),
            _ => put.when(Condition::equals("version", version - 1)),
        };
        Transaction::new()
            .with(put)
            .with(
                Write::put(
                    &self.table,
                    change_key(&product.id, change.entry),
                    change.entry,
                )
                .if_absent(),
            )
            .with(self.check_category(change.category, change.now))
            .with(self.check_brand(&product.document.brand_id, change.now))
    }
}

/// The place of the first SKU in a transaction of [`Store::changing`].
const FIRST_SKU: usize = 4;

async fn commit(transaction: Transaction, skus: &[&SkuId]) -> Result<(), ProductUnwritten> {
    let Err(error) = transaction.commit().await else {
        return Ok(());
    };
    let mut taken = skus.iter().enumerate();
    let failed = |place| error.condition_failed(place).is_some();
    // A stale version explains whatever else does not hold.
    if !(0..FIRST_SKU).any(failed)
        && let Some((_, sku)) = taken.find(|(index, _)| failed(FIRST_SKU + index))
    {
        return Err(ProductUnwritten::SkuTaken((*sku).clone()));
    }
    if (0..FIRST_SKU + crate::domain::MAXIMUM_SKUS).any(failed) {
        return Err(ProductUnwritten::ChangedMeanwhile);
    }
    Err(error.otherwise().into())
}

impl<'p> ProductRow<'p> {
    fn of(product: &'p Product, category_path: &'p [CategoryId], version: u64) -> Self {
        let place = product_place(category_path, &product.id);
        let of_brand = brand_pk(&product.document.brand_id);
        let listed = product.status == Status::OnSale;
        Self {
            product,
            category_path,
            version,
            status: product.status,
            updated_at: product.updated_at,
            card: product.card(),
            list_pk: listed.then_some(PRODUCTS),
            brand_pk: listed.then(|| of_brand.clone()),
            list_sk: listed.then(|| place.clone()),
            staff_pk: PRODUCTS,
            staff_brand_pk: of_brand,
            staff_sk: place,
        }
    }
}

/// Every product below a place in the tree, whatever its status.
pub(super) fn products_below(path: &[CategoryId]) -> Query {
    Query::index("staff", ("staff_pk", "staff_sk"), PRODUCTS).prefix(path_prefix(path))
}

/// Every product of a brand, whatever its status.
pub(super) fn products_of_brand(brand: &BrandId) -> Query {
    Query::index(
        "staff_brand",
        ("staff_brand_pk", "staff_sk"),
        brand_pk(brand),
    )
}

/// The history of a product, last change first.
pub(crate) fn product_changes(id: &ProductId) -> Query {
    Query::partition(product_key(id).pk)
        .prefix(CHANGE)
        .descending()
}

const CHANGE: &str = "CHANGE#";

/// Sorts by time, then by version.
fn change_key(id: &ProductId, change: &Change) -> Key {
    let place = format!(
        "{CHANGE}{:014}#{:010}",
        change.at.as_millis(),
        change.version
    );
    Key::new(product_key(id).pk, place)
}

pub(super) fn product_place(path: &[CategoryId], id: &ProductId) -> String {
    format!("{}{id}", path_prefix(path))
}

pub(super) fn path_prefix(path: &[CategoryId]) -> String {
    path.iter().map(|id| format!("{}/", id.digits())).collect()
}

pub(super) fn brand_pk(brand: &BrandId) -> String {
    format!("B#{brand}")
}

fn product_key(id: &ProductId) -> Key {
    Key::new(format!("P#{id}"), "PRODUCT")
}
