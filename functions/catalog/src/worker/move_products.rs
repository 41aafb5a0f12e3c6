//! Brings the products of a category that was moved to where it now is, some at a time.
//!
//! A message says only which category. Where it is, and where products may still be listed, is read from the category each
//! time, so it does not matter how often a message comes, in which order, or that the category is moved again meanwhile. The
//! message for what remains is sent before this one is done, so nothing is lost when a function dies.

use std::time::Duration;

use dynamo::{Consistency, DynamoError};
use futures::future::try_join_all;
use queue::SendError;
use serde::{Deserialize, Serialize};

use super::Moves;
use crate::domain::CategoryId;

/// Products of a category may not be where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MoveProducts {
    /// The category.
    pub(crate) category_id: CategoryId,
    /// Nothing was found a while ago: when nothing is found now, all have followed.
    #[serde(default)]
    pub(crate) last_look: bool,
}

/// How many products one message moves, all at once.
const CHUNK: usize = 25;
/// When to look for the last time. Longer than a function runs and than an index is behind its table, so that no product
/// comes after that.
const LAST_LOOK: Duration = Duration::from_secs(120);
/// When to look again for what other writers, or an index that is behind, kept from being moved.
const SOON: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveProductsError {
    #[error("products cannot be read or written")]
    Store(#[from] DynamoError),
    #[error("the rest cannot be moved")]
    Queue(#[from] SendError),
}

pub(crate) async fn move_products(
    app: &Moves,
    message: MoveProducts,
) -> Result<(), MoveProductsError> {
    let id = message.category_id;
    let Some(category) = app.store.category(id, Consistency::Strong).await? else {
        return Ok(());
    };
    if category.former_paths.is_empty() {
        return Ok(());
    }
    let left = app.store.products_left_behind(&category, CHUNK).await?;
    if left.is_empty() && message.last_look {
        return Ok(app.store.forget_former_paths(&category).await?);
    }
    let moves = left
        .iter()
        .map(|product| app.store.relist_product(product, &category.path));
    let moved = try_join_all(moves)
        .await?
        .into_iter()
        .filter(|moved| *moved);
    let (last_look, wait) = match (left.is_empty(), moved.count()) {
        (true, _) => (true, LAST_LOOK),
        (false, 0) => (false, SOON),
        (false, _) => (false, Duration::ZERO),
    };
    let rest = MoveProducts {
        category_id: id,
        last_look,
    };
    Ok(app.moving.send_after(&rest, wait).await?)
}
