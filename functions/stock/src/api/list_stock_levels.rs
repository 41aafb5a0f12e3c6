//! Lists levels of stock: of a SKU by warehouse, of a warehouse by SKU, or the one of both.

use dynamo::InvalidSignature;
use edge::{ListError, Problem, ProblemKind, Query, Refusal, Reply, Staff};
use kernel::{Limit, Page, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::permissions::ReadStock;
use crate::{Stock, domain::StockLevel};

/// Which levels, and which page of them. One of `sku_id` and `warehouse_id` is required.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListStockLevelsQuery {
    /// Only those of this SKU.
    sku_id: Option<SkuId>,
    /// Only those of this warehouse.
    warehouse_id: Option<WarehouseId>,
    /// How many.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a warehouse has of a SKU. `received + adjusted` is `available`, and what unpaid orders hold, and what was sold, and
/// what is about to come back from closed orders.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StockLevelView {
    sku_id: SkuId,
    warehouse_id: WarehouseId,
    /// Pieces not promised to any order.
    available: u64,
    /// Pieces ever taken in, by receipts and purchases.
    received: u64,
    /// Pieces found, less those lost, by adjustments.
    adjusted: i64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListStockLevelsError {
    #[error("name a SKU, a warehouse, or both")]
    NothingNamed,
    #[error(transparent)]
    List(#[from] ListError),
}

impl Refusal for ListStockLevelsError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NothingNamed => Problem::invalid("?sku_id", self.to_string()),
            Self::List(error) => error.problem(),
        }
    }
}

pub(crate) async fn list_stock_levels(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListStockLevelsQuery>),
) -> Result<Reply<Page<StockLevelView>>, ListStockLevelsError> {
    if wanted.sku_id.is_none() && wanted.warehouse_id.is_none() {
        return Err(ListStockLevelsError::NothingNamed);
    }
    let page = page_of(app, &wanted).await?;
    Ok(Reply::ok(page.map(StockLevelView::from)))
}

async fn page_of(
    app: &Stock,
    wanted: &ListStockLevelsQuery,
) -> Result<Page<StockLevel>, ListError> {
    let (levels, limit, cursor) = (&app.levels, wanted.limit, wanted.cursor.as_deref());
    let one = match (&wanted.sku_id, &wanted.warehouse_id) {
        (Some(sku), None) => return Ok(levels.of_sku(sku, &app.cursors, limit, cursor).await??),
        (None, Some(warehouse)) => {
            let page = levels.of_warehouse(warehouse, &app.cursors, limit, cursor);
            return Ok(page.await??);
        }
        (Some(_), Some(_)) if cursor.is_some() => return Err(InvalidSignature.into()),
        (Some(sku), Some(warehouse)) => levels.find(sku, warehouse).await?,
        (None, None) => None,
    };
    Ok(Page {
        items: one.into_iter().collect(),
        next_cursor: None,
    })
}

impl From<StockLevel> for StockLevelView {
    fn from(level: StockLevel) -> Self {
        Self {
            sku_id: level.sku_id,
            warehouse_id: level.warehouse_id,
            available: level.available,
            received: level.received,
            adjusted: level.adjusted,
        }
    }
}
