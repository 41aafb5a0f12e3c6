//! Products and SKUs in the catalog table.

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Key, Query, Signer, Table, Transaction,
    Write,
};
use edge::Boot;
use kernel::{BrandId, ConfigError, Limit, Page, ProductId, SkuId};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::domain::{Category, CategoryId, Product, ProductCard, Sku};

/// The SKUs of the mall, for the services above.
#[derive(Debug, Clone)]
pub struct Skus {
    table: Table,
}

/// A product and the version of it that was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredProduct {
    pub(crate) product: Product,
    pub(crate) version: u64,
}

#[derive(Serialize)]
struct ProductRow<'p> {
    product: &'p Product,
    version: u64,
    list_pk: &'static str,
    list_sk: String,
    brand_pk: String,
    card: ProductCard,
}

#[derive(Deserialize)]
struct ListedRow {
    card: ProductCard,
}

/// Why a product was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PutProductFailure {
    #[error("the SKU {0} belongs to another product")]
    SkuTaken(SkuId),
    #[error("the product was changed at the same time")]
    ChangedMeanwhile,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

const LISTED: &str = "PRODUCTS";

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

    /// The SKUs of these ids, in one stage and in no order; those that are not for sale are left out.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn find(
        &self,
        ids: &[SkuId],
        consistency: Consistency,
    ) -> Result<Vec<Sku>, DynamoError> {
        self.table
            .get_many(ids.iter().map(sku_key).collect(), consistency)
            .await
    }
}

impl Store {
    pub(crate) fn skus(&self) -> Skus {
        Skus {
            table: self.table.clone(),
        }
    }

    pub(crate) async fn product(
        &self,
        id: &ProductId,
        consistency: Consistency,
    ) -> Result<Option<StoredProduct>, DynamoError> {
        self.table.get(product_key(id), consistency).await
    }

    /// A page of a list of products.
    pub(crate) async fn list(
        &self,
        list: &Query,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<ProductCard>, InvalidSignature>, DynamoError> {
        let start = match list.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let page = list
            .page::<ListedRow>(&self.table, cursors, limit, start)
            .await?;
        Ok(Ok(page.map(|row| row.card)))
    }

    /// Writes a product and its SKUs in place of what was read, all or nothing. SKUs that the product no longer has go
    /// first: should this die between the two, they are not for sale, and publishing again completes it.
    pub(crate) async fn put_product(
        &self,
        product: &Product,
        known: Option<&StoredProduct>,
    ) -> Result<(), PutProductFailure> {
        if let Some(known) = known {
            self.remove_skus(product, &known.product).await?;
        }
        let row = ProductRow {
            product,
            version: known.map_or(0, |known| known.version) + 1,
            list_pk: LISTED,
            list_sk: format!("{}{}", path_prefix(&product.category_path), product.id),
            brand_pk: brand_pk(&product.brand.id),
            card: product.card(),
        };
        let put = Write::put(&self.table, product_key(&product.id), &row);
        let put = match known {
            None => put.if_absent(),
            Some(known) => put.when(Condition::equals("version", known.version)),
        };
        let mut transaction = Transaction::new().with(put);
        for sku in &product.skus {
            transaction = transaction.with(
                Write::put(&self.table, sku_key(&sku.sku_id), sku).when(Condition::any(vec![
                    Condition::item_absent(),
                    Condition::equals("product_id", &product.id),
                ])),
            );
        }
        let Err(error) = transaction.commit().await else {
            return Ok(());
        };
        if error.condition_failed(0).is_some() {
            return Err(PutProductFailure::ChangedMeanwhile);
        }
        let taken =
            (0..product.skus.len()).find(|index| error.condition_failed(index + 1).is_some());
        Err(match taken {
            Some(index) => PutProductFailure::SkuTaken(product.skus[index].sku_id.clone()),
            None => error.otherwise().into(),
        })
    }

    /// Lists a product below another path of its category. Not a change that staff make: its version stays, and with it what
    /// an editor has in hand. `false` when it is there already, or was changed meanwhile, by whom its path was read anew.
    pub(crate) async fn relist_product(
        &self,
        known: &StoredProduct,
        path: &[CategoryId],
    ) -> Result<bool, DynamoError> {
        let mut product = known.product.clone();
        if product.category_path == path || product.category_path.last() != path.last() {
            return Ok(false);
        }
        path.clone_into(&mut product.category_path);
        let row = ProductRow {
            product: &product,
            version: known.version,
            list_pk: LISTED,
            list_sk: format!("{}{}", path_prefix(path), product.id),
            brand_pk: brand_pk(&product.brand.id),
            card: product.card(),
        };
        let put = Write::put(&self.table, product_key(&product.id), &row)
            .when(Condition::equals("version", known.version));
        match dynamo::Table::write(put).await {
            Ok(()) => Ok(true),
            Err(dynamo::WriteError::ConditionFailed(_)) => Ok(false),
            Err(dynamo::WriteError::Call(error)) => Err(error),
        }
    }

    async fn remove_skus(&self, product: &Product, known: &Product) -> Result<(), DynamoError> {
        let stays = |sku: &Sku| product.skus.iter().any(|next| next.sku_id == sku.sku_id);
        let gone = known.skus.iter().filter(|sku| !stays(sku));
        let transaction = gone.fold(Transaction::new(), |transaction, sku| {
            transaction.with(Write::delete(&self.table, sku_key(&sku.sku_id)))
        });
        transaction
            .commit()
            .await
            .map_err(dynamo::TransactionError::otherwise)
    }
}

/// Products of a category of any level and of a brand, or of all of either.
pub(crate) fn product_list(category: Option<&Category>, brand: Option<&BrandId>) -> Query {
    let list = match brand {
        None => Query::index("listing", ("list_pk", "list_sk"), LISTED),
        Some(brand) => Query::index("brand", ("brand_pk", "list_sk"), brand_pk(brand)),
    };
    match category {
        None => list,
        Some(category) => list.prefix(path_prefix(&category.path)),
    }
}

/// Every product below a place in the tree, whatever its status.
pub(super) fn products_below(path: &[CategoryId]) -> Query {
    Query::index("listing", ("list_pk", "list_sk"), LISTED).prefix(path_prefix(path))
}

/// Every product of a brand, whatever its status.
pub(super) fn products_of_brand(brand: &BrandId) -> Query {
    Query::index("brand", ("brand_pk", "list_sk"), brand_pk(brand))
}

fn path_prefix(path: &[CategoryId]) -> String {
    path.iter().map(|id| format!("{}/", id.digits())).collect()
}

fn brand_pk(brand: &BrandId) -> String {
    format!("B#{brand}")
}

fn product_key(id: &ProductId) -> Key {
    Key::new(format!("P#{id}"), "PRODUCT")
}

fn sku_key(id: &SkuId) -> Key {
    Key::new(format!("S#{id}"), "SKU")
}
