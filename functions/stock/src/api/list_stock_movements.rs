//! Lists how the stock of a SKU has moved, the newest first: receipts, purchases, adjustments, which are all that changes how
//! many pieces the mall has. What orders take, and what comes back from closed ones, moves pieces between "available" and
//! "promised"; of that the orders are the record, and `audit-stock` holds the two against each other.
//!
//! A warehouse is looked for among a thousand movements at a time: only beyond them a page may hold fewer than `limit`, even none,
//! while there is a next.

use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::permissions::ReadStock;
use crate::{Stock, domain::Movement, store::PageOf};

/// Which movements, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListStockMovementsQuery {
    /// Of which SKU.
    sku_id: SkuId,
    /// Only those in this warehouse.
    warehouse_id: Option<WarehouseId>,
    /// How many at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_stock_movements(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListStockMovementsQuery>),
) -> Result<Reply<Page<Movement>>, ListError> {
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    let warehouse = wanted.warehouse_id.as_ref();
    let is_wanted =
        |movement: &Movement| warehouse.is_none_or(|warehouse| movement.warehouse_id == *warehouse);
    let movements = app.levels.movements(&wanted.sku_id, page, is_wanted);
    Ok(Reply::ok(movements.await??))
}
