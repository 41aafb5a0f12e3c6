//! Sends a member to the provider's page to pay an order. Nothing is written: the notice alone tells that money came, so
//! a member may start as often as they like.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Member, Problem, ProblemKind, Refusal, Reply};
use order::{NoPage, NotPayable, OrderSn, PaymentPage, Provider};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Checkout;

/// What to pay, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartPayment {
    /// The number of an order of the caller.
    order_sn: OrderSn,
    /// The payment provider.
    provider: Provider,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartPaymentError {
    #[error("the member has no such order")]
    NoSuchOrder,
    #[error(transparent)]
    NoPage(#[from] NoPage),
    #[error("the order cannot be read")]
    Store(#[from] DynamoError),
}

/// The order is paid already.
const ORDER_PAID: ProblemKind = ProblemKind::new(409, "16001", "Order already paid");
/// The order is closed, or its time to pay is over; the goods can be ordered again.
const ORDER_CLOSED: ProblemKind = ProblemKind::new(409, "16002", "Order can no longer be paid");

impl Refusal for StartPaymentError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ORDER_PAID,
        ORDER_CLOSED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchOrder => ProblemKind::NOT_FOUND.into(),
            Self::NoPage(NoPage::NotPayable(reason)) => {
                let kind = match reason {
                    NotPayable::Paid => ORDER_PAID,
                    NotPayable::Closed | NotPayable::TooLate => ORDER_CLOSED,
                };
                Problem::from(kind).because(reason.to_string())
            }
            Self::NoPage(NoPage::Unsigned(_)) => ProblemKind::INTERNAL.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn start_payment(
    app: &Checkout,
    (member, Json(wanted)): (Member, Json<StartPayment>),
) -> Result<Reply<PaymentPage>, StartPaymentError> {
    let order = app
        .orders
        .find(&wanted.order_sn, Consistency::Strong)
        .await?;
    let order = order
        .filter(|order| order.member_id == member.id)
        .ok_or(StartPaymentError::NoSuchOrder)?;
    let now = app.clock.now();
    let page = app.cashiers.page_for(wanted.provider, &order, now)?;
    Ok(Reply::ok(page))
}
