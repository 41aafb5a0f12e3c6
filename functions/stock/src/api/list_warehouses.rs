//! Lists warehouses by id. A search looks at a thousand at a time: only beyond them a page may hold fewer than `limit`, even none,
//! while there is a next one.

use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::permissions::ReadStock;
use crate::{Stock, domain::Warehouse, store::PageOf};

/// Which warehouses, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListWarehousesQuery {
    /// Only those of this id, or with this in their name, address or area code.
    key: Option<Text<1, 100>>,
    /// How many at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_warehouses(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListWarehousesQuery>),
) -> Result<Reply<Page<Warehouse>>, ListError> {
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    let key = wanted.key.as_ref();
    let is_wanted = |warehouse: &Warehouse| key.is_none_or(|key| warehouse.matches(key));
    Ok(Reply::ok(app.warehouses.list(page, is_wanted).await??))
}
