//! What a member is about to order, at the prices of now.

use catalog::Sku;
use kernel::{Money, Quantity, SkuId, WarehouseId};
use stock::StockLevel;

use super::freight::FreightRules;

/// The most lines that an order may have: with the order itself they stay far below what one transaction takes.
pub(crate) const MAXIMUM_LINES: usize = 50;
/// The largest total: what Alipay takes in one payment, 100,000,000.00.
const MAXIMUM_TOTAL: Money = Money::from_fen(10_000_000_000);

/// A line that a member wants, from the cart or from a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedLine {
    pub(crate) sku_id: SkuId,
    pub(crate) quantity: Quantity,
    /// Which writing of the cart's line this is: only this one goes from the cart when it is ordered.
    pub(crate) rev: String,
}

/// A line with what the catalog says about it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PricedLine {
    pub(crate) sku: Sku,
    pub(crate) quantity: Quantity,
    pub(crate) rev: String,
    pub(crate) amount: Money,
}

/// Lines with all they cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Basket {
    pub(crate) lines: Vec<PricedLine>,
    pub(crate) goods: Money,
    pub(crate) freight: Money,
    pub(crate) total: Money,
}

/// Why lines cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BasketRefusal {
    #[error("nothing in the cart is checked")]
    Empty,
    #[error("an order has at most {MAXIMUM_LINES} lines")]
    TooManyLines,
    #[error("the order comes to more than {MAXIMUM_TOTAL}")]
    TooExpensive,
    #[error("something of it is not for sale any more")]
    NotForSale(Vec<SkuId>),
}

impl Basket {
    /// Whether there can be an order of these lines at all, before anything is read for them.
    pub(crate) fn check(wanted: &[WantedLine]) -> Result<(), BasketRefusal> {
        match wanted.len() {
            0 => Err(BasketRefusal::Empty),
            1..=MAXIMUM_LINES => Ok(()),
            _ => Err(BasketRefusal::TooManyLines),
        }
    }

    /// The lines at the prices of these SKUs, sent to this province.
    pub(crate) fn price(
        wanted: &[WantedLine],
        skus: &[Sku],
        province: &str,
        rules: &FreightRules,
    ) -> Result<Self, BasketRefusal> {
        Self::check(wanted)?;
        let of = |line: &WantedLine| skus.iter().find(|sku| sku.sku_id == line.sku_id);
        let gone: Vec<SkuId> = wanted
            .iter()
            .filter(|line| of(line).is_none())
            .map(|line| line.sku_id.clone())
            .collect();
        if !gone.is_empty() {
            return Err(BasketRefusal::NotForSale(gone));
        }
        let lines = wanted
            .iter()
            .filter_map(|line| Some(priced(line, of(line)?)))
            .collect::<Option<Vec<_>>>();
        lines
            .and_then(|lines| Self::sum(lines, province, rules))
            .filter(|basket| basket.total <= MAXIMUM_TOTAL)
            .ok_or(BasketRefusal::TooExpensive)
    }

    /// The SKUs of its lines.
    pub(crate) fn sku_ids(&self) -> Vec<SkuId> {
        let ids = self.lines.iter().map(|line| line.sku.sku_id.clone());
        ids.collect()
    }

    /// Of each line the warehouse that has most of it; `None` where none has the whole quantity.
    pub(crate) fn warehouses(&self, levels: &[StockLevel]) -> Vec<Option<WarehouseId>> {
        let fullest = |line: &PricedLine| {
            let able = StockLevel::warehouses_for(levels, &line.sku.sku_id, line.quantity);
            able.first().copied().cloned()
        };
        self.lines.iter().map(fullest).collect()
    }

    /// `None` when a sum is beyond all numbers.
    fn sum(lines: Vec<PricedLine>, province: &str, rules: &FreightRules) -> Option<Self> {
        let goods = lines
            .iter()
            .try_fold(Money::ZERO, |sum, line| sum.checked_add(line.amount))?;
        let grams = lines
            .iter()
            .map(|line| u64::from(line.sku.weight_grams) * u64::from(line.quantity.get()))
            .sum();
        let freight = rules.freight(province, goods, grams)?;
        Some(Self {
            lines,
            goods,
            freight,
            total: goods.checked_add(freight)?,
        })
    }
}

fn priced(line: &WantedLine, sku: &Sku) -> Option<PricedLine> {
    let amount = sku.price.checked_mul(line.quantity.get().into())?;
    Some(PricedLine {
        sku: sku.clone(),
        quantity: line.quantity,
        rev: line.rev.clone(),
        amount,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{freight_rules, sku, wanted};

    #[test]
    fn amounts_and_freight_sum_to_the_total() {
        let skus = [sku("a", 1_000, 600), sku("b", 250, 500)];
        let basket = Basket::price(
            &[wanted("b", 2), wanted("a", 3)],
            &skus,
            "浙江省",
            &freight_rules(),
        )
        .unwrap();
        let amounts: Vec<i64> = basket.lines.iter().map(|line| line.amount.fen()).collect();
        assert_eq!(amounts, [500, 3_000]);
        // 2,800 g are three started kilograms: 8.00 with the first, 2.00 for each further one.
        assert_eq!(
            [basket.goods, basket.freight, basket.total],
            [3_500, 1_200, 4_700].map(Money::from_fen)
        );
    }

    #[test]
    fn no_order_is_empty_or_has_more_than_fifty_lines() {
        assert_eq!(Basket::check(&[]), Err(BasketRefusal::Empty));
        let lines: Vec<_> = (0..=MAXIMUM_LINES)
            .map(|number| wanted(&number.to_string(), 1))
            .collect();
        assert_eq!(Basket::check(&lines), Err(BasketRefusal::TooManyLines));
        assert_eq!(Basket::check(&lines[1..]), Ok(()));
    }

    #[test]
    fn what_is_not_for_sale_is_named() {
        let lines = [wanted("a", 1), wanted("b", 1), wanted("c", 1)];
        let refusal =
            Basket::price(&lines, &[sku("b", 1, 0)], "浙江省", &freight_rules()).unwrap_err();
        let gone = ["a", "c"].map(|id| SkuId::parse(id).unwrap());
        assert_eq!(refusal, BasketRefusal::NotForSale(gone.into()));
    }

    #[test]
    fn no_order_costs_more_than_one_payment_can_carry() {
        let price = |fen, pieces| {
            Basket::price(
                &[wanted("a", pieces)],
                &[sku("a", fen, 0)],
                "浙江省",
                &freight_rules(),
            )
        };
        assert!(price(10_000, 1_000_000).is_ok());
        assert_eq!(price(10_001, 1_000_000), Err(BasketRefusal::TooExpensive));
        assert_eq!(price(i64::MAX, 2), Err(BasketRefusal::TooExpensive));
    }
}
