//! Sets how many pieces a line of a visitor's cart has, and whether it goes into the next order. Sending it again changes
//! nothing more. A line whose SKU is no longer for sale can be changed like any other.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Ok200, Path, Problem, ProblemKind, Refusal, Reply, SettingCookies, Visitor};
use futures::future::try_join;
use kernel::Quantity;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{LinePath, TOO_MANY_PIECES, line::LineView, over_limit};
use crate::{Shopping, domain::CartLimit, loaded_cart::load_cart};

/// What to set; at least one of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [given("quantity"), given("checked")]))]
pub(crate) struct Change {
    /// How many pieces, in place of those that are in the cart. A cart takes at most 999 of a SKU.
    #[serde(default)]
    quantity: Option<Quantity>,
    /// Whether the line goes into the next order.
    #[serde(default)]
    checked: Option<bool>,
}

/// The schema of an object that sets this field.
fn given(field: &str) -> schemars::Schema {
    schemars::json_schema!({ "required": [field], "properties": { field: { "not": { "type": "null" } } } })
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeCartItemError {
    #[error("neither a quantity nor a check is given")]
    NothingToSet,
    #[error("the cart has no such line")]
    NotFound,
    #[error("the cart does not take it")]
    Limit(#[from] CartLimit),
    #[error("the cart cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for ChangeCartItemError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::NOT_FOUND,
        TOO_MANY_PIECES,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NothingToSet => Problem::invalid("", self.to_string()),
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Limit(limit) => over_limit(*limit),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn change_cart_item(
    app: &Shopping,
    (visitor, Path(path), Json(change)): (Visitor, Path<LinePath>, Json<Change>),
) -> Result<Reply<LineView, SettingCookies<Ok200>>, ChangeCartItemError> {
    if change.quantity.is_none() && change.checked.is_none() {
        return Err(ChangeCartItemError::NothingToSet);
    }
    let ids = [path.sku_id];
    let (mut loaded, skus) = try_join(
        load_cart(&app.carts, visitor),
        app.skus.find(&ids, Consistency::Eventual),
    )
    .await?;
    let line = loaded
        .edit(|cart, rev| {
            let line = cart.set(&ids[0], change.quantity, change.checked, rev);
            line.ok_or(ChangeCartItemError::NotFound)?
                .map_err(ChangeCartItemError::from)
        })
        .await?;
    Ok(loaded.dress(Reply::ok(LineView::of(&line, skus.first())), &app.cookies))
}
