//! Names who is to buy a purchase. Until a buyer has taken it on, another can be named.

use dynamo::DynamoError;
use edge::{Json, Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{
    DECISIONS,
    permissions::WritePurchases,
    problems::PURCHASE_TAKEN_ON,
    purchase_view::{PurchasePath, PurchaseSummary},
};
use crate::{
    Stock,
    domain::{AssignRefusal, Buyer},
    store::SaveFailure,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AssignPurchaseError {
    #[error("there is no such purchase")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] AssignRefusal),
    #[error("the purchase changes faster than it can be assigned")]
    Restless,
    #[error("the purchase cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for AssignPurchaseError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        PURCHASE_TAKEN_ON,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Refused(_) => Problem::from(PURCHASE_TAKEN_ON).because(self.to_string()),
            Self::Restless => ProblemKind::BUSY.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn assign_purchase(
    app: &Stock,
    (_, Path(path), Json(buyer)): (Staff<WritePurchases>, Path<PurchasePath>, Json<Buyer>),
) -> Result<Reply<PurchaseSummary>, AssignPurchaseError> {
    for _ in 0..DECISIONS {
        let purchase = app.purchases.purchase(&path.purchase_id).await?;
        let purchase = purchase.ok_or(AssignPurchaseError::NotFound)?;
        let Some(assigned) = purchase.clone().assign(buyer.clone(), app.clock.now())? else {
            return Ok(Reply::ok(purchase.into()));
        };
        match app.purchases.save(&assigned).await {
            Ok(()) => return Ok(Reply::ok(assigned.into())),
            Err(SaveFailure::ChangedMeanwhile) => {}
            Err(SaveFailure::Store(error)) => return Err(error.into()),
        }
    }
    Err(AssignPurchaseError::Restless)
}
