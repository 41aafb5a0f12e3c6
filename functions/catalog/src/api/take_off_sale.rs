//! Takes a product off sale: it leaves the lists at once, carts show it as not available, and nobody can order it.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Ok200, Path, Problem, ProblemKind, Refusal, Reply, Staff, Unmatched, Versioned,
};

use super::{
    may_put,
    product::{ProductPath, ProductState, PublishProducts, STILL_A_DRAFT, unwritten},
};
use crate::{
    Catalog,
    domain::{Change, ChangeKind, DraftIsNotOnSale},
    store::{ProductUnwritten, StoredProduct},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeOffSaleError {
    #[error("there is no such product")]
    NotFound,
    #[error(transparent)]
    Draft(#[from] DraftIsNotOnSale),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NotWritten(#[from] ProductUnwritten),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for TakeOffSaleError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::CHANGED_MEANWHILE,
        STILL_A_DRAFT,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Draft(_) => Problem::from(STILL_A_DRAFT).because(self.to_string()),
            Self::Unmatched(unmatched) => (*unmatched).into(),
            Self::NotWritten(failure) => unwritten(failure),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn take_off_sale(
    app: &Catalog,
    (staff, Path(path), if_match): (Staff<PublishProducts>, Path<ProductPath>, IfMatch),
) -> Result<Reply<ProductState, Versioned<Ok200>>, TakeOffSaleError> {
    let known = app
        .store
        .product(&path.product_id, Consistency::Strong)
        .await?
        .ok_or(TakeOffSaleError::NotFound)?;
    // Stale is stale, also for what is so already: it would not be what the caller has seen.
    may_put(&if_match, Some(known.version))?;
    let now = app.clock.now();
    let Some(product) = known.product.take_off_sale(now)? else {
        return Ok(Reply::ok(ProductState::of(&known)).version(known.version));
    };
    let version = known.version + 1;
    let entry = Change::new(ChangeKind::TakenOffSale, version, staff.id, now);
    // Whatever became of its category and its brand: what is to leave leaves.
    match app.store.take_off_sale(&product, &known, &entry).await {
        Err(ProductUnwritten::ChangedMeanwhile) if !if_match.is_unsaid() => {
            return Err(Unmatched::Changed.into());
        }
        written => written?,
    }
    let stored = StoredProduct {
        product,
        version,
        ..known
    };
    Ok(Reply::ok(ProductState::of(&stored)).version(version))
}
