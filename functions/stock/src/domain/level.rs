//! Levels of stock, and what orders take from them.

use kernel::{Quantity, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a warehouse has of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// The SKU.
    pub sku_id: SkuId,
    /// The warehouse.
    pub warehouse_id: WarehouseId,
    /// Pieces not promised to any order.
    pub available: u64,
    /// Pieces ever taken in, by receipts and purchases.
    pub received: u64,
    /// Pieces found, less those lost, by adjustments.
    pub adjusted: i64,
}

/// What an order has taken of a SKU, from which warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderedLine {
    /// The SKU.
    pub sku_id: SkuId,
    /// The warehouse it was taken from, and to which it goes back.
    pub warehouse_id: WarehouseId,
    /// How many pieces.
    pub quantity: Quantity,
}

impl StockLevel {
    /// The warehouses that hold a whole quantity of a SKU, the fullest first, so that a line is never split and stock
    /// drains evenly. Ties go by name.
    #[must_use]
    pub fn warehouses_for<'l>(
        levels: &'l [Self],
        sku: &SkuId,
        quantity: Quantity,
    ) -> Vec<&'l WarehouseId> {
        let mut able: Vec<&Self> = levels
            .iter()
            .filter(|level| level.sku_id == *sku && level.available >= u64::from(quantity.get()))
            .collect();
        able.sort_by(|a, b| {
            b.available
                .cmp(&a.available)
                .then_with(|| a.warehouse_id.cmp(&b.warehouse_id))
        });
        able.into_iter().map(|level| &level.warehouse_id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(sku: &str, warehouse: &str, available: u64) -> StockLevel {
        StockLevel {
            sku_id: SkuId::parse(sku).unwrap(),
            warehouse_id: WarehouseId::parse(warehouse).unwrap(),
            available,
            received: available,
            adjusted: 0,
        }
    }

    #[test]
    fn only_a_warehouse_that_holds_the_whole_quantity_can_serve_a_line() {
        let levels = [
            level("a", "north", 2),
            level("a", "south", 9),
            level("a", "east", 5),
            level("b", "north", 99),
        ];
        let sku = SkuId::parse("a").unwrap();
        let able = |pieces| -> Vec<String> {
            StockLevel::warehouses_for(&levels, &sku, Quantity::new(pieces).unwrap())
                .into_iter()
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(able(5), ["south", "east"]);
        assert!(able(10).is_empty());
    }
}
