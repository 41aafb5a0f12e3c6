//! Removes a draft with its SKUs, whose codes are free again. What was on sale once cannot be removed.

use dynamo::{Consistency, DynamoError};
use edge::{IfMatch, NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff, Unmatched};

use super::product::{ChangeProducts, NOT_A_DRAFT, ProductPath, unwritten};
use crate::{
    Catalog,
    domain::{Change, ChangeKind, OnlyDraftsGo},
    store::ProductUnwritten,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveProductError {
    #[error("there is no such product")]
    NotFound,
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NoDraft(#[from] OnlyDraftsGo),
    #[error(transparent)]
    NotRemoved(#[from] ProductUnwritten),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for RemoveProductError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::IF_MATCH_REQUIRED,
        NOT_A_DRAFT,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Unmatched(unmatched) => (*unmatched).into(),
            Self::NoDraft(_) => Problem::from(NOT_A_DRAFT).because(self.to_string()),
            Self::NotRemoved(ProductUnwritten::ChangedMeanwhile) => Unmatched::Changed.into(),
            Self::NotRemoved(failure) => unwritten(failure),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn remove_product(
    app: &Catalog,
    (staff, Path(path), if_match): (Staff<ChangeProducts>, Path<ProductPath>, IfMatch),
) -> Result<Reply<(), NoContent>, RemoveProductError> {
    let known = app
        .store
        .product(&path.product_id, Consistency::Strong)
        .await?
        .ok_or(RemoveProductError::NotFound)?;
    if_match.check(Some(known.version))?;
    known.product.check_removal()?;
    let now = app.clock.now();
    let entry = Change::new(ChangeKind::Removed, known.version + 1, staff.id, now);
    app.store.remove_product(&known, &entry).await?;
    Ok(Reply::no_content())
}
