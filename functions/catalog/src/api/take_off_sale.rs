//! Takes a product off sale: it leaves the lists at once, carts show it as not available, and nobody can order it.

use dynamo::{Consistency, DynamoError};
use edge::{Ok200, Path, Problem, ProblemKind, Refusal, Reply, Staff, Versioned};

use super::product::{ProductPath, ProductState, PublishProducts, STILL_A_DRAFT, unwritten};
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
    NotWritten(#[from] ProductUnwritten),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for TakeOffSaleError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        STILL_A_DRAFT,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Draft(_) => Problem::from(STILL_A_DRAFT).because(self.to_string()),
            Self::NotWritten(failure) => unwritten(failure),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn take_off_sale(
    app: &Catalog,
    (staff, Path(path)): (Staff<PublishProducts>, Path<ProductPath>),
) -> Result<Reply<ProductState, Versioned<Ok200>>, TakeOffSaleError> {
    let known = app
        .store
        .product(&path.product_id, Consistency::Strong)
        .await?
        .ok_or(TakeOffSaleError::NotFound)?;
    let now = app.clock.now();
    let Some(product) = known.product.take_off_sale(now)? else {
        return Ok(Reply::ok(ProductState::of(&known)).version(known.version));
    };
    let version = known.version + 1;
    let entry = Change::new(ChangeKind::TakenOffSale, version, staff.id, now);
    // Whatever became of its category and its brand: what is to leave leaves.
    app.store.take_off_sale(&product, &known, &entry).await?;
    let stored = StoredProduct {
        product,
        version,
        ..known
    };
    Ok(Reply::ok(ProductState::of(&stored)).version(version))
}
