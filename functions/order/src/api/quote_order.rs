//! Tells a member what an order of the checked lines of the cart would be. Nothing is written: what was told comes back
//! signed.

use cart::CheckedLine;
use dynamo::{Consistency, DynamoError};
use edge::{Json, Member, Notes, Problem, ProblemKind, Refusal, Reply};
use futures::future::try_join;
use kernel::{AddressId, SkuId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    problems::{self, BASKET_KINDS},
    quote_view::QuoteView,
};
use crate::{
    OrderSn, Sales,
    domain::{Basket, BasketRefusal, Quote, WantedLine},
    quotes::SealError,
};

/// What to quote: the checked lines of the cart, sent to one of the member's addresses.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteOrderInput {
    /// Where the goods would go.
    address_id: AddressId,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum QuoteOrderError {
    #[error("the member has no such address")]
    NoSuchAddress,
    #[error("the lines cannot be ordered")]
    Basket(#[from] BasketRefusal),
    #[error("cart, address, goods or stock cannot be read")]
    Store(#[from] DynamoError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Refusal for QuoteOrderError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        BASKET_KINDS[0],
        BASKET_KINDS[1],
        BASKET_KINDS[2],
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchAddress => Problem::invalid("/address_id", self.to_string()),
            Self::Basket(refusal) => problems::of_basket(refusal),
            Self::Store(error) => Problem::of_store(error),
            Self::Seal(_) => ProblemKind::INTERNAL.into(),
        }
    }
}

pub(crate) async fn quote_order(
    app: &Sales,
    (member, Json(input)): (Member, Json<QuoteOrderInput>),
) -> Result<Reply<QuoteView>, QuoteOrderError> {
    let (cart, address) = try_join(
        app.carts.checked(&member.id),
        app.members.address(&member.id, &input.address_id),
    )
    .await?;
    let destination = address.ok_or(QuoteOrderError::NoSuchAddress)?.destination;
    let wanted: Vec<WantedLine> = cart.into_iter().map(wanted).collect();
    Basket::check(&wanted)?;
    let ids: Vec<SkuId> = wanted.iter().map(|line| line.sku_id.clone()).collect();
    let (skus, levels) = try_join(
        app.skus.find(&ids, Consistency::Eventual),
        app.levels.of(&ids, Consistency::Eventual),
    )
    .await?;
    let basket = Basket::price(&wanted, &skus, &destination.province, &app.terms.freight)?;
    let now = app.clock.now();
    let quote = Quote::of(
        &basket,
        &levels,
        member.id,
        destination,
        now,
        app.terms.quote_expires_at(now),
    );
    Notes::about(OrderSn::new(quote.id.clone(), quote.member.clone()));
    Ok(Reply::ok(QuoteView::of(
        &app.quotes,
        &quote,
        &basket,
        &levels,
    )?))
}

fn wanted(line: CheckedLine) -> WantedLine {
    WantedLine {
        sku_id: line.sku_id,
        quantity: line.quantity,
        rev: line.rev,
    }
}
