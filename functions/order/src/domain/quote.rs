//! Quotes: what an order would cost, promised for a while.

use catalog::Sku;
use dynamo::Signer;
use kernel::{MemberId, Money, Quantity, QuoteId, SkuId, Timestamp, WarehouseId};
use member::Destination;
use serde::{Deserialize, Serialize};
use stock::StockLevel;

use super::{
    basket::{Basket, WantedLine},
    snapshot,
};

/// What a member was told that an order would be. The member's client carries it, signed, so nothing is stored until it is
/// placed. The names of its parts are short because every client sends them back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quote {
    /// The quote's id; it becomes the order's.
    #[serde(rename = "i")]
    pub(crate) id: QuoteId,
    /// Who was told.
    #[serde(rename = "m")]
    pub(crate) member: MemberId,
    /// Until when an order can be placed with it.
    #[serde(rename = "x")]
    pub(crate) expires_at: Timestamp,
    /// Where the goods would go.
    #[serde(rename = "d")]
    pub(crate) destination: Destination,
    /// What would be ordered, and for how much a piece.
    #[serde(rename = "l")]
    pub(crate) lines: Vec<QuotedLine>,
    /// The freight.
    #[serde(rename = "f")]
    pub(crate) freight: Money,
}

/// A line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuotedLine {
    #[serde(rename = "s")]
    pub(crate) sku_id: SkuId,
    #[serde(rename = "q")]
    pub(crate) quantity: Quantity,
    /// What the SKU stood for, as [`identity`] has it.
    #[serde(rename = "g")]
    pub(crate) goods: String,
    #[serde(rename = "p")]
    pub(crate) price: Money,
    #[serde(rename = "r")]
    pub(crate) rev: String,
    /// Where the pieces would come from; `None` when no warehouse had them all.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(crate) warehouse_id: Option<WarehouseId>,
}

impl Quote {
    /// The quote for a basket, with the warehouses that could send it.
    pub(crate) fn of(
        basket: &Basket,
        levels: &[StockLevel],
        member: MemberId,
        destination: Destination,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        let lines = basket.lines.iter().zip(basket.warehouses(levels));
        let lines = lines.map(|(line, warehouse_id)| QuotedLine {
            sku_id: line.sku.sku_id.clone(),
            quantity: line.quantity,
            goods: identity(&line.sku),
            price: line.sku.price,
            rev: line.rev.clone(),
            warehouse_id,
        });
        Self {
            id: QuoteId::generate(now),
            member,
            expires_at,
            destination,
            lines: lines.collect(),
            freight: basket.freight,
        }
    }

    /// Whether an order can still be placed with it.
    pub(crate) fn is_valid_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Its lines, to be priced anew.
    pub(crate) fn wanted(&self) -> Vec<WantedLine> {
        let wanted = |line: &QuotedLine| WantedLine {
            sku_id: line.sku_id.clone(),
            quantity: line.quantity,
            rev: line.rev.clone(),
        };
        self.lines.iter().map(wanted).collect()
    }

    /// Where its lines would come from.
    pub(crate) fn warehouses(&self) -> Vec<Option<WarehouseId>> {
        let warehouses = self.lines.iter().map(|line| line.warehouse_id.clone());
        warehouses.collect()
    }

    /// Whether its lines are today what the member was told and cost as much, each of them and the freight.
    pub(crate) fn agrees_with(&self, basket: &Basket) -> bool {
        self.freight == basket.freight
            && self.lines.len() == basket.lines.len()
            && self.lines.iter().zip(&basket.lines).all(|(quoted, line)| {
                quoted.price == line.sku.price && quoted.goods == identity(&line.sku)
            })
    }
}

/// Which product a SKU is of, and which one of it: the first digits of a hash. Staff may give other options to a SKU, and a
/// member who was told of the gold one does not get the black one for it.
fn identity(sku: &Sku) -> String {
    let options = snapshot::options_text(&sku.options);
    Signer::sha256(format!("{}\n{options}", sku.product_id.as_str()))[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use kernel::ProductId;

    use super::*;
    use crate::domain::samples::{basket, member, quote};

    #[test]
    fn a_quote_holds_until_the_moment_it_expires() {
        let quote = quote(&basket(&[("a", 100, 1)]));
        let before = Timestamp::from_millis(quote.expires_at.as_millis() - 1);
        assert!(quote.is_valid_at(before));
        assert!(!quote.is_valid_at(quote.expires_at));
    }

    #[test]
    fn a_quote_agrees_with_the_same_goods_prices_and_freight_only() {
        let told = quote(&basket(&[("a", 100, 1), ("b", 200, 2)]));
        assert!(told.agrees_with(&basket(&[("a", 100, 1), ("b", 200, 2)])));
        assert!(!told.agrees_with(&basket(&[("a", 101, 1), ("b", 200, 2)])));
        // The sum is the same, what the member agreed to is not.
        assert!(!told.agrees_with(&basket(&[("a", 300, 1), ("b", 100, 2)])));
        assert!(!told.agrees_with(&basket(&[("a", 100, 1)])));
        let other = |change: fn(&mut Sku)| {
            let mut basket = basket(&[("a", 100, 1), ("b", 200, 2)]);
            change(&mut basket.lines[0].sku);
            basket
        };
        assert!(told.agrees_with(&other(|sku| sku.name.push_str(" (新款)"))));
        assert!(!told.agrees_with(&other(|sku| sku.product_id = ProductId::parse("b").unwrap())));
        assert!(!told.agrees_with(&other(|sku| sku.options.clear())));
        let dearer = Basket {
            freight: Money::from_fen(801),
            ..basket(&[("a", 100, 1), ("b", 200, 2)])
        };
        assert!(!told.agrees_with(&dearer));
    }

    #[test]
    fn two_quotes_for_the_same_lines_are_two_quotes() {
        let basket = basket(&[("a", 100, 1)]);
        assert_ne!(quote(&basket).id, quote(&basket).id);
        assert_eq!(quote(&basket).member, member());
    }
}
