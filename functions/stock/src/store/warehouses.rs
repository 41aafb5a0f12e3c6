//! Warehouses, and how many needs of each are open.

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Key, Query, Table, Write, WriteError,
};
use kernel::{Page, Text, WarehouseId};

use super::{PageOf, listing};
use crate::domain::{FIRST, Warehouse, WarehouseDetails};

/// How many needs of a warehouse are not settled. It moves in the transaction of the need.
const OPEN_NEEDS: &str = "open_needs";

/// The warehouses.
#[derive(Debug, Clone)]
pub(crate) struct Warehouses {
    table: Table,
}

/// Why a warehouse was not removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveFailure {
    #[error("there is no such warehouse")]
    NotFound,
    #[error("something is to be bought for the warehouse")]
    Needed,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

impl Warehouses {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// Whether there is this warehouse. The one that a mall has without asking is made when it is first asked for.
    pub(crate) async fn exists(&self, id: &WarehouseId) -> Result<bool, DynamoError> {
        let found: Option<Warehouse> = self.table.get(key(id), Consistency::Strong).await?;
        if found.is_some() {
            return Ok(true);
        }
        if id.as_str() != FIRST {
            return Ok(false);
        }
        let name = Text::parse(FIRST).map_err(|error| DynamoError::Malformed(error.to_string()))?;
        let details = WarehouseDetails {
            name,
            address: Text::default(),
            area_code: Text::default(),
        };
        self.make(&Warehouse::new(id.clone(), details)).await?;
        Ok(true)
    }

    /// Writes what is said about a warehouse; `true` when it is new.
    pub(crate) async fn put(&self, warehouse: &Warehouse) -> Result<bool, DynamoError> {
        let change = || {
            Write::update(&self.table, key(&warehouse.warehouse_id))
                .set("name", &warehouse.name)
                .set("address", &warehouse.address)
                .set("area_code", &warehouse.area_code)
                .when(Condition::item_exists())
        };
        // Should it come between the two writes, or go, the next turn finds it as it then is.
        loop {
            match Table::write(change()).await {
                Ok(()) => return Ok(false),
                Err(WriteError::Call(error)) => return Err(error),
                Err(WriteError::ConditionFailed(_)) if self.make(warehouse).await? => {
                    return Ok(true);
                }
                Err(WriteError::ConditionFailed(_)) => {}
            }
        }
    }

    /// Makes a warehouse if there is none of its id; `false` when there is.
    async fn make(&self, warehouse: &Warehouse) -> Result<bool, DynamoError> {
        let put = Write::put(&self.table, key(&warehouse.warehouse_id), warehouse);
        match Table::write(put.if_absent()).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// A page of those warehouses that are wanted, by id.
    pub(crate) async fn list(
        &self,
        page: PageOf<'_>,
        wanted: impl Fn(&Warehouse) -> bool,
    ) -> Result<Result<Page<Warehouse>, InvalidSignature>, DynamoError> {
        let list = Query::partition(PARTITION).strong();
        listing::page_of_table(&self.table, &list, page, wanted).await
    }

    /// Removes a warehouse for which nothing is to be bought.
    pub(crate) async fn remove(&self, id: &WarehouseId) -> Result<(), RemoveFailure> {
        let unneeded = vec![
            Condition::absent(OPEN_NEEDS),
            Condition::equals(OPEN_NEEDS, 0),
        ];
        let delete = Write::delete(&self.table, key(id))
            .when(Condition::item_exists())
            .when(Condition::any(unneeded));
        match Table::write(delete).await {
            Ok(()) => Ok(()),
            Err(WriteError::ConditionFailed(None)) => Err(RemoveFailure::NotFound),
            Err(WriteError::ConditionFailed(Some(_))) => Err(RemoveFailure::Needed),
            Err(WriteError::Call(error)) => Err(error.into()),
        }
    }
}

/// The write that counts so many more (or fewer) open needs of a warehouse that is there, for the transaction of the needs.
pub(super) fn count_open_needs(table: &Table, id: &WarehouseId, more: i64) -> Write {
    Write::update(table, key(id))
        .add(OPEN_NEEDS, more)
        .when(Condition::item_exists())
}

const PARTITION: &str = "WAREHOUSES";

fn key(id: &WarehouseId) -> Key {
    Key::new(PARTITION, id.as_str())
}
