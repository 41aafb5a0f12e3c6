//! Sends a member to the provider's page to pay an order. Nothing is written: the notice alone tells that money came, so
//! a member may start as often as they like.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Member, Problem, ProblemKind, Refusal, Reply};
use order::OrderSn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Checkout,
    alipay::{Bill, CannotSign},
    domain::{NotPayable, bill_for},
};

/// What to pay, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartPayment {
    /// The number of an order of the caller.
    order_sn: OrderSn,
    /// The payment provider.
    provider: Provider,
}

/// The payment providers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Provider {
    /// Alipay, on its own page.
    Alipay,
}

/// Where the order is paid.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PaymentPage {
    /// The payment provider.
    provider: Provider,
    /// The provider's page for this order, for the browser to open. It takes money until the order's time to pay is over.
    url: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartPaymentError {
    #[error("the member has no such order")]
    NoSuchOrder,
    #[error("the order cannot be paid")]
    NotPayable(#[source] NotPayable),
    #[error("the provider's page cannot be addressed")]
    Sign(#[from] CannotSign),
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
            Self::NotPayable(reason @ NotPayable::Paid) => {
                Problem::from(ORDER_PAID).because(reason.to_string())
            }
            Self::NotPayable(reason @ (NotPayable::Closed | NotPayable::TooLate)) => {
                Problem::from(ORDER_CLOSED).because(reason.to_string())
            }
            Self::Sign(_) => ProblemKind::INTERNAL.into(),
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
    let bill = bill_for(&order, now).map_err(StartPaymentError::NotPayable)?;
    let url = match wanted.provider {
        Provider::Alipay => app.alipay.page_for(
            &Bill {
                out_trade_no: &order.order_sn.to_string(),
                subject: &bill.subject,
                amount: bill.amount,
                expires_at: bill.expires_at,
            },
            now,
        )?,
    };
    Ok(Reply::ok(PaymentPage {
        provider: wanted.provider,
        url,
    }))
}
