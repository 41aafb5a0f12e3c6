//! Lists warehouses by id. What is searched for is looked for inside a page: a page may hold fewer warehouses than `limit`,
//! even none, while there is a next one.

use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::permissions::ReadStock;
use crate::{Stock, domain::Warehouse};

/// Which warehouses, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListWarehousesQuery {
    /// Only those of this id, or with this in their name, address or area code.
    key: Option<Text<1, 100>>,
    /// How many to look at.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_warehouses(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListWarehousesQuery>),
) -> Result<Reply<Page<Warehouse>>, ListError> {
    let mut page = app
        .warehouses
        .list(&app.cursors, wanted.limit, wanted.cursor.as_deref())
        .await??;
    if let Some(key) = &wanted.key {
        page.items.retain(|warehouse| warehouse.matches(key));
    }
    Ok(Reply::ok(page))
}
