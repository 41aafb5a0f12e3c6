//! How a purchase is shown.

use kernel::{PurchaseId, StaffId, Timestamp, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Buyer, Need, Purchase, PurchaseStatus};

/// Which purchase.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurchasePath {
    pub(crate) purchase_id: PurchaseId,
}

/// A purchase, without its needs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PurchaseSummary {
    /// Its id.
    purchase_id: PurchaseId,
    /// The warehouse it is for.
    warehouse_id: WarehouseId,
    /// How far it has come.
    status: PurchaseStatus,
    /// Who was assigned to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<Buyer>,
    /// Who has taken it on, and so buys where nobody was assigned; absent before that, and where it was not kept yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_by: Option<StaffId>,
    /// How many needs it has.
    need_count: usize,
    /// How many of them are not settled.
    open_count: usize,
    /// How many of them could not be met.
    failed_count: usize,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// A purchase with its needs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PurchaseView {
    #[serde(flatten)]
    summary: PurchaseSummary,
    /// Its needs, in the order in which they were written down.
    needs: Vec<Need>,
}

impl From<Purchase> for PurchaseSummary {
    fn from(purchase: Purchase) -> Self {
        Self {
            need_count: purchase.needs.len(),
            purchase_id: purchase.purchase_id,
            warehouse_id: purchase.warehouse_id,
            status: purchase.status,
            buyer: purchase.buyer,
            claimed_by: purchase.claimed_by,
            open_count: purchase.open,
            failed_count: purchase.failed,
            created_at: purchase.created_at,
            updated_at: purchase.updated_at,
        }
    }
}

impl PurchaseView {
    pub(crate) fn of(purchase: Purchase, needs: Vec<Need>) -> Self {
        Self {
            summary: purchase.into(),
            needs,
        }
    }
}
