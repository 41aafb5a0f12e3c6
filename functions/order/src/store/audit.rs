//! All orders at once, and the report of the last audit.

use std::collections::BTreeSet;

use dynamo::{Consistency, DynamoError, Fence, Key, Locks, Scan, Table, Write, WriteError};
use futures::future::try_join_all;
use kernel::{Clock, MemberId, QuoteId};
use serde::{Deserialize, Serialize};
use stock::{StockBooks, StockPlace};

use super::{
    ORDER, Store,
    rows::{LINES, LineRow, STATUS},
};
use crate::domain::{OrderSn, OrderStatus, StockAuditReport, Takings};

/// In how many parts the table is read side by side.
const PARTS: u16 = 4;

/// Whatever stands in the table, as far as its stock goes.
#[derive(Deserialize)]
struct AnyRow {
    pk: String,
    sk: String,
    #[serde(default)]
    status: Option<AnyStatus>,
    #[serde(rename = "l", default)]
    lines: Vec<LineRow>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyStatus {
    Order(OrderStatus),
    /// A void, which has taken nothing.
    #[expect(
        dead_code,
        reason = "that it is none of an order is all there is to know"
    )]
    Other(String),
}

/// What all orders have taken, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct AllTaken {
    pub(crate) takings: Takings,
    pub(crate) orders: u64,
}

impl Store {
    /// What all orders have taken, of these places only where some are named. `books` say what has come back.
    pub(crate) async fn takings(
        &self,
        books: &StockBooks,
        places: Option<&BTreeSet<StockPlace>>,
    ) -> Result<AllTaken, DynamoError> {
        let parts = Scan::in_parts(&self.table, PARTS, &[STATUS, LINES]);
        let parts = parts.map(|part| takings_of(part, books, places));
        let mut all = AllTaken::default();
        for part in try_join_all(parts).await? {
            all.orders += part.orders;
            for (place, taken) in part.takings {
                all.takings.entry(place).or_default().join(taken);
            }
        }
        Ok(all)
    }

    /// Keeps the report of an audit in place of the one before, unless a later owner of its lock has kept one already.
    pub(crate) async fn keep_audit(
        &self,
        report: &StockAuditReport,
        fence: Fence,
    ) -> Result<(), DynamoError> {
        let kept = Kept { report, fence };
        let put = Write::put(&self.table, audit_key(), &kept).when(fence.not_outdated("fence"));
        match Table::write(put).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// The locks of the jobs of this service.
    pub(crate) fn locks(&self, clock: Clock) -> Locks {
        Locks::new(self.table.clone(), clock)
    }

    /// The report of the last audit, if there was one.
    pub(crate) async fn last_audit(&self) -> Result<Option<StockAuditReport>, DynamoError> {
        self.table.get(audit_key(), Consistency::Strong).await
    }
}

/// Holds a page of orders at a time, and asks the books for the closed ones among them.
async fn takings_of(
    mut part: Scan,
    books: &StockBooks,
    places: Option<&BTreeSet<StockPlace>>,
) -> Result<AllTaken, DynamoError> {
    let mut all = AllTaken::default();
    while let Some(rows) = part.next_page::<AnyRow>().await? {
        let orders: Vec<Found> = rows.into_iter().filter_map(AnyRow::into_order).collect();
        all.orders += orders.len() as u64;
        let wanted = |place: &StockPlace| places.is_none_or(|places| places.contains(place));
        let orders: Vec<Found> = orders
            .into_iter()
            .filter(|order| order.lines.iter().any(|(place, _)| wanted(place)))
            .collect();
        let closed = orders
            .iter()
            .filter(|order| order.status == OrderStatus::Closed);
        let closed: Vec<String> = closed.map(|order| order.sn.clone()).collect();
        let released = books.released(&closed).await?;
        for order in orders {
            let returned = released.contains(&order.sn);
            for (place, pieces) in order.lines {
                if wanted(&place) {
                    let taken = all.takings.entry(place).or_default();
                    taken.add(order.status, returned, pieces);
                }
            }
        }
    }
    Ok(all)
}

/// An order as far as its stock goes.
struct Found {
    sn: String,
    status: OrderStatus,
    lines: Vec<(StockPlace, u64)>,
}

impl AnyRow {
    /// The order; nothing for what else stands in the table.
    fn into_order(self) -> Option<Found> {
        let member = MemberId::parse(self.pk.strip_prefix("M#")?).ok()?;
        let quote = QuoteId::parse(self.sk.strip_prefix(ORDER)?).ok()?;
        let Some(AnyStatus::Order(status)) = self.status else {
            return None;
        };
        let lines = self.lines.into_iter().map(LineRow::into_taken);
        Some(Found {
            sn: OrderSn::new(quote, member).to_string(),
            status,
            lines: lines.collect(),
        })
    }
}

/// A report as it is kept.
#[derive(Serialize)]
struct Kept<'r> {
    #[serde(flatten)]
    report: &'r StockAuditReport,
    fence: Fence,
}

fn audit_key() -> Key {
    Key::new("AUDIT", "STOCK")
}
