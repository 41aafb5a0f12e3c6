//! The index `listing`: lists of things whose own keys are not in the order of the list. It holds keys alone, so an item
//! that changes costs nothing there until it moves to another list; what a page shows is read from the table, as it is now.

use std::collections::HashMap;

use dynamo::{Consistency, DynamoError, InvalidSignature, Key, Query, Signer, Table};
use kernel::{Limit, Page};
use serde::{Deserialize, de::DeserializeOwned};

/// Which list an item is in.
pub(super) const LIST_PK: &str = "list_pk";
/// Where it stands in the list.
pub(super) const LIST_SK: &str = "list_sk";
/// Which SKU a need is for: the list of the index `needs`.
pub(super) const NEED_SKU: &str = "need_sku";

#[derive(Deserialize)]
struct KeyRow {
    pk: String,
    sk: String,
}

impl From<KeyRow> for Key {
    fn from(row: KeyRow) -> Self {
        Self::new(row.pk, row.sk)
    }
}

/// The list of this name.
pub(super) fn list(name: String) -> Query {
    Query::index("listing", (LIST_PK, LIST_SK), name)
}

/// The needs of a SKU.
pub(super) fn needs_of(sku: &str) -> Query {
    Query::index("needs", (NEED_SKU, LIST_SK), sku)
}

/// The keys of all items of a list.
pub(super) async fn keys(table: &Table, list: &Query) -> Result<Vec<Key>, DynamoError> {
    let rows = list.all::<KeyRow>(table).await?;
    Ok(rows.into_iter().map(Key::from).collect())
}

/// A page of a list, its items as they are in the table; `key_of` tells where an item is. An item that has gone since the
/// index was read is left out.
pub(super) async fn page<E: DeserializeOwned>(
    table: &Table,
    list: &Query,
    cursors: &Signer,
    limit: Limit,
    cursor: Option<&str>,
    key_of: impl Fn(&E) -> Key,
) -> Result<Result<Page<E>, InvalidSignature>, DynamoError> {
    let start = match list.start(cursors, cursor) {
        Ok(start) => start,
        Err(error) => return Ok(Err(error)),
    };
    let page = list.page::<KeyRow>(table, cursors, limit, start).await?;
    let keys: Vec<Key> = page.items.into_iter().map(Key::from).collect();
    let items = table
        .get_many::<E>(keys.clone(), Consistency::Strong)
        .await?;
    let mut found: HashMap<Key, E> = items
        .into_iter()
        .map(|item| (key_of(&item), item))
        .collect();
    Ok(Ok(Page {
        items: keys.iter().filter_map(|key| found.remove(key)).collect(),
        next_cursor: page.next_cursor,
    }))
}
