//! The ledger: movements by SKU and time.

use dynamo::{DynamoError, InvalidSignature, Key, Query, Table, Write};
use kernel::{Page, SkuId};

use super::{Levels, PageOf, listing};
use crate::domain::{Cause, Movement};

/// The write that enters a movement, for the transaction that moves the level.
pub(super) fn entry(table: &Table, movement: &Movement) -> Write {
    let cause = match &movement.cause {
        Cause::Receipt { number } => format!("R#{number}"),
        Cause::Purchase { need_id, .. } => format!("P#{need_id}"),
        Cause::Adjustment { number, .. } => format!("A#{number}"),
    };
    // Thirteen digits last until the year 2286, and keep the order of time.
    let place = format!("{:013}#{cause}", movement.at.as_millis());
    let key = Key::new(partition(&movement.sku_id), place);
    Write::put(table, key, movement)
}

impl Levels {
    /// A page of those movements of a SKU that are wanted, the newest first.
    pub(crate) async fn movements(
        &self,
        sku: &SkuId,
        page: PageOf<'_>,
        wanted: impl Fn(&Movement) -> bool,
    ) -> Result<Result<Page<Movement>, InvalidSignature>, DynamoError> {
        let list = Query::partition(partition(sku)).descending().strong();
        listing::page_of_table(&self.table, &list, page, wanted).await
    }
}

fn partition(sku: &SkuId) -> String {
    format!("L#{sku}")
}
