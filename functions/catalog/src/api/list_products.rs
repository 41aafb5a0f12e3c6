//! Lists products of a category of any level, of a brand, of both, or all.

use dynamo::{Consistency, DynamoError};
use edge::{Cacheable, Problem, ProblemKind, Public, Query, Refusal, Reply};
use kernel::{BrandId, Limit, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Catalog,
    domain::{CategoryId, ProductCard},
    store::product_list,
};

/// How long browsers and the CDN may show a list without asking, in seconds.
const FRESH_SECONDS: u32 = 10;

/// Which products, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only those of this category and the categories below it.
    category_id: Option<CategoryId>,
    /// Only those of this brand.
    brand_id: Option<BrandId>,
    /// How many.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListProductsError {
    #[error("there is no such category")]
    NoSuchCategory,
    #[error("the cursor is not one of this list")]
    BadCursor,
    #[error("products cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListProductsError {
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

pub(crate) async fn list_products(
    app: &Catalog,
    (_, Query(wanted)): (Public, Query<Wanted>),
) -> Result<Reply<Page<ProductCard>, Cacheable>, ListProductsError> {
    let category = match wanted.category_id {
        None => None,
        Some(id) => Some(
            app.store
                .category(id, Consistency::Eventual)
                .await?
                .ok_or(ListProductsError::NoSuchCategory)?,
        ),
    };
    let list = product_list(category.as_ref(), wanted.brand_id.as_ref());
    let page = app
        .store
        .list(&list, &app.cursors, wanted.limit, wanted.cursor.as_deref())
        .await?
        .map_err(|_| ListProductsError::BadCursor)?;
    Ok(Reply::ok(page).public_for(FRESH_SECONDS))
}
