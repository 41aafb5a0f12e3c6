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

/// Which page of a list.
#[derive(Clone, Copy)]
pub(crate) struct PageOf<'p> {
    /// What signs its cursor.
    pub(crate) cursors: &'p Signer,
    /// How many at most.
    pub(crate) limit: Limit,
    /// Where it begins.
    pub(crate) cursor: Option<&'p str>,
}

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

/// A page of those of a list that `keep` keeps, as they are in the table; `key_of` tells where an item is. An item that has
/// gone since the index was read is left out. Like every search it may be short before the list ends.
pub(super) async fn page<E: DeserializeOwned>(
    table: &Table,
    list: &Query,
    page: PageOf<'_>,
    key_of: impl Fn(&E) -> Key,
    keep: impl Fn(&E) -> bool,
) -> Result<Result<Page<E>, InvalidSignature>, DynamoError> {
    let start = match list.start(page.cursors, page.cursor) {
        Ok(start) => start,
        Err(error) => return Ok(Err(error)),
    };
    let (key_of, keep) = (&key_of, &keep);
    let judge = |rows: Vec<KeyRow>| async move {
        let keys: Vec<Key> = rows.into_iter().map(Key::from).collect();
        let items = table.get_many::<E>(keys.clone(), Consistency::Strong);
        let kept = items.await?.into_iter().filter(keep);
        let mut found: HashMap<Key, E> = kept.map(|item| (key_of(&item), item)).collect();
        Ok(keys.iter().map(|key| found.remove(key)).collect())
    };
    list.search_by(table, page.cursors, page.limit, start, judge)
        .await
        .map(Ok)
}

/// A page of those of a list of the table itself that `keep` keeps. Like every search it may be short before the list ends.
pub(super) async fn page_of_table<E: DeserializeOwned>(
    table: &Table,
    list: &Query,
    page: PageOf<'_>,
    keep: impl Fn(&E) -> bool,
) -> Result<Result<Page<E>, InvalidSignature>, DynamoError> {
    let start = match list.start(page.cursors, page.cursor) {
        Ok(start) => start,
        Err(error) => return Ok(Err(error)),
    };
    list.search(table, page.cursors, page.limit, start, keep)
        .await
        .map(Ok)
}
