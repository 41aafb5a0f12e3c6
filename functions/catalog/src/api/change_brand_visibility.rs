//! Shows a brand in the storefront's lists of brands, or hides it there.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Ok200, Path, Problem, ProblemKind, Refusal, Reply, Staff, Versioned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    WriteBrands,
    show_brand::{BrandPath, BrandView},
};
use crate::{Catalog, store::Unwritten};

/// Whether the brand is to be seen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrandVisibility {
    visible: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeBrandVisibilityError {
    #[error("there is no such brand")]
    NotFound,
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the brand cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ChangeBrandVisibilityError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn change_brand_visibility(
    app: &Catalog,
    (_, Path(path), Json(wanted)): (Staff<WriteBrands>, Path<BrandPath>, Json<BrandVisibility>),
) -> Result<Reply<BrandView, Versioned<Ok200>>, ChangeBrandVisibilityError> {
    let found = app
        .store
        .brands_of(&[path.brand_id], Consistency::Strong)
        .await?;
    let known = found
        .into_iter()
        .next()
        .ok_or(ChangeBrandVisibilityError::NotFound)?;
    let brand = known.shown(wanted.visible);
    // What is as wanted already is left alone: a switch that is sent twice is no change of the brand.
    if brand != known {
        app.store.put_brand(&brand, Some(&known)).await?;
    }
    let version = brand.version;
    Ok(Reply::ok(BrandView::from(brand)).version(version))
}
