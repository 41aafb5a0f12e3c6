//! Shows a purchase with its needs.

use dynamo::DynamoError;
use edge::{Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{
    permissions::ReadStock,
    purchase_view::{PurchasePath, PurchaseView},
};
use crate::Stock;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowPurchaseError {
    #[error("there is no such purchase")]
    NotFound,
    #[error("the purchase cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ShowPurchaseError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn show_purchase(
    app: &Stock,
    (_, Path(path)): (Staff<ReadStock>, Path<PurchasePath>),
) -> Result<Reply<PurchaseView>, ShowPurchaseError> {
    let purchase = app.purchases.purchase(&path.purchase_id).await?;
    let purchase = purchase.ok_or(ShowPurchaseError::NotFound)?;
    let needs = app.purchases.needs(&purchase.needs).await?;
    Ok(Reply::ok(PurchaseView::of(purchase, needs)))
}
