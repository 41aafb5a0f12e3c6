//! Names who is to buy a purchase. Until a buyer has taken it on, another can be named.

use dynamo::{DynamoError, Patience};
use edge::{Json, Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{
    permissions::WritePurchases,
    problems::PURCHASE_TAKEN_ON,
    purchase_view::{PurchasePath, PurchaseSummary},
};
use crate::{
    Stock,
    domain::{AssignRefusal, Buyer},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AssignPurchaseError {
    #[error("there is no such purchase")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] AssignRefusal),
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
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn assign_purchase(
    app: &Stock,
    (_, Path(path), Json(buyer)): (Staff<WritePurchases>, Path<PurchasePath>, Json<Buyer>),
) -> Result<Reply<PurchaseSummary>, AssignPurchaseError> {
    let mut patience = Patience::begin();
    loop {
        let purchase = app.purchases.purchase(&path.purchase_id).await?;
        let purchase = purchase.ok_or(AssignPurchaseError::NotFound)?;
        let Some(assigned) = purchase.clone().assign(buyer.clone(), app.clock.now())? else {
            return Ok(Reply::ok(purchase.into()));
        };
        match app.purchases.save(&assigned).await {
            Ok(()) => return Ok(Reply::ok(assigned.into())),
            Err(failure) => patience.outlast(failure.into()).await?,
        }
    }
}
