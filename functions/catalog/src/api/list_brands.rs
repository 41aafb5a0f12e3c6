//! Lists brands for staff: all, those with a part in their name, those that serve a category.

use dynamo::{Consistency, DynamoError};
use edge::{Problem, ProblemKind, Query, Refusal, Reply, Staff};
use kernel::{Limit, Page, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ReadCatalog, holds, show_brand::BrandView};
use crate::{
    Catalog,
    domain::{CategoryId, brand::Brand},
};

/// Which brands, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedBrands {
    /// Only those with this id, or with this in their name.
    key: Option<Text<1, 64>>,
    /// Only those that serve this category, or one above it.
    category_id: Option<CategoryId>,
    /// How many at most; a page may be shorter and not the last one.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListBrandsError {
    #[error("there is no such category")]
    NoSuchCategory,
    #[error("the cursor is not one of this list")]
    BadCursor,
    #[error("brands cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListBrandsError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchCategory => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::BadCursor => Problem::invalid("?cursor", self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn list_brands(
    app: &Catalog,
    (_, Query(wanted)): (Staff<ReadCatalog>, Query<WantedBrands>),
) -> Result<Reply<Page<BrandView>>, ListBrandsError> {
    let path = match wanted.category_id {
        None => None,
        Some(id) => {
            let found = app.store.category(id, Consistency::Eventual).await?;
            Some(found.ok_or(ListBrandsError::NoSuchCategory)?.path)
        }
    };
    let key = wanted.key.as_deref();
    let matches = |brand: &Brand| {
        (holds(&brand.name, key) || key == Some(brand.id.as_str()))
            && path.as_ref().is_none_or(|path| brand.serves(path))
    };
    let page = app
        .store
        .search_brands(
            &app.cursors,
            wanted.limit,
            wanted.cursor.as_deref(),
            matches,
        )
        .await?
        .map_err(|_| ListBrandsError::BadCursor)?;
    Ok(Reply::ok(page.map(BrandView::from)))
}
