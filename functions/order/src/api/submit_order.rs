//! Places an order with a quote: one transaction writes the order and takes its stock, both or neither.
//!
//! The order's key is the quote's id, so a quote places one order however often the request is sent: the order is looked
//! up first, and one that is there is the answer. Its closing is sent before it is written, so it cannot be lost; where no order
//! follows, that message finds none and ends. What else follows an order, the table's stream sets in motion.

use catalog::Sku;
use dynamo::{Consistency, DynamoError, Patience, Signer};
use edge::{
    Created, IdempotencyKey, Json, Member, Problem, ProblemKind, Refusal, Reply, RequestId,
};
use kernel::{MemberId, SkuId, Text, Timestamp, WarehouseId};
use queue::SendError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing::error;

use super::{
    problems::{
        self, BASKET_KINDS, KEY_REUSED, NOT_ENOUGH_STOCK, ORDER_VOID, PRICE_CHANGED, QUOTE_EXPIRED,
        QUOTE_INVALID,
    },
    quote_view::QuoteView,
    view::{Pictures, PlacedOrder},
};
use crate::{
    Cashiers, Checkout, NoPage, OrderSn, PaymentPage, Provider, Sales,
    domain::{Actor, Basket, BasketRefusal, Draft, Order, Quote, Step, Stored},
    quotes::{QuoteRefusal, QuoteText, SealError},
    store::{self, PlaceFailure},
    worker::close_order::CloseOrder,
};

/// The order: a quote, confirmed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitOrderInput {
    /// The quote, unchanged.
    quote: QuoteText,
    /// What the member wants to say about it.
    #[serde(default)]
    note: Text<0, 500>,
    /// The payment provider whose page the answer shall name. Not part of what an order is: it may be another one, or none, when
    /// the request is sent again.
    #[serde(default)]
    pay_with: Option<Provider>,
}

/// The order, and where it is paid.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SubmittedOrder {
    #[serde(flatten)]
    placed: PlacedOrder,
    /// Where the order is paid, if that was asked for with `pay_with` and the order is still to be paid; `POST /api/payments`
    /// tells it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_page: Option<PaymentPage>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitOrderError {
    #[error("an idempotency key must be the id of the quote")]
    ForeignKey,
    #[error(transparent)]
    Quote(#[from] QuoteRefusal),
    #[error("another request placed an order with this quote")]
    OtherBody,
    #[error("the order comes too late: it can no longer be placed with this quote")]
    Void,
    #[error("prices are no longer what the quote says")]
    PriceChanged(Box<QuoteView>),
    #[error("the lines cannot be ordered")]
    Basket(#[from] BasketRefusal),
    #[error("there is not enough stock")]
    NotEnough(Vec<SkuId>),
    #[error("the order cannot be read or written")]
    Store(#[from] DynamoError),
    #[error("the order's closing cannot be sent")]
    Queue(#[from] SendError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Refusal for SubmitOrderError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        QUOTE_INVALID,
        QUOTE_EXPIRED,
        PRICE_CHANGED,
        BASKET_KINDS[0],
        BASKET_KINDS[1],
        BASKET_KINDS[2],
        KEY_REUSED,
        ORDER_VOID,
        NOT_ENOUGH_STOCK,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        let because = |kind: ProblemKind| Problem::from(kind).because(self.to_string());
        match self {
            Self::ForeignKey => Problem::invalid("Idempotency-Key", self.to_string()),
            Self::Quote(refusal) => problems::of_quote(*refusal),
            Self::OtherBody => because(KEY_REUSED),
            Self::Void => because(ORDER_VOID),
            Self::PriceChanged(quote) => because(PRICE_CHANGED).with("quote", quote),
            Self::Basket(refusal) => problems::of_basket(refusal),
            Self::NotEnough(skus) => because(NOT_ENOUGH_STOCK).with("sku_ids", skus),
            Self::Store(error) => Problem::of_store(error),
            Self::Queue(error) => Problem::of_queue(error),
            Self::Seal(_) => ProblemKind::INTERNAL.into(),
        }
    }
}

/// One request to place an order.
struct Submission {
    sn: OrderSn,
    body_hash: String,
    now: Timestamp,
    request: String,
}

pub(crate) async fn submit_order(
    Checkout { sales, cashiers }: &Checkout,
    (member, IdempotencyKey(key), RequestId(request), Json(input)): (
        Member,
        IdempotencyKey,
        RequestId,
        Json<SubmitOrderInput>,
    ),
) -> Result<Reply<SubmittedOrder, Created>, SubmitOrderError> {
    if key.is_some_and(|key| key != input.quote.id().as_str()) {
        return Err(SubmitOrderError::ForeignKey);
    }
    let now = sales.clock.now();
    let submission = Submission::of(&input, &member.id, now, request);
    let order = match sales.quotes.open(&input.quote, &member.id, now) {
        Ok(quote) => submission.submit(sales, quote, &input.note).await?,
        // The quote may have been good when an order was placed with it.
        Err(refusal) => submission.known(sales).await?.ok_or(refusal)?,
    };
    let submitted = SubmittedOrder {
        placed: PlacedOrder::of(&order, &Pictures::new()),
        payment_page: input
            .pay_with
            .and_then(|provider| page_for(cashiers, provider, &order, now)),
    };
    Ok(Reply::created(
        format!("/api/orders/{}", order.sn),
        submitted,
    ))
}

/// Where an order is paid that was just placed, now or by an earlier request. The order stands, so nothing about its page can
/// make of this a failure.
fn page_for(
    cashiers: &Cashiers,
    provider: Provider,
    order: &Order,
    now: Timestamp,
) -> Option<PaymentPage> {
    match cashiers.page_for(provider, &order.clone().into(), now) {
        Ok(page) => Some(page),
        Err(NoPage::NotPayable(_)) => None,
        Err(NoPage::Unsigned(error)) => {
            error!(%error, "a member is not told where to pay");
            None
        }
    }
}

impl Submission {
    fn of(input: &SubmitOrderInput, member: &MemberId, now: Timestamp, request: String) -> Self {
        let content = format!("{}\n{}", input.quote, &*input.note);
        Self {
            sn: OrderSn::new(input.quote.id().clone(), member.clone()),
            body_hash: Signer::sha256(content)[..HASH_DIGITS].to_owned(),
            now,
            request,
        }
    }

    async fn submit(
        self,
        app: &Sales,
        quote: Quote,
        note: &str,
    ) -> Result<Order, SubmitOrderError> {
        let expires_at = app.terms.order_expires_at(self.now);
        let ids: Vec<SkuId> = quote.lines.iter().map(|line| line.sku_id.clone()).collect();
        // What a read misses of the last moment, the condition of the write sees.
        let (known, skus, sent) = futures::join!(
            self.find(app, Consistency::Eventual),
            app.skus.find(&ids, Consistency::Eventual),
            self.send_close(app, expires_at),
        );
        if let Some(order) = known? {
            return Ok(order);
        }
        let skus = skus?;
        sent?;
        let basket = match self.confirm(app, &quote, &skus).await {
            Ok(basket) => basket,
            // Only where no order was placed: then goods or prices may well have changed since.
            Err(refusal) => return self.known(app).await?.ok_or(refusal),
        };
        let warehouses = quote.warehouses();
        let placed = Step {
            by: Actor::Member,
            at: self.now,
            request: self.request.clone(),
        };
        let draft = Draft {
            sn: self.sn.clone(),
            body_hash: self.body_hash.clone(),
            basket,
            destination: quote.destination,
            note: note.to_owned(),
            placed,
            expires_at,
        };
        self.place(app, &draft, warehouses).await
    }

    /// The lines of the quote at the prices of now, which are those that the member was told.
    async fn confirm(
        &self,
        app: &Sales,
        quote: &Quote,
        skus: &[Sku],
    ) -> Result<Basket, SubmitOrderError> {
        let basket = Basket::price(
            &quote.wanted(),
            skus,
            &quote.destination.province,
            &app.terms.freight,
        )?;
        if quote.agrees_with(&basket) {
            return Ok(basket);
        }
        Err(self.price_changed(app, quote, &basket).await?)
    }

    /// Sends the message that closes the order when its time is over, or makes sure that it never comes.
    async fn send_close(&self, app: &Sales, expires_at: Timestamp) -> Result<(), SendError> {
        let due = app.terms.close_due(expires_at);
        let close = CloseOrder {
            order_sn: self.sn.clone(),
            due,
        };
        app.closing.send_at(&close, due, self.now).await
    }

    /// The order that this request placed before, if it did; surely.
    async fn known(&self, app: &Sales) -> Result<Option<Order>, SubmitOrderError> {
        self.find(app, Consistency::Strong).await
    }

    async fn find(
        &self,
        app: &Sales,
        consistency: Consistency,
    ) -> Result<Option<Order>, SubmitOrderError> {
        let stored = app.store.find(&self.sn, consistency).await?;
        stored.map(|stored| self.replay(stored)).transpose()
    }

    /// What stands at the order's key, as an answer to this request.
    fn replay(&self, stored: Stored) -> Result<Order, SubmitOrderError> {
        match stored {
            Stored::Order(order) if order.body_hash == self.body_hash => Ok(*order),
            Stored::Order(_) => Err(SubmitOrderError::OtherBody),
            Stored::Void => Err(SubmitOrderError::Void),
        }
    }

    async fn price_changed(
        &self,
        app: &Sales,
        quote: &Quote,
        basket: &Basket,
    ) -> Result<SubmitOrderError, SubmitOrderError> {
        let levels = app
            .levels
            .of(&basket.sku_ids(), Consistency::Eventual)
            .await?;
        let next = Quote::of(
            basket,
            &levels,
            quote.member.clone(),
            quote.destination.clone(),
            self.now,
            app.terms.quote_expires_at(self.now),
        );
        let view = QuoteView::of(&app.quotes, &next, basket, &levels)?;
        Ok(SubmitOrderError::PriceChanged(Box::new(view)))
    }

    /// Writes the order down, with its lines from the warehouses that the quote found. What is busy is tried again for a
    /// while; a warehouse that has run out leads to the next one that holds the whole quantity.
    async fn place(
        &self,
        app: &Sales,
        draft: &Draft,
        mut warehouses: Vec<Option<WarehouseId>>,
    ) -> Result<Order, SubmitOrderError> {
        let mut patience = Patience::begin();
        if warehouses.iter().any(Option::is_none) {
            warehouses = self.warehouses_now(app, draft).await?;
        }
        loop {
            let order = match draft.place(&warehouses) {
                Ok(order) => store::fit(order)?,
                // Another attempt of this same request may have taken the last piece: then the order is there.
                Err(short) => {
                    return self
                        .known(app)
                        .await?
                        .ok_or(SubmitOrderError::NotEnough(short));
                }
            };
            let busy = match app.store.place(&order, &app.levels).await {
                Ok(()) => return Ok(order),
                Err(PlaceFailure::Taken(stored)) => return self.replay(stored),
                Err(PlaceFailure::Store(error)) => return Err(error.into()),
                Err(PlaceFailure::HeldUp(error)) => error,
                Err(PlaceFailure::Short) => {
                    warehouses = self.warehouses_now(app, draft).await?;
                    if warehouses.iter().any(Option::is_none) {
                        // Nothing to wait for: no warehouse holds it any more.
                        continue;
                    }
                    DynamoError::Busy {
                        code: "StockMoves".to_owned(),
                        source: None,
                    }
                }
            };
            if !patience.pause().await {
                return Err(busy.into());
            }
        }
    }

    /// Where the lines could come from at this moment.
    async fn warehouses_now(
        &self,
        app: &Sales,
        draft: &Draft,
    ) -> Result<Vec<Option<WarehouseId>>, DynamoError> {
        let ids = draft.basket.sku_ids();
        let levels = app.levels.of(&ids, Consistency::Strong).await?;
        Ok(draft.basket.warehouses(&levels))
    }
}

/// How many digits of a body's hash an order keeps. They tell a member's own requests apart; nobody gains by two that look
/// the same.
const HASH_DIGITS: usize = 16;
