//! A buyer reports what became of needs of a purchase. What was bought comes into stock in the transaction that settles the
//! need, so once, however often it is reported. A report may be of some needs only; the purchase ends with the last of them. Of a need
//! that was bought in part, the rest becomes a new need in the same transaction.
//!
//! A large report is written in several transactions. Should it end between two, the first needs are settled and in stock,
//! and sending the report again does the rest.

use std::collections::BTreeSet;

use dynamo::{DynamoError, Patience};
use edge::{Json, Path, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::PurchaseNeedId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    permissions::ReceivePurchases,
    problems::{FOREIGN_NEEDS, MORE_THAN_NEEDED, PURCHASE_NOT_TAKEN_ON, SETTLED_OTHERWISE},
    purchase_view::{PurchasePath, PurchaseView},
};
use crate::{
    Stock,
    domain::{MOST_NEEDS, NeedResult, Outcome, SettleRefusal, Settlement},
    store::SaveFailure,
};

/// What became of some needs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurchaseResults {
    /// Each need once, 1 to 90.
    #[schemars(length(min = 1, max = 90))]
    items: Vec<NeedResult>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum FinishPurchaseError {
    #[error("the report is not as it must be")]
    Flawed(String, &'static str),
    #[error("there is no such purchase")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] SettleRefusal),
    #[error("the purchase cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for FinishPurchaseError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::NOT_FOUND,
        PURCHASE_NOT_TAKEN_ON,
        FOREIGN_NEEDS,
        SETTLED_OTHERWISE,
        MORE_THAN_NEEDED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        let conflict = |kind: ProblemKind| Problem::from(kind).because(self.to_string());
        match self {
            Self::Flawed(pointer, detail) => Problem::invalid(pointer, *detail),
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Refused(SettleRefusal::NotTakenOn) => conflict(PURCHASE_NOT_TAKEN_ON),
            Self::Refused(SettleRefusal::Foreign(ids)) => {
                conflict(FOREIGN_NEEDS).with("need_ids", ids)
            }
            Self::Refused(SettleRefusal::Otherwise(ids)) => {
                conflict(SETTLED_OTHERWISE).with("need_ids", ids)
            }
            Self::Refused(SettleRefusal::TooMany(ids)) => {
                conflict(MORE_THAN_NEEDED).with("need_ids", ids)
            }
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn finish_purchase(
    app: &Stock,
    (staff, Path(path), Json(report)): (
        Staff<ReceivePurchases>,
        Path<PurchasePath>,
        Json<PurchaseResults>,
    ),
) -> Result<Reply<PurchaseView>, FinishPurchaseError> {
    report.check()?;
    let mut patience = Patience::begin();
    loop {
        let purchase = app.purchases.purchase(&path.purchase_id).await?;
        let purchase = purchase.ok_or(FinishPurchaseError::NotFound)?;
        let needs = app.purchases.needs(&purchase.needs).await?;
        let steps = purchase
            .clone()
            .settle(&needs, &report.items, &staff.id, app.clock.now())?;
        let written = match steps.is_empty() {
            true if purchase.agrees_with(&needs) => {
                return Ok(Reply::ok(PurchaseView::of(purchase, needs)));
            }
            // The needs were read after the purchase, and somebody has settled some in between.
            true => Err(SaveFailure::ChangedMeanwhile),
            // What is settled is seen at the next turn, which finds nothing to do.
            false => write(app, &steps).await,
        };
        if let Err(failure) = written {
            patience.outlast(failure.into()).await?;
        }
    }
}

/// Writes one step after the other, until one fails.
async fn write(app: &Stock, steps: &[Settlement]) -> Result<(), SaveFailure> {
    for step in steps {
        app.purchases.settle(step, &app.levels).await?;
    }
    Ok(())
}

impl PurchaseResults {
    fn check(&self) -> Result<(), FinishPurchaseError> {
        let flawed = |pointer: String, detail| Err(FinishPurchaseError::Flawed(pointer, detail));
        if self.items.is_empty() || self.items.len() > MOST_NEEDS {
            return flawed("/items".to_owned(), "1 to 90 needs");
        }
        let mut seen: BTreeSet<&PurchaseNeedId> = BTreeSet::new();
        for (index, item) in self.items.iter().enumerate() {
            if !seen.insert(&item.need_id) {
                return flawed(format!("/items/{index}/need_id"), "named twice");
            }
            if item.outcome == Outcome::Failed && item.quantity.is_some() {
                return flawed(
                    format!("/items/{index}/quantity"),
                    "only of what was bought",
                );
            }
            if item.outcome == Outcome::Failed && item.reason.is_none() {
                return flawed(format!("/items/{index}/reason"), "why it could not be met");
            }
        }
        Ok(())
    }
}
