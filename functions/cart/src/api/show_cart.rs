//! Shows a visitor's cart at the prices of now.

use catalog::Sku;
use dynamo::Consistency;
use edge::{Ok200, Reply, SettingCookies, Visitor};
use futures::future::try_join;
use kernel::{Money, SkuId};
use schemars::JsonSchema;
use serde::Serialize;
use stock::StockLevel;

use super::{CartError, line::LineView};
use crate::{
    Shopping,
    domain::{Cart, Line},
    loaded_cart::load_cart,
};

/// A cart.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CartView {
    /// Its lines, the one that came last first.
    items: Vec<CartItem>,
    /// How many lines are for sale.
    lines: usize,
    /// How many pieces they have.
    pieces: u64,
    /// What the checked ones among them cost, at the prices of now.
    total_fen: Money,
}

/// A line of a cart, and whether it can be had.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CartItem {
    #[serde(flatten)]
    line: LineView,
    /// How many pieces can be bought now, over all warehouses.
    available: u64,
    /// Whether one warehouse has all pieces of the line, as an order needs it.
    in_stock: bool,
}

pub(crate) async fn show_cart(
    app: &Shopping,
    (visitor,): (Visitor,),
) -> Result<Reply<CartView, SettingCookies<Ok200>>, CartError> {
    let loaded = load_cart(&app.carts, visitor).await?;
    let ids: Vec<SkuId> = loaded
        .cart()
        .lines
        .iter()
        .map(|line| line.sku_id.clone())
        .collect();
    let (skus, levels) = try_join(
        app.skus.find(&ids, Consistency::Eventual),
        app.levels.of(&ids, Consistency::Eventual),
    )
    .await?;
    let view = view(loaded.cart(), &skus, &levels);
    Ok(loaded.dress(Reply::ok(view), &app.cookies))
}

fn view(cart: &Cart, skus: &[Sku], levels: &[StockLevel]) -> CartView {
    let find = |id: &SkuId| skus.iter().find(|sku| sku.sku_id == *id);
    let totals = cart.totals(|id| find(id).map(|sku| sku.price));
    CartView {
        items: cart
            .lines
            .iter()
            .rev()
            .map(|line| item(line, find(&line.sku_id), levels))
            .collect(),
        lines: totals.lines,
        pieces: totals.pieces,
        total_fen: totals.checked,
    }
}

fn item(line: &Line, sku: Option<&Sku>, levels: &[StockLevel]) -> CartItem {
    let of_sku = levels
        .iter()
        .filter(|level| sku.is_some_and(|sku| level.sku_id == sku.sku_id));
    let able = StockLevel::warehouses_for(levels, &line.sku_id, line.quantity);
    CartItem {
        line: LineView::of(line, sku),
        available: of_sku.map(|level| level.available).sum(),
        in_stock: sku.is_some() && !able.is_empty(),
    }
}
