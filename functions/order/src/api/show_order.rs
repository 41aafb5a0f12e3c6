//! Shows an order of the caller. Someone else's is as if it were not there.

use dynamo::{Consistency, DynamoError};
use edge::{Member, Path, Problem, ProblemKind, Refusal, Reply};

use super::view::{OrderPath, OrderView, pictures_of};
use crate::{Sales, domain::Stored};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowOrderError {
    #[error("there is no such order of this member")]
    NotFound,
    #[error("the order cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ShowOrderError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn show_order(
    app: &Sales,
    (member, Path(path)): (Member, Path<OrderPath>),
) -> Result<Reply<OrderView>, ShowOrderError> {
    if *path.order_sn.member() != member.id {
        return Err(ShowOrderError::NotFound);
    }
    let Some(Stored::Order(order)) = app.store.find(&path.order_sn, Consistency::Strong).await?
    else {
        return Err(ShowOrderError::NotFound);
    };
    let pictures = pictures_of(app, order.lines.iter()).await?;
    Ok(Reply::ok(OrderView::of(&order, &pictures)))
}
