//! SKUs in the catalog table: each an item of its own, which belongs to a product.

use dynamo::{Condition, Consistency, DynamoError, Key, Write};
use kernel::{BrandId, Money, ProductId, SkuId};
use serde::{Deserialize, Serialize};

use super::{Store, products::product_place};
use crate::domain::{CategoryId, Choice, Product, Sku, SkuRecord, Status};

/// A SKU as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SkuRow {
    pub(super) sku_id: SkuId,
    pub(super) product_id: ProductId,
    pub(super) name: String,
    pub(super) options: Vec<Choice>,
    pub(super) price: Money,
    pub(super) image: Option<String>,
    pub(super) weight_grams: u32,
    pub(super) on_sale: bool,
    pub(super) sku_name: String,
    pub(super) brand_id: BrandId,
    pub(super) category_id: CategoryId,
    /// Absent, as `staff_sk` is, of what its product dropped: it is in no list and only keeps its code.
    staff_pk: Option<String>,
    pub(super) staff_sk: Option<String>,
}

impl From<SkuRow> for Sku {
    fn from(row: SkuRow) -> Self {
        Self {
            sku_id: row.sku_id,
            product_id: row.product_id,
            name: row.name,
            options: row.options,
            price: row.price,
            image: row.image,
            weight_grams: row.weight_grams,
        }
    }
}

impl From<SkuRow> for SkuRecord {
    fn from(row: SkuRow) -> Self {
        Self {
            sku_name: row.sku_name.clone(),
            on_sale: row.on_sale,
            sku: row.into(),
        }
    }
}

/// All SKUs in the lists of staff.
pub(super) const SKUS: &str = "SKUS";

impl Store {
    /// Whether these SKUs are kept just as they would be written.
    pub(crate) async fn keeps_skus(&self, skus: &[SkuRecord]) -> Result<bool, DynamoError> {
        let keys = skus.iter().map(|record| sku_key(&record.sku.sku_id));
        let rows: Vec<SkuRow> = self
            .table
            .get_many(keys.collect(), Consistency::Strong)
            .await?;
        let kept: Vec<SkuRecord> = rows.into_iter().map(SkuRecord::from).collect();
        Ok(skus.iter().all(|record| kept.contains(record)))
    }

    /// Writes a SKU of a product, unless its code belongs to another.
    pub(super) fn put_sku(
        &self,
        record: &SkuRecord,
        product: &Product,
        path: &[CategoryId],
    ) -> Write {
        let row = SkuRow::of(record, product, path);
        Write::put(&self.table, sku_key(&row.sku_id), &row).when(Condition::any(vec![
            Condition::item_absent(),
            Condition::equals("product_id", &row.product_id),
        ]))
    }

    /// Takes a SKU from a product that no longer has it.
    pub(super) fn drop_sku(&self, product: &Product, sku: &SkuId) -> Write {
        let write = if product.keeps_codes() {
            Write::update(&self.table, sku_key(sku))
                .set("on_sale", false)
                .set("staff_pk", None::<&str>)
                .set("staff_sk", None::<&str>)
        } else {
            Write::delete(&self.table, sku_key(sku))
        };
        write.when(Condition::equals("product_id", &product.id))
    }

    /// Lists a SKU below another path of its category.
    pub(super) fn relist_sku(&self, product: &Product, path: &[CategoryId], sku: &SkuId) -> Write {
        Write::update(&self.table, sku_key(sku))
            .set("staff_sk", sku_place(path, product, sku))
            .when(Condition::equals("product_id", &product.id))
    }

    /// What a change of a product's status writes on its SKUs.
    pub(super) fn status_of_skus<'s>(
        &'s self,
        product: &'s Product,
        path: &'s [CategoryId],
    ) -> impl Iterator<Item = Write> + 's {
        let on_sale = product.status == Status::OnSale;
        product.document.skus.iter().map(move |sku| {
            Write::update(&self.table, sku_key(&sku.code))
                .set("on_sale", on_sale)
                .set("staff_sk", sku_place(path, product, &sku.code))
                .when(Condition::equals("product_id", &product.id))
        })
    }
}

impl SkuRow {
    fn of(record: &SkuRecord, product: &Product, category_path: &[CategoryId]) -> Self {
        let sku = &record.sku;
        Self {
            sku_id: sku.sku_id.clone(),
            product_id: sku.product_id.clone(),
            name: sku.name.clone(),
            options: sku.options.clone(),
            price: sku.price,
            image: sku.image.clone(),
            weight_grams: sku.weight_grams,
            on_sale: record.on_sale,
            sku_name: record.sku_name.clone(),
            brand_id: product.document.brand_id.clone(),
            category_id: product.document.category_id,
            staff_pk: Some(SKUS.to_owned()),
            staff_sk: Some(sku_place(category_path, product, &sku.sku_id)),
        }
    }
}

fn sku_place(path: &[CategoryId], product: &Product, sku: &SkuId) -> String {
    format!("{}#{sku}", product_place(path, &product.id))
}

pub(super) fn sku_key(id: &SkuId) -> Key {
    Key::new(format!("S#{id}"), "SKU")
}
