//! How a quote is shown.

use kernel::{Money, ProductId, Quantity, QuoteId, SkuId, Timestamp};
use member::Destination;
use schemars::JsonSchema;
use serde::Serialize;
use stock::StockLevel;

use crate::{
    domain::{Basket, Quote},
    quotes::{QuoteText, Quotes, SealError},
};

/// What an order would be: everything a member confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct QuoteView {
    /// The quote itself, signed: give it back unchanged to place the order.
    quote: QuoteText,
    /// The quote's id; where an `Idempotency-Key` is sent with the order, it is this.
    quote_id: QuoteId,
    /// Until when an order can be placed with it.
    expires_at: Timestamp,
    /// Where the goods would go.
    address: Destination,
    /// What would be ordered.
    lines: Vec<QuoteLineView>,
    /// The sum of the lines.
    goods_fen: Money,
    /// The freight.
    freight_fen: Money,
    /// What is to be paid.
    total_fen: Money,
    /// Whether every line is in stock; an order is refused while one is not.
    in_stock: bool,
}

/// A line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct QuoteLineView {
    /// The SKU.
    sku_id: SkuId,
    /// Its product.
    product_id: ProductId,
    /// The product's name.
    name: String,
    /// Which one it is.
    options: Vec<catalog::Choice>,
    /// The address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// The price of one piece.
    price_fen: Money,
    /// How many pieces.
    quantity: Quantity,
    /// The price of all of them.
    amount_fen: Money,
    /// Pieces that can be bought now, over all warehouses.
    available: u64,
    /// Whether one warehouse has all pieces of the line: a line is never split.
    in_stock: bool,
}

impl QuoteView {
    pub(crate) fn of(
        quotes: &Quotes,
        quote: &Quote,
        basket: &Basket,
        levels: &[StockLevel],
    ) -> Result<Self, SealError> {
        let lines: Vec<_> = basket
            .lines
            .iter()
            .map(|line| QuoteLineView {
                sku_id: line.sku.sku_id.clone(),
                product_id: line.sku.product_id.clone(),
                name: line.sku.name.clone(),
                options: line.sku.options.clone(),
                image: line.sku.image.clone(),
                price_fen: line.sku.price,
                quantity: line.quantity,
                amount_fen: line.amount,
                available: available(levels, &line.sku.sku_id),
                in_stock: !StockLevel::warehouses_for(levels, &line.sku.sku_id, line.quantity)
                    .is_empty(),
            })
            .collect();
        Ok(Self {
            quote: quotes.seal(quote)?,
            quote_id: quote.id.clone(),
            expires_at: quote.expires_at,
            address: quote.destination.clone(),
            in_stock: lines.iter().all(|line| line.in_stock),
            lines,
            goods_fen: basket.goods,
            freight_fen: basket.freight,
            total_fen: basket.total,
        })
    }
}

fn available(levels: &[StockLevel], sku: &SkuId) -> u64 {
    levels
        .iter()
        .filter(|level| level.sku_id == *sku)
        .map(|level| level.available)
        .sum()
}
