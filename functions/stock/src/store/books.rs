//! The whole of the stock at once, for the audit of the service that knows the orders.

use std::collections::{BTreeMap, BTreeSet};

use dynamo::{Consistency, DynamoError, Key, Query, Scan, Table};
use edge::Boot;
use futures::future::try_join_all;
use kernel::{ConfigError, SkuId, WarehouseId};
use serde::Deserialize;

use super::{LevelRow, level, level_key, release_key};

/// In how many parts the table is read side by side.
const PARTS: u16 = 4;
/// Of how many SKUs the ledger is read side by side.
const SKUS_AT_ONCE: usize = 16;

/// What the stock has written down about all its levels.
#[derive(Debug, Clone)]
pub struct StockBooks {
    table: Table,
}

/// A SKU in a warehouse.
pub type StockPlace = (SkuId, WarehouseId);

/// What is written down about a SKU in a warehouse. Without a level all but `entered` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockBook {
    /// Pieces not promised to any order.
    pub available: u64,
    /// Pieces ever taken in, by receipts and purchases.
    pub received: u64,
    /// Pieces found, less those lost, by adjustments.
    pub adjusted: i64,
    /// The sum of all movements in the ledger; `received` and `adjusted` together, unless something is wrong.
    pub entered: i64,
}

impl StockBook {
    fn add(&mut self, other: Self) {
        self.available += other.available;
        self.received += other.received;
        self.adjusted += other.adjusted;
        self.entered += other.entered;
    }
}

/// Whatever stands in the table, as far as the books need it.
#[derive(Deserialize)]
struct AnyRow {
    pk: String,
    sk: String,
    #[serde(default)]
    available: u64,
    #[serde(default)]
    received: u64,
    #[serde(default)]
    adjusted: i64,
    warehouse_id: Option<WarehouseId>,
    #[serde(default)]
    change: i64,
}

#[derive(Deserialize)]
struct KeyRow {
    pk: String,
}

impl StockBooks {
    /// The books in the table that `STOCK_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("STOCK_TABLE")?,
        })
    }

    /// All books, by reading the whole table. What changes meanwhile may be in one figure of a book and not yet in another.
    ///
    /// # Errors
    /// When a call brings no answer, or an item is not of the shape expected.
    pub async fn all(&self) -> Result<BTreeMap<StockPlace, StockBook>, DynamoError> {
        const READ: &[&str] = &[
            "available",
            "received",
            "adjusted",
            "warehouse_id",
            "change",
        ];
        let parts = Scan::in_parts(&self.table, PARTS, READ).map(all_of);
        let mut books: BTreeMap<StockPlace, StockBook> = BTreeMap::new();
        for part in try_join_all(parts).await? {
            for (place, found) in part {
                // A level is in one part, its movements in others.
                books.entry(place).or_default().add(found);
            }
        }
        Ok(books)
    }

    /// The books of some places as they are now, ledger included.
    ///
    /// # Errors
    /// When a call brings no answer, or an item is not of the shape expected.
    pub async fn of(
        &self,
        places: &BTreeSet<StockPlace>,
    ) -> Result<BTreeMap<StockPlace, StockBook>, DynamoError> {
        let keys = places
            .iter()
            .map(|(sku, warehouse)| level_key(sku, warehouse));
        let rows: Vec<LevelRow> = self
            .table
            .get_many(keys.collect(), Consistency::Strong)
            .await?;
        let mut books: BTreeMap<StockPlace, StockBook> = places
            .iter()
            .map(|place| (place.clone(), StockBook::default()))
            .collect();
        for row in rows {
            let level = level(row)?;
            let book = books.entry((level.sku_id, level.warehouse_id)).or_default();
            book.available = level.available;
            book.received = level.received;
            book.adjusted = level.adjusted;
        }
        let skus: BTreeSet<&SkuId> = places.iter().map(|(sku, _)| sku).collect();
        let skus: Vec<&SkuId> = skus.into_iter().collect();
        for some in skus.chunks(SKUS_AT_ONCE) {
            let ledgers = some.iter().map(|sku| self.ledger_of(sku));
            for (place, entered) in try_join_all(ledgers).await?.into_iter().flatten() {
                if let Some(book) = books.get_mut(&place) {
                    book.entered = entered;
                }
            }
        }
        Ok(books)
    }

    /// The sum of the movements of a SKU in each warehouse.
    async fn ledger_of(&self, sku: &SkuId) -> Result<BTreeMap<StockPlace, i64>, DynamoError> {
        let movements = Query::partition(format!("L#{sku}")).strong();
        let mut sums: BTreeMap<StockPlace, i64> = BTreeMap::new();
        for row in movements.all::<AnyRow>(&self.table).await? {
            if let Some(warehouse) = row.warehouse_id {
                *sums.entry((sku.clone(), warehouse)).or_default() += row.change;
            }
        }
        Ok(sums)
    }

    /// Those of these orders whose stock has come back.
    ///
    /// # Errors
    /// When a call brings no answer.
    pub async fn released(&self, order_sns: &[String]) -> Result<BTreeSet<String>, DynamoError> {
        let keys: Vec<Key> = order_sns.iter().map(|sn| release_key(sn)).collect();
        let rows: Vec<KeyRow> = self.table.get_many(keys, Consistency::Strong).await?;
        let sn = |row: KeyRow| row.pk.strip_prefix("REL#").map(str::to_owned);
        Ok(rows.into_iter().filter_map(sn).collect())
    }
}

async fn all_of(mut part: Scan) -> Result<BTreeMap<StockPlace, StockBook>, DynamoError> {
    let mut books: BTreeMap<StockPlace, StockBook> = BTreeMap::new();
    while let Some(rows) = part.next_page::<AnyRow>().await? {
        for row in rows {
            if let Some((place, found)) = row.read()? {
                books.entry(place).or_default().add(found);
            }
        }
    }
    Ok(books)
}

impl AnyRow {
    /// What a level or a movement says; nothing for what else stands in the table.
    fn read(self) -> Result<Option<(StockPlace, StockBook)>, DynamoError> {
        if let Some(sku) = self.pk.strip_prefix("L#") {
            let malformed =
                || DynamoError::Malformed(format!("no movement: {} {}", self.pk, self.sk));
            let sku = SkuId::parse(sku).map_err(|_| malformed())?;
            let warehouse = self.warehouse_id.clone().ok_or_else(malformed)?;
            let entered = StockBook {
                entered: self.change,
                ..StockBook::default()
            };
            return Ok(Some(((sku, warehouse), entered)));
        }
        if !self.pk.starts_with("S#") {
            return Ok(None);
        }
        let level = level(LevelRow {
            pk: self.pk,
            sk: self.sk,
            available: self.available,
            received: self.received,
            adjusted: self.adjusted,
        })?;
        let book = StockBook {
            available: level.available,
            received: level.received,
            adjusted: level.adjusted,
            entered: 0,
        };
        Ok(Some(((level.sku_id, level.warehouse_id), book)))
    }
}
