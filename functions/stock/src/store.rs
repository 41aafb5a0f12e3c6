//! The stock table: its keys and attributes, here and in the modules below, and nowhere else. This file has the levels.

mod books;
mod ledger;
mod listing;
mod purchases;
mod warehouses;

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Item, Key, Query, Signer, Table,
    Transaction, TransactionError, Write,
};
use edge::Boot;
use futures::future::try_join_all;
use kernel::{ConfigError, Limit, Page, Quantity, SkuId, StaffId, Text, Timestamp, WarehouseId};
use serde::{Deserialize, Serialize};

use crate::domain::{
    Adjustment, Change, Movement, OrderedLine, Receipt, StockLevel, VoucherNumber,
};
use listing::{LIST_PK, LIST_SK};

pub(crate) use listing::PageOf;

pub use books::{StockBook, StockBooks, StockPlace};
pub(crate) use purchases::{NeedList, PurchaseList, Purchases, SaveFailure};
pub(crate) use warehouses::{RemoveFailure, Warehouses};

/// The levels of stock, for this service and those above it.
#[derive(Debug, Clone)]
pub struct Levels {
    table: Table,
}

/// A warehouse no longer has what was to be taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEnough;

#[derive(Serialize, Deserialize)]
struct LevelRow {
    pk: String,
    sk: String,
    #[serde(default)]
    available: u64,
    #[serde(default)]
    received: u64,
    #[serde(default)]
    adjusted: i64,
}

/// What came of writing a receipt down.
pub(crate) enum Received {
    /// It was new and counts.
    Counted,
    /// It was there, with this content; nothing changed.
    Known(Receipt),
}

/// What came of writing an adjustment down.
pub(crate) enum Adjusted {
    /// It was new and counts.
    Counted,
    /// It was there, with this content; nothing changed.
    Known(Adjustment),
    /// It takes more than what is not promised to orders, which is this; nothing changed.
    NotEnough(u64),
}

#[derive(Serialize)]
struct Nothing {}

impl Levels {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// The levels in the table that `STOCK_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self::new(boot.table("STOCK_TABLE")?))
    }

    /// All levels of these SKUs, in one stage; a SKU that no warehouse ever had brings none.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn of(
        &self,
        skus: &[SkuId],
        consistency: Consistency,
    ) -> Result<Vec<StockLevel>, DynamoError> {
        let queries = skus.iter().map(|sku| async move {
            let query = Query::partition(format!("S#{sku}"));
            let query = match consistency {
                Consistency::Strong => query.strong(),
                Consistency::Eventual => query,
            };
            query.all::<LevelRow>(&self.table).await
        });
        try_join_all(queries)
            .await?
            .into_iter()
            .flatten()
            .map(level)
            .collect()
    }

    /// A page of the levels of a SKU, by warehouse.
    pub(crate) async fn of_sku(
        &self,
        sku: &SkuId,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<StockLevel>, InvalidSignature>, DynamoError> {
        let list = Query::partition(format!("S#{sku}")).strong();
        let start = match list.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let page = list
            .page::<LevelRow>(&self.table, cursors, limit, start)
            .await?;
        let items = page
            .items
            .into_iter()
            .map(level)
            .collect::<Result<_, _>>()?;
        Ok(Ok(Page {
            items,
            next_cursor: page.next_cursor,
        }))
    }

    /// A page of the levels of a warehouse, by SKU.
    pub(crate) async fn of_warehouse(
        &self,
        warehouse: &WarehouseId,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<StockLevel>, InvalidSignature>, DynamoError> {
        let list = listing::list(format!("W#{warehouse}"));
        let page = PageOf {
            cursors,
            limit,
            cursor,
        };
        let key_of = |row: &LevelRow| Key::new(&row.pk, &row.sk);
        let page = listing::page(&self.table, &list, page, key_of, |_| true).await?;
        page.map_or_else(
            |error| Ok(Err(error)),
            |page| {
                let items = page
                    .items
                    .into_iter()
                    .map(level)
                    .collect::<Result<_, _>>()?;
                Ok(Ok(Page {
                    items,
                    next_cursor: page.next_cursor,
                }))
            },
        )
    }

    /// The level of a SKU in a warehouse, if it ever had one.
    pub(crate) async fn find(
        &self,
        sku: &SkuId,
        warehouse: &WarehouseId,
    ) -> Result<Option<StockLevel>, DynamoError> {
        self.table
            .get::<LevelRow>(level_key(sku, warehouse), Consistency::Strong)
            .await?
            .map(level)
            .transpose()
    }

    /// Whether a warehouse has pieces that are not promised to any order.
    pub(crate) async fn any_in(&self, warehouse: &WarehouseId) -> Result<bool, DynamoError> {
        let keys = listing::keys(&self.table, &listing::list(format!("W#{warehouse}"))).await?;
        for some in keys.chunks(1000) {
            let rows = self
                .table
                .get_many::<LevelRow>(some.to_vec(), Consistency::Strong);
            if rows.await?.iter().any(|row| row.available > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The write that takes a quantity of a SKU for an order, if the warehouse still has it. It belongs in the order's
    /// transaction, so that stock is taken exactly when the order exists.
    pub fn take(&self, line: &OrderedLine) -> Write {
        Write::update(&self.table, level_key(&line.sku_id, &line.warehouse_id))
            .add("available", -signed(line.quantity))
            .when(Condition::at_least("available", line.quantity.get()))
    }

    /// Counts a receipt, once: the receipt, the level and the ledger move together.
    pub(crate) async fn receive(
        &self,
        receipt: &Receipt,
        by: &StaffId,
        now: Timestamp,
    ) -> Result<Received, DynamoError> {
        let movement = Movement::of_receipt(receipt, by, now);
        let outcome = Transaction::new()
            .with(Write::put(&self.table, receipt_key(&receipt.number), receipt).if_absent())
            .with(self.stock_in(
                &receipt.sku_id,
                &receipt.warehouse_id,
                signed(receipt.quantity),
            ))
            .with(ledger::entry(&self.table, &movement))
            .commit()
            .await;
        let Err(error) = outcome else {
            return Ok(Received::Counted);
        };
        match error.condition_failed(0).flatten().cloned() {
            Some(known) => Ok(Received::Known(known.read::<ReceiptRow>()?.into())),
            None => Err(error.otherwise()),
        }
    }

    /// Counts an adjustment, once: the adjustment, the level and the ledger move together.
    pub(crate) async fn adjust(
        &self,
        adjustment: &Adjustment,
        by: &StaffId,
        now: Timestamp,
    ) -> Result<Adjusted, DynamoError> {
        let change = adjustment.change;
        let level = self
            .level_in(&adjustment.sku_id, &adjustment.warehouse_id)
            .add("available", change.get())
            .add("adjusted", change.get());
        let level = match change.taken() {
            0 => level,
            taken => level.when(Condition::at_least("available", taken)),
        };
        let movement = Movement::of_adjustment(adjustment, by, now);
        let key = Key::new(format!("A#{}", adjustment.number), "ADJUSTMENT");
        let outcome = Transaction::new()
            .with(Write::put(&self.table, key, adjustment).if_absent())
            .with(level)
            .with(ledger::entry(&self.table, &movement))
            .commit()
            .await;
        let Err(error) = outcome else {
            return Ok(Adjusted::Counted);
        };
        if let Some(known) = error.condition_failed(0).flatten() {
            return Ok(Adjusted::Known(
                known.clone().read::<AdjustmentRow>()?.into(),
            ));
        }
        // A conflict beside it says nothing; the condition was judged on the level as it is.
        match error.condition_failed(1) {
            Some(level) => Ok(Adjusted::NotEnough(available(level.cloned())?)),
            None => Err(error.otherwise()),
        }
    }

    /// The write that takes pieces in, for the transaction that has their cause.
    fn stock_in(&self, sku: &SkuId, warehouse: &WarehouseId, pieces: i64) -> Write {
        self.level_in(sku, warehouse)
            .add("available", pieces)
            .add("received", pieces)
    }

    /// An update of a level that may make it, with its place in the list of its warehouse. The place never changes, so the
    /// list costs a unit when a level is made and nothing afterwards.
    fn level_in(&self, sku: &SkuId, warehouse: &WarehouseId) -> Write {
        Write::update(&self.table, level_key(sku, warehouse))
            .set(LIST_PK, format!("W#{warehouse}"))
            .set(LIST_SK, sku)
    }

    /// Gives back what an order has taken, once; `false` when it was given back before. Neither the warehouse nor the level has to
    /// be there: what comes back is always somewhere, and in the list of its warehouse.
    pub(crate) async fn release(
        &self,
        order_sn: &str,
        lines: &[OrderedLine],
    ) -> Result<bool, DynamoError> {
        let release = release_key(order_sn);
        let mut transaction =
            Transaction::new().with(Write::put(&self.table, release, &Nothing {}).if_absent());
        for line in lines {
            transaction = transaction.with(
                self.level_in(&line.sku_id, &line.warehouse_id)
                    .add("available", signed(line.quantity)),
            );
        }
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(error) if error.condition_failed(0).is_some() => Ok(false),
            Err(error) => Err(error.otherwise()),
        }
    }
}

impl NotEnough {
    /// The first of these writes, by index into the transaction, that failed because its warehouse no longer has enough.
    /// A conflict is not that: it says nothing about how much there is.
    #[must_use]
    pub fn among(error: &TransactionError, writes: std::ops::Range<usize>) -> Option<usize> {
        writes
            .into_iter()
            .find(|index| error.condition_failed(*index).is_some())
    }
}

#[derive(Deserialize)]
struct ReceiptRow {
    number: VoucherNumber,
    sku_id: SkuId,
    warehouse_id: WarehouseId,
    quantity: Quantity,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            number: row.number,
            sku_id: row.sku_id,
            warehouse_id: row.warehouse_id,
            quantity: row.quantity,
        }
    }
}

#[derive(Deserialize)]
struct AdjustmentRow {
    number: VoucherNumber,
    sku_id: SkuId,
    warehouse_id: WarehouseId,
    change: Change,
    reason: Text<1, 200>,
}

impl From<AdjustmentRow> for Adjustment {
    fn from(row: AdjustmentRow) -> Self {
        Self {
            number: row.number,
            sku_id: row.sku_id,
            warehouse_id: row.warehouse_id,
            change: row.change,
            reason: row.reason,
        }
    }
}

/// What a level that refused a write has left; nothing when there is none.
fn available(level: Option<Item>) -> Result<u64, DynamoError> {
    level.map_or(Ok(0), |level| {
        level.read::<LevelRow>().map(|row| row.available)
    })
}

fn level(row: LevelRow) -> Result<StockLevel, DynamoError> {
    let malformed =
        || DynamoError::Malformed(format!("no level has the key {} {}", row.pk, row.sk));
    let sku = row.pk.strip_prefix("S#").ok_or_else(malformed)?;
    let warehouse = row.sk.strip_prefix("W#").ok_or_else(malformed)?;
    Ok(StockLevel {
        sku_id: SkuId::parse(sku).map_err(|_| malformed())?,
        warehouse_id: WarehouseId::parse(warehouse).map_err(|_| malformed())?,
        available: row.available,
        received: row.received,
        adjusted: row.adjusted,
    })
}

fn level_key(sku: &SkuId, warehouse: &WarehouseId) -> Key {
    Key::new(format!("S#{sku}"), format!("W#{warehouse}"))
}

fn receipt_key(number: &VoucherNumber) -> Key {
    Key::new(format!("R#{number}"), "RECEIPT")
}

fn release_key(order_sn: &str) -> Key {
    Key::new(format!("REL#{order_sn}"), "RELEASE")
}

fn signed(quantity: Quantity) -> i64 {
    i64::from(quantity.get())
}
