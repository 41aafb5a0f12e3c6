//! The refusals of this service: codes 12xxx, and 21000 of the stock.

use edge::{Problem, ProblemKind};

use crate::{domain::BasketRefusal, quotes::QuoteRefusal};

/// Nothing in the cart is checked.
pub(crate) const NOTHING_TO_ORDER: ProblemKind = ProblemKind::new(409, "12001", "Nothing to order");
/// The quote was not made by this mall for this member, or was changed.
pub(crate) const QUOTE_INVALID: ProblemKind = ProblemKind::new(400, "12002", "Quote not valid");
/// The quote has expired: ask for another.
pub(crate) const QUOTE_EXPIRED: ProblemKind = ProblemKind::new(409, "12003", "Quote expired");
/// Prices or freight are no longer what the quote says; `quote` is a new one, with the new figures.
pub(crate) const PRICE_CHANGED: ProblemKind = ProblemKind::new(409, "12004", "Price changed");
/// Some of the goods are not for sale any more; `sku_ids` names them.
pub(crate) const NOT_FOR_SALE: ProblemKind =
    ProblemKind::new(409, "12005", "Not for sale any more");
/// An order was placed with this quote by another request, with another content.
pub(crate) const KEY_REUSED: ProblemKind = ProblemKind::new(422, "12006", "Quote already used");
/// Too much time passed before the order could be placed: it never will be with this quote.
pub(crate) const ORDER_VOID: ProblemKind = ProblemKind::new(409, "12007", "Order too late");
/// More lines, or a larger total, than one order may have.
pub(crate) const ORDER_TOO_LARGE: ProblemKind = ProblemKind::new(409, "12008", "Order too large");
/// The order was paid, so it can no longer be cancelled.
pub(crate) const ORDER_PAID: ProblemKind = ProblemKind::new(409, "12009", "Order already paid");
/// No warehouse has the whole quantity of some SKUs; `sku_ids` names them.
pub(crate) const NOT_ENOUGH_STOCK: ProblemKind = ProblemKind::new(409, "21000", "Not enough stock");

/// The kinds that [`of_basket`] gives.
pub(crate) const BASKET_KINDS: [ProblemKind; 3] = [NOTHING_TO_ORDER, ORDER_TOO_LARGE, NOT_FOR_SALE];

/// What a client is told about lines that cannot be ordered.
pub(crate) fn of_basket(refusal: &BasketRefusal) -> Problem {
    let problem = |kind: ProblemKind| Problem::from(kind).because(refusal.to_string());
    match refusal {
        BasketRefusal::Empty => problem(NOTHING_TO_ORDER),
        BasketRefusal::TooManyLines | BasketRefusal::TooExpensive => problem(ORDER_TOO_LARGE),
        BasketRefusal::NotForSale(skus) => problem(NOT_FOR_SALE).with("sku_ids", skus),
    }
}

/// What a client is told about a quote that no order can be placed with.
pub(crate) fn of_quote(refusal: QuoteRefusal) -> Problem {
    let kind = match refusal {
        QuoteRefusal::Invalid => QUOTE_INVALID,
        QuoteRefusal::Expired => QUOTE_EXPIRED,
    };
    Problem::from(kind).because(refusal.to_string())
}
