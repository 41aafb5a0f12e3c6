//! How lines are shown.

use catalog::{Choice, Sku};
use kernel::{Money, ProductId, Quantity, SkuId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::Line;

/// A line of a cart, with what the catalog says about its SKU now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LineView {
    /// The SKU.
    sku_id: SkuId,
    /// Whether it is still for sale. When it is not, the line cannot be ordered, does not count, and what only the catalog
    /// knows is absent.
    for_sale: bool,
    /// Its product.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<ProductId>,
    /// The product's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Which variant of the product it is.
    options: Vec<Choice>,
    /// The address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// The price of one piece now.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_fen: Option<Money>,
    /// The price of one piece when the SKU first came into the cart.
    price_when_added_fen: Money,
    /// How many pieces.
    quantity: Quantity,
    /// Whether it goes into the next order.
    checked: bool,
    /// What the pieces cost now.
    #[serde(skip_serializing_if = "Option::is_none")]
    subtotal_fen: Option<Money>,
}

impl LineView {
    pub(crate) fn of(line: &Line, sku: Option<&Sku>) -> Self {
        Self {
            sku_id: line.sku_id.clone(),
            for_sale: sku.is_some(),
            product_id: sku.map(|sku| sku.product_id.clone()),
            name: sku.map(|sku| sku.name.clone()),
            options: sku.map(|sku| sku.options.clone()).unwrap_or_default(),
            image: sku.and_then(|sku| sku.image.clone()),
            price_fen: sku.map(|sku| sku.price),
            price_when_added_fen: line.price_when_added,
            quantity: line.quantity,
            checked: line.checked,
            subtotal_fen: sku.map(|sku| line.subtotal(sku.price)),
        }
    }
}
