//! Lists products of a category of any level, of a brand, of both, or all.

use dynamo::{Consistency, DynamoError};
use edge::{Cacheable, Problem, ProblemKind, Public, Query, Refusal, Reply};
use kernel::{BrandId, Limit, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::product::CardView;
use crate::{
    Catalog,
    domain::{Category, CategoryId},
    store::{PageOf, product_list},
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

impl Catalog {
    /// The category whose products are listed, where one is asked for.
    pub(super) async fn listed_category(
        &self,
        id: Option<CategoryId>,
    ) -> Result<Option<Category>, ListProductsError> {
        let Some(id) = id else {
            return Ok(None);
        };
        let found = self.store.category(id, Consistency::Eventual).await?;
        found.map(Some).ok_or(ListProductsError::NoSuchCategory)
    }
}

pub(crate) async fn list_products(
    app: &Catalog,
    (_, Query(wanted)): (Public, Query<Wanted>),
) -> Result<Reply<Page<CardView>, Cacheable>, ListProductsError> {
    let category = app.listed_category(wanted.category_id).await?;
    let list = product_list(category.as_ref(), wanted.brand_id.as_ref());
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    let cards = app
        .store
        .list(&list, page)
        .await?
        .map_err(|_| ListProductsError::BadCursor)?;
    let brands = app.brands_of_page(&cards, |card| &card.brand_id).await?;
    let page = cards.map(|card| CardView::of(card, &brands));
    Ok(Reply::ok(page).public_for(FRESH_SECONDS))
}
