//! Sees in the table's stream that a category was moved, and has its products follow.
//!
//! It asks again whenever a category is written that products have yet to follow, so that even work that was lost for good is
//! taken up when staff save the category once more.

use dynamo::DynamoError;
use edge::StreamRecord;
use queue::SendError;

use super::{Moves, move_products::MoveProducts};
use crate::store::moving_category;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartCategoryMovesError {
    #[error("the category cannot be read")]
    Category(#[from] DynamoError),
    #[error("its products cannot be moved")]
    Queue(#[from] SendError),
}

pub(crate) async fn start_category_moves(
    app: &Moves,
    record: StreamRecord,
) -> Result<(), StartCategoryMovesError> {
    let Some(category_id) = moving_category(&record.key, record.new)? else {
        return Ok(());
    };
    let message = MoveProducts {
        category_id,
        last_look: false,
    };
    Ok(app.moving.send(&message).await?)
}
