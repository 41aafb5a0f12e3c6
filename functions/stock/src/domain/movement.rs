//! The ledger: every movement of stock that is not an order's, with its cause.

use kernel::{PurchaseId, PurchaseNeedId, SkuId, StaffId, Text, Timestamp, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Adjustment, Need, Receipt, VoucherNumber};

/// Pieces that came into stock or left it. It is written in the transaction that moves the level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Movement {
    /// When.
    pub(crate) at: Timestamp,
    /// Of what.
    pub(crate) sku_id: SkuId,
    /// Where.
    pub(crate) warehouse_id: WarehouseId,
    /// How many pieces, negative for those that left.
    pub(crate) change: i64,
    /// Why.
    pub(crate) cause: Cause,
    /// Who wrote it down; absent where that was not kept yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<StaffId>,
}

/// Why stock moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Cause {
    /// Goods came in with a receipt.
    Receipt {
        /// Its number.
        number: VoucherNumber,
    },
    /// A need was met by a purchase.
    Purchase {
        /// The purchase.
        purchase_id: PurchaseId,
        /// The need.
        need_id: PurchaseNeedId,
    },
    /// Someone corrected what is in stock.
    Adjustment {
        /// The adjustment's number.
        number: VoucherNumber,
        /// What was said about it.
        reason: Text<1, 200>,
    },
}

impl Movement {
    /// What a receipt moves.
    pub(crate) fn of_receipt(receipt: &Receipt, by: &StaffId, at: Timestamp) -> Self {
        Self {
            at,
            sku_id: receipt.sku_id.clone(),
            warehouse_id: receipt.warehouse_id.clone(),
            change: receipt.quantity.get().into(),
            cause: Cause::Receipt {
                number: receipt.number.clone(),
            },
            by: Some(by.clone()),
        }
    }

    /// What an adjustment moves.
    pub(crate) fn of_adjustment(adjustment: &Adjustment, by: &StaffId, at: Timestamp) -> Self {
        Self {
            at,
            sku_id: adjustment.sku_id.clone(),
            warehouse_id: adjustment.warehouse_id.clone(),
            change: adjustment.change.get(),
            cause: Cause::Adjustment {
                number: adjustment.number.clone(),
                reason: adjustment.reason.clone(),
            },
            by: Some(by.clone()),
        }
    }

    /// What a need that a purchase has met moves.
    pub(crate) fn of_need(need: &Need, purchase_id: &PurchaseId, at: Timestamp) -> Self {
        Self {
            at,
            sku_id: need.sku_id.clone(),
            warehouse_id: need.warehouse_id.clone(),
            change: need.came_in().get().into(),
            cause: Cause::Purchase {
                purchase_id: purchase_id.clone(),
                need_id: need.need_id.clone(),
            },
            by: need.settled_by.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_of_which_nobody_wrote_down_whose_it_was_is_read() {
        let old = r#"{ "at": "2026-11-24T09:00:00.000Z", "sku_id": "a", "warehouse_id": "main", "change": 5,
            "cause": { "kind": "receipt", "number": "1" } }"#;
        let old: Movement = serde_json::from_str(old).unwrap();
        assert_eq!((old.change, old.by), (5, None));
    }
}
