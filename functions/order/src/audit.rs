//! Holds all orders against all stock.

use dynamo::{DynamoError, Fence, Locks};
use edge::Boot;
use futures::future::try_join;
use kernel::{Clock, ConfigError};
use stock::StockBooks;

use crate::{
    domain::{StockAuditReport, Suspects},
    store::Store,
};

/// The audit of the stock: of what came into a warehouse, all is available, promised to an unpaid order, sold, or on its way
/// back from a closed one; and all of it is in the ledger.
///
/// It reads both tables whole, a page of each part at a time, so what it holds grows with the SKUs in warehouses and not with
/// the orders. Orders may be placed, paid and closed meanwhile: what does not add up is looked at again until it is certain.
#[derive(Debug, Clone)]
pub struct StockAudit {
    store: Store,
    books: StockBooks,
    clock: Clock,
}

impl StockAudit {
    /// The audit of the tables that `ORDER_TABLE` and `STOCK_TABLE` name.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(boot.table("ORDER_TABLE")?),
            books: StockBooks::from_env(boot)?,
            clock: boot.clock(),
        })
    }

    /// Audits. Writes nothing.
    ///
    /// # Errors
    /// When a table gives no answer, or holds what this code did not write.
    pub async fn run(&self) -> Result<StockAuditReport, DynamoError> {
        let at = self.clock.now();
        let (books, all) =
            try_join(self.books.all(), self.store.takings(&self.books, None)).await?;
        let mut suspects = Suspects::at_first_sight(&books, &all.takings);
        while let Some(places) = suspects.to_look_at() {
            let before = self.books.of(&places).await?;
            let again = self.store.takings(&self.books, Some(&places)).await?;
            let after = self.books.of(&places).await?;
            suspects.look(&before, &again.takings, &after);
        }
        let returning = all.takings.values().map(|taken| taken.returning).sum();
        Ok(suspects.report(at, books.len(), all.orders, returning))
    }

    /// Keeps a report for [`StockAudit::last`], in place of the one before.
    pub(crate) async fn keep(
        &self,
        report: &StockAuditReport,
        fence: Fence,
    ) -> Result<(), DynamoError> {
        self.store.keep_audit(report, fence).await
    }

    /// The lock of the nightly audit: a schedule may come twice, and both tables are long.
    pub(crate) fn locks(&self) -> Locks {
        self.store.locks(self.clock.clone())
    }

    /// The report that was kept last.
    pub(crate) async fn last(&self) -> Result<Option<StockAuditReport>, DynamoError> {
        self.store.last_audit().await
    }
}
