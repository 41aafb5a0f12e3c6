//! A buyer takes a purchase on: from now on nothing is added to it, and its needs are being bought.

use dynamo::{DynamoError, Patience};
use edge::{Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{
    permissions::ReceivePurchases,
    problems::PURCHASE_SETTLED,
    purchase_view::{PurchasePath, PurchaseView},
};
use crate::{
    Stock,
    domain::{ClaimRefusal, Need},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceivePurchaseError {
    #[error("there is no such purchase")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] ClaimRefusal),
    #[error("the purchase cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for ReceivePurchaseError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        PURCHASE_SETTLED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Refused(_) => Problem::from(PURCHASE_SETTLED).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn receive_purchase(
    app: &Stock,
    (staff, Path(path)): (Staff<ReceivePurchases>, Path<PurchasePath>),
) -> Result<Reply<PurchaseView>, ReceivePurchaseError> {
    let mut patience = Patience::begin();
    loop {
        let purchase = app.purchases.purchase(&path.purchase_id).await?;
        let purchase = purchase.ok_or(ReceivePurchaseError::NotFound)?;
        let needs = app.purchases.needs(&purchase.needs).await?;
        let Some(claimed) = purchase.clone().claim(&staff.id, app.clock.now())? else {
            return Ok(Reply::ok(PurchaseView::of(purchase, needs)));
        };
        match app.purchases.claim(&claimed, &needs).await {
            Ok(()) => {
                let needs = needs.into_iter().map(Need::purchasing).collect();
                return Ok(Reply::ok(PurchaseView::of(claimed, needs)));
            }
            Err(failure) => patience.outlast(failure.into()).await?,
        }
    }
}
