//! Makes or changes a brand, and says which categories it serves.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored, Unmatched, Versioned,
};
use futures::future::try_join;

use super::{
    WriteBrands, may_put,
    show_brand::{BrandPath, BrandView},
};
use crate::{
    Catalog,
    domain::{
        CategoryId,
        brand::{Brand, BrandDraft, BrandRefusal},
    },
    store::Unwritten,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutBrandError {
    #[error(transparent)]
    Refused(#[from] BrandRefusal),
    #[error("there is no such category")]
    NoSuchCategory(CategoryId),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the brand cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for PutBrandError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::Refused(BrandRefusal::TooManyCategories) => {
                Problem::invalid("/category_ids", self.to_string())
            }
            Self::Refused(_) => Problem::invalid("/name", self.to_string()),
            Self::NoSuchCategory(id) => {
                Problem::invalid("/category_ids", format!("there is no category {id}"))
            }
            Self::Unmatched(unmatched) => Problem::from(*unmatched),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn put_brand(
    app: &Catalog,
    (_, Path(path), if_match, Json(draft)): (
        Staff<WriteBrands>,
        Path<BrandPath>,
        IfMatch,
        Json<BrandDraft>,
    ),
) -> Result<Reply<BrandView, Versioned<Stored>>, PutBrandError> {
    let ids = [path.brand_id.clone()];
    let (found, categories) = try_join(
        app.store.brands_of(&ids, Consistency::Strong),
        app.store
            .categories_of(&draft.category_ids, Consistency::Eventual),
    )
    .await?;
    let known = found.first();
    may_put(&if_match, known.map(|brand| brand.version))?;
    let is_there = |id: &CategoryId| {
        let mut categories = categories.iter();
        categories.any(|category| category.id == *id && !category.is_removed())
    };
    if let Some(missing) = draft.category_ids.iter().find(|id| !is_there(id)) {
        return Err(PutBrandError::NoSuchCategory(*missing));
    }
    let brand = Brand::of_draft(path.brand_id, draft, known)?;
    app.store.put_brand(&brand, known).await?;
    let version = brand.version;
    Ok(Reply::stored(known.is_none(), brand.into()).version(version))
}
