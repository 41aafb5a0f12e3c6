//! Puts a product on sale: from then on it is in the lists, and can be bought. Who names in `If-Match` the version that they
//! have seen publishes that one or none.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Ok200, Path, Problem, ProblemKind, Refusal, Reply, Staff, Unmatched, Versioned,
};

use super::{
    may_put,
    product::{NOT_FIT_FOR_SALE, ProductPath, ProductState, PublishProducts, unwritten},
};
use crate::{
    Catalog,
    domain::{Change, ChangeKind, NotFitForSale},
    store::{ProductChange, ProductUnwritten, StoredProduct},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutOnSaleError {
    #[error("there is no such product")]
    NotFound,
    #[error(transparent)]
    NotFit(#[from] NotFitForSale),
    #[error("its {0} is no more")]
    Bereft(&'static str),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NotWritten(#[from] ProductUnwritten),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for PutOnSaleError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::CHANGED_MEANWHILE,
        NOT_FIT_FOR_SALE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::NotFit(_) | Self::Bereft(_) => {
                Problem::from(NOT_FIT_FOR_SALE).because(self.to_string())
            }
            Self::Unmatched(unmatched) => (*unmatched).into(),
            Self::NotWritten(failure) => unwritten(failure),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn put_on_sale(
    app: &Catalog,
    (staff, Path(path), if_match): (Staff<PublishProducts>, Path<ProductPath>, IfMatch),
) -> Result<Reply<ProductState, Versioned<Ok200>>, PutOnSaleError> {
    let known = app
        .store
        .product(&path.product_id, Consistency::Strong)
        .await?
        .ok_or(PutOnSaleError::NotFound)?;
    // Stale is stale, also for what is so already: it would not be what the caller has seen.
    may_put(&if_match, Some(known.version))?;
    let now = app.clock.now();
    let Some(product) = known.product.put_on_sale(now)? else {
        return Ok(Reply::ok(ProductState::of(&known)).version(known.version));
    };
    let (category, brand) = app.belongings_of(&product.document).await?;
    let category = category.ok_or(PutOnSaleError::Bereft("category"))?;
    brand.ok_or(PutOnSaleError::Bereft("brand"))?;
    let version = known.version + 1;
    let entry = Change::new(ChangeKind::PutOnSale, version, staff.id, now);
    let change = ProductChange {
        product: &product,
        known: Some(&known),
        entry: &entry,
        category: &category,
        now,
    };
    match app.store.put_on_sale(&change).await {
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
