//! The endpoints.

pub(crate) mod add_cart_item;
pub(crate) mod change_cart_item;
pub(crate) mod remove_cart_item;
pub(crate) mod remove_checked_items;
pub(crate) mod show_cart;

mod line;

use dynamo::DynamoError;
use edge::{Problem, ProblemKind, Refusal};
use kernel::SkuId;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::CartLimit;

/// The SKU is not, or no longer, for sale.
pub(crate) const NOT_FOR_SALE: ProblemKind = ProblemKind::new(404, "13001", "SKU not for sale");
/// The cart has as many lines as it takes.
pub(crate) const TOO_MANY_LINES: ProblemKind =
    ProblemKind::new(409, "13002", "Too many different SKUs in the cart");
/// The cart would have more pieces of a SKU than it takes.
pub(crate) const TOO_MANY_PIECES: ProblemKind =
    ProblemKind::new(409, "13003", "Too many pieces of one SKU in the cart");

/// Which line of the cart.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct LinePath {
    /// Its SKU.
    sku_id: SkuId,
}

/// Why a cart can be neither shown nor changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CartError {
    #[error("the cart cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for CartError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        let Self::Store(error) = self;
        Problem::of_store(error)
    }
}

/// What a client is told when a change would break a limit.
fn over_limit(limit: CartLimit) -> Problem {
    let (kind, pointer) = match limit {
        CartLimit::Lines => (TOO_MANY_LINES, "/sku_id"),
        CartLimit::Pieces { .. } => (TOO_MANY_PIECES, "/quantity"),
    };
    Problem::from(kind).with_error(pointer, limit.to_string())
}
