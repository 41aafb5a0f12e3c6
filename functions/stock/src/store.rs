//! The stock table: its keys and attributes, here and nowhere else.

use dynamo::{
    Condition, Consistency, DynamoError, Key, Query, Table, Transaction, TransactionError, Write,
};
use edge::Boot;
use futures::future::try_join_all;
use kernel::{ConfigError, Quantity, SkuId, WarehouseId};
use serde::{Deserialize, Serialize};

use crate::domain::{OrderedLine, Receipt, ReceiptNumber, StockLevel};

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
}

/// What came of writing a receipt down.
pub(crate) enum Received {
    /// It was new and counts.
    Counted,
    /// It was there, with this content; nothing changed.
    Known(Receipt),
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

    /// The write that takes a quantity of a SKU for an order, if the warehouse still has it. It belongs in the order's
    /// transaction, so that stock is taken exactly when the order exists.
    pub fn take(&self, line: &OrderedLine) -> Write {
        Write::update(&self.table, level_key(&line.sku_id, &line.warehouse_id))
            .add("available", -signed(line.quantity))
            .when(Condition::at_least("available", line.quantity.get()))
    }

    /// Counts a receipt, once: the receipt and the level move together.
    pub(crate) async fn receive(&self, receipt: &Receipt) -> Result<Received, DynamoError> {
        let pieces = signed(receipt.quantity);
        let level = level_key(&receipt.sku_id, &receipt.warehouse_id);
        let outcome = Transaction::new()
            .with(Write::put(&self.table, receipt_key(&receipt.number), receipt).if_absent())
            .with(
                Write::update(&self.table, level)
                    .add("available", pieces)
                    .add("received", pieces),
            )
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

    /// Gives back what an order has taken, once; `false` when it was given back before.
    pub(crate) async fn release(
        &self,
        order_sn: &str,
        lines: &[OrderedLine],
    ) -> Result<bool, DynamoError> {
        let release = Key::new(format!("REL#{order_sn}"), "RELEASE");
        let mut transaction =
            Transaction::new().with(Write::put(&self.table, release, &Nothing {}).if_absent());
        for line in lines {
            let level = level_key(&line.sku_id, &line.warehouse_id);
            transaction = transaction
                .with(Write::update(&self.table, level).add("available", signed(line.quantity)));
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
    number: ReceiptNumber,
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
    })
}

fn level_key(sku: &SkuId, warehouse: &WarehouseId) -> Key {
    Key::new(format!("S#{sku}"), format!("W#{warehouse}"))
}

fn receipt_key(number: &ReceiptNumber) -> Key {
    Key::new(format!("R#{number}"), "RECEIPT")
}

fn signed(quantity: Quantity) -> i64 {
    i64::from(quantity.get())
}
