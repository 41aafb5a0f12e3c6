//! How orders are shown.

use std::collections::HashMap;

use dynamo::{Consistency, DynamoError};
use kernel::{Money, Quantity, SkuId, Timestamp};
use member::Destination;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    OrderSn, OrderStatus, Sales,
    domain::{Actor, Order, OrderLine, PaidStep},
};

/// Which order.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct OrderPath {
    /// The order's number.
    pub(crate) order_sn: OrderSn,
}

/// An order as it was placed: what never changes about it, so that a repeated request gets the same answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PlacedOrder {
    /// The order's number.
    order_sn: OrderSn,
    /// When it was placed.
    placed_at: Timestamp,
    /// Until when it can be paid; a while later it is closed.
    expires_at: Timestamp,
    /// Where the goods go.
    address: Destination,
    /// What was ordered.
    lines: Vec<OrderLineView>,
    /// The sum of the lines.
    goods_fen: Money,
    /// The freight.
    freight_fen: Money,
    /// What is to be paid.
    total_fen: Money,
    /// What the member wanted to say about it.
    note: String,
}

/// A line of an order, as it was when the order was placed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OrderLineView {
    /// The SKU.
    sku_id: SkuId,
    /// What the product was called; a long name is cut and ends in `…`.
    name: String,
    /// Which one it was, such as `颜色:金色;容量:16G`.
    options: String,
    /// The price of one piece.
    price_fen: Money,
    /// How many pieces.
    quantity: Quantity,
    /// The price of all of them.
    amount_fen: Money,
    /// The address of the SKU's picture of today; absent once it is not for sale any more, and where an order has just
    /// been placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
}

/// An order.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OrderView {
    /// How far it has come.
    status: OrderStatus,
    #[serde(flatten)]
    placed: PlacedOrder,
    /// How it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentView>,
    /// Every step it has taken, the first first.
    timeline: Vec<TimelineView>,
}

/// How an order was paid.
#[derive(Debug, Serialize, JsonSchema)]
struct PaymentView {
    /// The payment provider.
    provider: String,
    /// The provider's number of the payment.
    trade_no: String,
    /// When the provider took the money.
    paid_at: Timestamp,
}

/// One step of an order.
#[derive(Debug, Serialize, JsonSchema)]
struct TimelineView {
    /// When.
    at: Timestamp,
    /// Who moved it.
    by: Actor,
    /// The status before; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<OrderStatus>,
    /// The status after.
    to: OrderStatus,
    /// The request that did it; for what the mall or the provider did, the id of the trace.
    request_id: String,
}

/// The addresses of pictures, by SKU.
pub(crate) type Pictures = HashMap<SkuId, String>;

/// The pictures of these lines as the catalog has them now, in one stage. An order does not keep them: they would take
/// more room than all else.
pub(crate) async fn pictures_of<'l>(
    app: &Sales,
    lines: impl Iterator<Item = &'l OrderLine>,
) -> Result<Pictures, DynamoError> {
    let ids: Vec<SkuId> = lines.map(|line| line.sku_id.clone()).collect();
    let skus = app.skus.find(&ids, Consistency::Eventual).await?;
    Ok(skus
        .into_iter()
        .filter_map(|sku| Some((sku.sku_id, sku.image?)))
        .collect())
}

impl OrderLineView {
    pub(crate) fn of(line: &OrderLine, pictures: &Pictures) -> Self {
        Self {
            sku_id: line.sku_id.clone(),
            name: line.name.clone(),
            options: line.options.clone(),
            price_fen: line.price,
            quantity: line.quantity,
            amount_fen: line.amount(),
            image: pictures.get(&line.sku_id).cloned(),
        }
    }
}

impl PlacedOrder {
    pub(crate) fn of(order: &Order, pictures: &Pictures) -> Self {
        Self {
            order_sn: order.sn.clone(),
            placed_at: order.placed.at,
            expires_at: order.expires_at,
            address: order.destination.clone(),
            lines: order
                .lines
                .iter()
                .map(|line| OrderLineView::of(line, pictures))
                .collect(),
            goods_fen: order.goods(),
            freight_fen: order.freight,
            total_fen: order.total,
            note: order.note.clone(),
        }
    }
}

impl OrderView {
    pub(crate) fn of(order: &Order, pictures: &Pictures) -> Self {
        let timeline = order.timeline().into_iter().map(|entry| TimelineView {
            at: entry.step.at,
            by: entry.step.by,
            from: entry.to.predecessor(),
            to: entry.to,
            request_id: entry.step.request.clone(),
        });
        Self {
            status: order.status,
            placed: PlacedOrder::of(order, pictures),
            payment: order.paid.as_ref().map(PaymentView::of),
            timeline: timeline.collect(),
        }
    }
}

impl PaymentView {
    fn of(paid: &PaidStep) -> Self {
        Self {
            provider: paid.provider.clone(),
            trade_no: paid.trade_no.clone(),
            paid_at: paid.paid_at,
        }
    }
}
