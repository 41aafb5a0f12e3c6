//! Puts pieces of a SKU into a visitor's cart. Every call adds, as a visitor may well add the same twice; a client that got no
//! answer looks at the cart, or sets the quantity, before it tries again.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Problem, ProblemKind, Refusal, Reply, SettingCookies, Stored, Visitor};
use futures::future::try_join;
use kernel::{Quantity, SkuId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{NOT_FOR_SALE, TOO_MANY_LINES, TOO_MANY_PIECES, line::LineView, over_limit};
use crate::{Shopping, domain::CartLimit, loaded_cart::load_cart_to_add};

/// What to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedItem {
    /// The SKU.
    sku_id: SkuId,
    /// How many pieces, beside those that are in the cart. A cart takes at most 999 of a SKU.
    quantity: Quantity,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum AddCartItemError {
    #[error("the SKU is not for sale")]
    NotForSale,
    #[error("the cart does not take it")]
    Limit(#[from] CartLimit),
    #[error("the cart cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for AddCartItemError {
    const KINDS: &'static [ProblemKind] = &[
        NOT_FOR_SALE,
        TOO_MANY_LINES,
        TOO_MANY_PIECES,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotForSale => Problem::from(NOT_FOR_SALE).with_error("/sku_id", self.to_string()),
            Self::Limit(limit) => over_limit(*limit),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn add_cart_item(
    app: &Shopping,
    (visitor, Json(item)): (Visitor, Json<AddedItem>),
) -> Result<Reply<LineView, SettingCookies<Stored>>, AddCartItemError> {
    let ids = [item.sku_id];
    let (mut loaded, skus) = try_join(
        load_cart_to_add(&app.carts, visitor),
        app.skus.find(&ids, Consistency::Eventual),
    )
    .await?;
    let sku = skus.first().ok_or(AddCartItemError::NotForSale)?;
    let (line, made) = loaded
        .edit(|cart, rev| {
            cart.add(&sku.sku_id, item.quantity, sku.price, rev)
                .map_err(AddCartItemError::from)
        })
        .await?;
    Ok(loaded.dress(
        Reply::stored(made, LineView::of(&line, Some(sku))),
        &app.cookies,
    ))
}
