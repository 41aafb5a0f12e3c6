//! Removes a brand, unless a product is of it.

use dynamo::{Consistency, DynamoError};
use edge::{NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{CLOSING, WriteBrands, show_brand::BrandPath};
use crate::{Catalog, store::Unwritten};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveBrandError {
    #[error("there is no such brand")]
    NotFound,
    #[error("products are of this brand")]
    InUse,
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the brand cannot be read")]
    Store(#[from] DynamoError),
}

/// A product, on sale or not, is of the brand.
const BRAND_IN_USE: ProblemKind = ProblemKind::new(409, "11013", "Brand in use");

impl Refusal for RemoveBrandError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        BRAND_IN_USE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::InUse => Problem::from(BRAND_IN_USE).because(self.to_string()),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn remove_brand(
    app: &Catalog,
    (_, Path(path)): (Staff<WriteBrands>, Path<BrandPath>),
) -> Result<Reply<(), NoContent>, RemoveBrandError> {
    let id = path.brand_id;
    let found = app
        .store
        .brands_of(std::slice::from_ref(&id), Consistency::Strong)
        .await?;
    let brand = found.into_iter().next().ok_or(RemoveBrandError::NotFound)?;
    // First nothing new may refer to it, then what refers to it already is looked for: in this order nothing slips through.
    let until = app.clock.now().plus(CLOSING);
    app.store.close_brand(&brand, until).await?;
    if app.store.brand_has_products(&id).await? {
        app.store.reopen_brand(&id, until).await?;
        return Err(RemoveBrandError::InUse);
    }
    app.store.remove_brand(&brand, until).await?;
    Ok(Reply::no_content())
}
