//! Audits the stock every night, once however often the schedule comes, says in the log what does not add up, and keeps the report.

use dynamo::{DynamoError, Fence, Guarded};
use edge::Notes;
use tracing::{error, info};

use crate::{StockAudit, domain::StockAuditReport};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditStockError {
    #[error("the tables cannot be read, or the report cannot be kept")]
    Store(#[from] DynamoError),
    #[error("the audit's lock was lost on the way")]
    Overtaken,
}

pub(crate) async fn audit_stock(app: &StockAudit) -> Result<(), AuditStockError> {
    let locks = app.locks();
    match locks
        .guard("audit-stock", |fence| audit(app, fence))
        .await?
    {
        Guarded::Done(outcome) => outcome,
        Guarded::Taken => {
            info!("another audit is under way");
            Ok(())
        }
        Guarded::Lost => Err(AuditStockError::Overtaken),
    }
}

async fn audit(app: &StockAudit, fence: Fence) -> Result<(), AuditStockError> {
    let report = app.run().await?;
    tell(&report);
    Ok(app.keep(&report, fence).await?)
}

/// Writes a line for each difference and one for all.
fn tell(report: &StockAuditReport) {
    for difference in &report.differences {
        error!(
            sku = %difference.sku_id,
            warehouse = %difference.warehouse_id,
            missing = difference.missing,
            unentered = difference.unentered,
            "the stock does not add up"
        );
    }
    info!(
        places = report.places,
        orders = report.orders,
        returning = report.returning,
        differences = report.difference_count,
        unsettled = report.unsettled,
        "the stock was audited"
    );
    // Counted: StockDifferences in infra/order.yaml.
    Notes::outcome(match report.difference_count {
        0 => "stock-adds-up",
        _ => "stock-differs",
    });
}
