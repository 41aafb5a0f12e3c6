//! Takes out of a member's cart what they have ordered, as the order table's stream tells it. A line that was changed after
//! it was quoted stays: it is a new wish.

use cart::Carts;
use dynamo::DynamoError;
use edge::StreamRecord;

use crate::store;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveOrderedLinesError {
    #[error("the ordered lines cannot be removed")]
    Store(#[from] DynamoError),
}

pub(crate) async fn remove_ordered_lines(
    carts: &Carts,
    record: StreamRecord,
) -> Result<(), RemoveOrderedLinesError> {
    let Some(order) = store::placed(record)? else {
        return Ok(());
    };
    carts
        .remove_ordered(order.sn.member(), &order.cart_lines())
        .await?;
    Ok(())
}
