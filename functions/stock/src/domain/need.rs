//! Needs: what a warehouse is to get more of.

use kernel::{PurchaseId, PurchaseNeedId, Quantity, SkuId, StaffId, Text, Timestamp, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a need has come.
///
/// ```text
/// new ── assigned ── purchasing ─┬─ done
///                                └─ failed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NeedStatus {
    /// Written down; it can still be removed.
    New,
    /// In a purchase that nobody has taken on.
    Assigned,
    /// A buyer is at it.
    Purchasing,
    /// Bought, if only in part, and in stock.
    Done,
    /// Could not be bought.
    Failed,
}

/// Something that a warehouse is to get more of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Need {
    /// Its id.
    pub(crate) need_id: PurchaseNeedId,
    /// What.
    pub(crate) sku_id: SkuId,
    /// Where to.
    pub(crate) warehouse_id: WarehouseId,
    /// How many pieces.
    pub(crate) quantity: Quantity,
    /// How far it has come.
    pub(crate) status: NeedStatus,
    /// How many pieces were bought; absent unless it is done, and where it was not kept yet: then all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bought: Option<Quantity>,
    /// The new need for what was not bought of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rest_need_id: Option<PurchaseNeedId>,
    /// The purchase it is in; absent while it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_id: Option<PurchaseId>,
    /// Why it could not be bought, or what else the buyer said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Text<1, 200>>,
    /// When it was written down.
    pub(crate) created_at: Timestamp,
    /// When it was bought, or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settled_at: Option<Timestamp>,
    /// Who reported that; absent where it was not kept yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settled_by: Option<StaffId>,
}

/// What makes a need that is sent twice one need: a word of whoever sends it, unique among theirs for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NeedKey {
    /// Who sends it.
    pub(crate) staff: StaffId,
    /// The word.
    pub(crate) word: String,
}

impl NeedStatus {
    /// Whether a need may still be put into a purchase, or moved to another: nobody is out to buy it.
    pub(crate) fn can_be_merged(self) -> bool {
        matches!(self, Self::New | Self::Assigned)
    }

    /// Whether the need has been met or given up.
    pub(crate) fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

impl Need {
    /// A new need.
    pub(crate) fn new(
        sku_id: SkuId,
        warehouse_id: WarehouseId,
        quantity: Quantity,
        now: Timestamp,
    ) -> Self {
        Self {
            need_id: PurchaseNeedId::generate(now),
            sku_id,
            warehouse_id,
            quantity,
            status: NeedStatus::New,
            bought: None,
            rest_need_id: None,
            purchase_id: None,
            reason: None,
            created_at: now,
            settled_at: None,
            settled_by: None,
        }
    }

    /// How many pieces came in once it was met.
    pub(crate) fn came_in(&self) -> Quantity {
        self.bought.unwrap_or(self.quantity)
    }

    /// Whether another one asks for the same.
    pub(crate) fn asks_as(&self, other: &Self) -> bool {
        self.sku_id == other.sku_id
            && self.warehouse_id == other.warehouse_id
            && self.quantity == other.quantity
    }

    /// The same need in a purchase that nobody has taken on.
    pub(crate) fn assigned_to(self, purchase: &PurchaseId) -> Self {
        Self {
            status: NeedStatus::Assigned,
            purchase_id: Some(purchase.clone()),
            ..self
        }
    }

    /// The same need once a buyer is at it.
    pub(crate) fn purchasing(self) -> Self {
        Self {
            status: NeedStatus::Purchasing,
            ..self
        }
    }
}
