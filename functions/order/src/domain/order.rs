//! Orders.

use cart::OrderedCartLine;
use kernel::{Money, Quantity, SkuId, Timestamp, WarehouseId};
use member::Destination;
use stock::{OrderedLine, ReleaseStock};

use super::{
    basket::{Basket, PricedLine},
    order_sn::OrderSn,
    snapshot,
    status::OrderStatus,
};

/// An order, with everything it was when it was placed and every step it has taken since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) sn: OrderSn,
    pub(crate) status: OrderStatus,
    /// Hash of the request that placed it: the same request again gets the same answer, another one none.
    pub(crate) body_hash: String,
    /// Until when it can be paid.
    pub(crate) expires_at: Timestamp,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) freight: Money,
    pub(crate) total: Money,
    pub(crate) destination: Destination,
    pub(crate) note: String,
    pub(crate) placed: Step,
    pub(crate) paid: Option<PaidStep>,
    pub(crate) closed: Option<Step>,
}

/// A line as it was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) sku_id: SkuId,
    /// Where its pieces were taken from, and go back to.
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) quantity: Quantity,
    /// Of one piece.
    pub(crate) price: Money,
    /// What it was called, perhaps shortened.
    pub(crate) name: String,
    /// Which one it was, perhaps shortened.
    pub(crate) options: String,
    /// Which writing of the cart's line was ordered.
    pub(crate) cart_rev: String,
}

/// Who moved an order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Actor {
    /// The member whose order it is.
    Member,
    /// The mall itself, because time was over.
    System,
    /// The payment provider.
    Provider,
}

/// One step of an order's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) by: Actor,
    pub(crate) at: Timestamp,
    /// What caused it: the id of a request, or of the trace that a message or a notice belongs to.
    pub(crate) request: String,
}

/// The step by which an order was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaidStep {
    pub(crate) step: Step,
    pub(crate) provider: String,
    pub(crate) trade_no: String,
    /// When the provider took the money.
    pub(crate) paid_at: Timestamp,
}

/// One entry of an order's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimelineEntry<'o> {
    pub(crate) step: &'o Step,
    pub(crate) to: OrderStatus,
}

/// What a member asks for when placing an order: all of it but the warehouses.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) sn: OrderSn,
    pub(crate) body_hash: String,
    pub(crate) basket: Basket,
    pub(crate) destination: Destination,
    pub(crate) note: String,
    pub(crate) placed: Step,
    pub(crate) expires_at: Timestamp,
}

impl Draft {
    /// The order, with its lines from these warehouses, in the order of the lines.
    ///
    /// # Errors
    /// The SKUs for which there is none.
    pub(crate) fn place(&self, warehouses: &[Option<WarehouseId>]) -> Result<Order, Vec<SkuId>> {
        let (mut lines, mut short) = (Vec::with_capacity(self.basket.lines.len()), Vec::new());
        for (number, line) in self.basket.lines.iter().enumerate() {
            match warehouses.get(number).cloned().flatten() {
                Some(warehouse) => lines.push(ordered(line, warehouse)),
                None => short.push(line.sku.sku_id.clone()),
            }
        }
        if !short.is_empty() {
            return Err(short);
        }
        Ok(Order {
            sn: self.sn.clone(),
            status: OrderStatus::Unpaid,
            body_hash: self.body_hash.clone(),
            expires_at: self.expires_at,
            lines,
            freight: self.basket.freight,
            total: self.basket.total,
            destination: self.destination.clone(),
            note: self.note.clone(),
            placed: self.placed.clone(),
            paid: None,
            closed: None,
        })
    }
}

fn ordered(line: &PricedLine, warehouse_id: WarehouseId) -> OrderLine {
    OrderLine {
        sku_id: line.sku.sku_id.clone(),
        warehouse_id,
        quantity: line.quantity,
        price: line.sku.price,
        name: line.sku.name.clone(),
        options: snapshot::options_text(&line.sku.options),
        cart_rev: line.rev.clone(),
    }
}

impl Order {
    /// What its goods cost, without freight.
    pub(crate) fn goods(&self) -> Money {
        Money::from_fen(self.total.fen() - self.freight.fen())
    }

    /// The message that brings its stock back.
    pub(crate) fn release(&self) -> ReleaseStock {
        ReleaseStock {
            order_sn: self.sn.to_string(),
            lines: self.lines.iter().map(OrderLine::taken).collect(),
        }
    }

    /// The lines of the cart that it was.
    pub(crate) fn cart_lines(&self) -> Vec<OrderedCartLine> {
        let lines = self.lines.iter().map(|line| OrderedCartLine {
            sku_id: line.sku_id.clone(),
            rev: line.cart_rev.clone(),
        });
        lines.collect()
    }

    /// Its steps, in the order in which it took them.
    pub(crate) fn timeline(&self) -> Vec<TimelineEntry<'_>> {
        let mut entries = vec![TimelineEntry {
            step: &self.placed,
            to: OrderStatus::Unpaid,
        }];
        entries.extend(self.paid.iter().map(|paid| TimelineEntry {
            step: &paid.step,
            to: OrderStatus::Paid,
        }));
        entries.extend(self.closed.iter().map(|step| TimelineEntry {
            step,
            to: OrderStatus::Closed,
        }));
        entries.sort_by_key(|entry| entry.step.at);
        entries
    }

    /// The same order with what its lines were called in at most so many bytes a line.
    pub(crate) fn with_descriptions_of(mut self, bytes: usize) -> Self {
        for line in &mut self.lines {
            (line.name, line.options) = snapshot::describe(&line.name, &line.options, bytes);
        }
        self
    }
}

impl OrderLine {
    /// What was taken from stock for it.
    pub(crate) fn taken(&self) -> OrderedLine {
        OrderedLine {
            sku_id: self.sku_id.clone(),
            warehouse_id: self.warehouse_id.clone(),
            quantity: self.quantity,
        }
    }

    /// What it costs.
    pub(crate) fn amount(&self) -> Money {
        // The total was checked when the order was placed, and is the sum of these.
        Money::from_fen(self.price.fen().saturating_mul(self.quantity.get().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{closed, draft, level, order, paid};

    #[test]
    fn a_line_comes_whole_from_one_warehouse_and_short_skus_are_named() {
        let draft = draft(&[("a", 100, 5), ("b", 100, 2), ("c", 100, 9)]);
        let mut levels = vec![
            level("a", "north", 4),
            level("a", "south", 5),
            level("b", "north", 2),
            level("c", "north", 8),
        ];
        let short = draft.place(&draft.basket.warehouses(&levels)).unwrap_err();
        assert_eq!(short, [SkuId::parse("c").unwrap()]);
        levels.push(level("c", "east", 9));
        let order = draft.place(&draft.basket.warehouses(&levels)).unwrap();
        let warehouses: Vec<_> = order
            .lines
            .iter()
            .map(|line| line.warehouse_id.as_str())
            .collect();
        assert_eq!(warehouses, ["south", "north", "east"]);
    }

    #[test]
    fn what_is_released_is_exactly_what_was_taken() {
        let order = order(&[("a", 100, 5), ("b", 100, 2)]);
        let release = order.release();
        assert_eq!(release.order_sn, order.sn.to_string());
        let taken: Vec<_> = release
            .lines
            .iter()
            .map(|line| (line.sku_id.as_str(), line.quantity.get()))
            .collect();
        assert_eq!(taken, [("a", 5), ("b", 2)]);
    }

    #[test]
    fn goods_and_freight_are_the_total() {
        let order = order(&[("a", 100, 5)]);
        let lines: Money = order.lines.iter().map(OrderLine::amount).sum();
        assert_eq!(order.goods(), lines);
        assert_eq!(order.goods().checked_add(order.freight), Some(order.total));
    }

    #[test]
    fn the_timeline_tells_each_step_from_the_one_before() {
        let ways = |order: &Order| -> Vec<_> {
            order
                .timeline()
                .iter()
                .map(|entry| (entry.to.predecessor(), entry.to))
                .collect()
        };
        let placed = (None, OrderStatus::Unpaid);
        assert_eq!(ways(&order(&[("a", 1, 1)])), [placed]);
        assert_eq!(
            ways(&paid()),
            [placed, (Some(OrderStatus::Unpaid), OrderStatus::Paid)]
        );
        assert_eq!(
            ways(&closed()),
            [placed, (Some(OrderStatus::Unpaid), OrderStatus::Closed)]
        );
    }
}
