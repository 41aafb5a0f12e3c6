//! Shows what the last audit of the stock has found.

use dynamo::DynamoError;
use edge::{Permission, Problem, ProblemKind, Refusal, Reply, Staff};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{StockAudit, domain::StockAuditReport};

/// May look at the stock.
pub(crate) enum ReadStock {}
impl Permission for ReadStock {
    const NAME: &'static str = "stock:read";
}

/// What the last audit has found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LastStockAudit {
    /// Its report; absent until the first audit, which comes in the night.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<StockAuditReport>,
}

#[derive(Debug, thiserror::Error)]
#[error("the report cannot be read")]
pub(crate) struct ShowStockAuditError(#[from] DynamoError);

impl Refusal for ShowStockAuditError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        Problem::of_store(&self.0)
    }
}

pub(crate) async fn show_stock_audit(
    app: &StockAudit,
    (_,): (Staff<ReadStock>,),
) -> Result<Reply<LastStockAudit>, ShowStockAuditError> {
    let report = app.last().await?;
    Ok(Reply::ok(LastStockAudit { report }))
}
