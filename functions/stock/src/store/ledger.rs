//! The ledger: movements by SKU and time.

use dynamo::{DynamoError, InvalidSignature, Key, Query, Signer, Table, Write};
use kernel::{Limit, Page, SkuId};

use super::Levels;
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
    /// A page of the movements of a SKU, the newest first.
    pub(crate) async fn movements(
        &self,
        sku: &SkuId,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Movement>, InvalidSignature>, DynamoError> {
        let list = Query::partition(partition(sku)).descending().strong();
        let start = match list.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        list.page(&self.table, cursors, limit, start).await.map(Ok)
    }
}

fn partition(sku: &SkuId) -> String {
    format!("L#{sku}")
}
