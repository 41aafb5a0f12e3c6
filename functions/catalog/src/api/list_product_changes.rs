//! Lists what changed of a product, last change first; also of a draft that was removed.

use dynamo::DynamoError;
use edge::{Path, Problem, ProblemKind, Query, Refusal, Reply, Staff};
use kernel::{Limit, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ReadCatalog, product::ProductPath};
use crate::{
    Catalog,
    domain::Change,
    store::{PageOf, product_changes},
};

/// Which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// How many.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListProductChangesError {
    #[error("the cursor is not one of this list")]
    BadCursor,
    #[error("the history cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListProductChangesError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::BadCursor => Problem::invalid("?cursor", self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn list_product_changes(
    app: &Catalog,
    (_, Path(path), Query(wanted)): (Staff<ReadCatalog>, Path<ProductPath>, Query<Wanted>),
) -> Result<Reply<Page<Change>>, ListProductChangesError> {
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    let changes = app
        .store
        .changes(&product_changes(&path.product_id), page)
        .await?
        .map_err(|_| ListProductChangesError::BadCursor)?;
    Ok(Reply::ok(changes))
}
