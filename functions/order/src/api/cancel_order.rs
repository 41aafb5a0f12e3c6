//! Cancels an unpaid order of the caller: closes it, then lets its stock come back. Doing it again is safe, and lets the
//! stock come back even if the first time ended in between; the stock itself counts it once.

use dynamo::DynamoError;
use edge::{Member, Path, Problem, ProblemKind, Refusal, Reply, RequestId};
use kernel::Timestamp;
use queue::SendError;
use schemars::JsonSchema;
use serde::Serialize;

use super::{problems::ORDER_PAID, view::OrderPath};
use crate::{
    OrderSn, OrderStatus, Sales,
    domain::{Actor, Order, Step, Stored},
    store::WriteFailure,
};

/// An order that is closed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ClosedOrder {
    /// The order's number.
    order_sn: OrderSn,
    /// `closed`.
    status: OrderStatus,
    /// When it was closed: now, or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CancelOrderError {
    #[error("there is no such order of this member")]
    NotFound,
    #[error("the order has been paid")]
    Paid,
    #[error("the order cannot be closed")]
    Store(#[from] DynamoError),
    #[error("the order is closed, but its stock does not come back yet")]
    Queue(#[from] SendError),
}

impl Refusal for CancelOrderError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ORDER_PAID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Paid => Problem::from(ORDER_PAID).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
            Self::Queue(error) => Problem::of_queue(error),
        }
    }
}

pub(crate) async fn cancel_order(
    app: &Sales,
    (member, Path(path), RequestId(request)): (Member, Path<OrderPath>, RequestId),
) -> Result<Reply<ClosedOrder>, CancelOrderError> {
    if *path.order_sn.member() != member.id {
        return Err(CancelOrderError::NotFound);
    }
    let step = Step {
        by: Actor::Member,
        at: app.clock.now(),
        request,
    };
    let order = match app.store.close(&path.order_sn, &step, None).await {
        Ok(order) => order,
        Err(WriteFailure::Differs(Some(Stored::Order(order)))) => closed(*order)?,
        Err(WriteFailure::Differs(_)) => return Err(CancelOrderError::NotFound),
        Err(WriteFailure::Store(error)) => return Err(error.into()),
    };
    app.releasing.send(&order.release()).await?;
    let closed_at = order.closed.map(|step| step.at);
    Ok(Reply::ok(ClosedOrder {
        order_sn: order.sn,
        status: order.status,
        closed_at,
    }))
}

/// The order, when it was closed before.
fn closed(order: Order) -> Result<Order, CancelOrderError> {
    if order.status == OrderStatus::Closed {
        Ok(order)
    } else {
        Err(CancelOrderError::Paid)
    }
}
