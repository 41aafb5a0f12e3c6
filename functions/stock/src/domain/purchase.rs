//! Purchases: needs of one warehouse that a buyer sees to together.

use std::collections::BTreeSet;

use kernel::{Id, IdKind, PurchaseId, PurchaseNeedId, StaffId, Text, Timestamp, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Need;

/// The most needs that a purchase may have: with itself and the purchases that needs come from, they fit into one
/// transaction of a hundred writes.
pub(crate) const MOST_NEEDS: usize = 90;
/// The most other purchases that one merge may take needs from, for the same reason.
const MOST_SOURCES: usize = 9;

/// How far a purchase has come.
///
/// ```text
/// new ─┬─ assigned ─┬─ received ─┬─ done
///      └────────────┘            └─ failed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PurchaseStatus {
    /// Made; it has no buyer yet.
    New,
    /// It has a buyer, who has not taken it on yet.
    Assigned,
    /// A buyer has taken it on.
    Received,
    /// Every need was met.
    Done,
    /// Every need is settled, and some could not be met.
    Failed,
}

/// Kind of [`BuyerId`].
pub(crate) enum BuyerKind {}
impl IdKind for BuyerKind {
    const NAME: &'static str = "BuyerId";
}
/// Who buys: a member of staff, or someone outside.
pub(crate) type BuyerId = Id<BuyerKind>;

/// Who is to buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buyer {
    /// Their id.
    pub(crate) buyer_id: BuyerId,
    /// Their name.
    pub(crate) name: Text<1, 100>,
    /// Where to call them.
    pub(crate) phone: Text<1, 40>,
}

/// Needs of one warehouse that are bought together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Purchase {
    pub(crate) purchase_id: PurchaseId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) status: PurchaseStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer: Option<Buyer>,
    /// Who has taken it on; absent where that was not kept yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claimed_by: Option<StaffId>,
    /// Its needs, in the order in which they were written down.
    pub(crate) needs: Vec<PurchaseNeedId>,
    /// How many of them are not settled.
    pub(crate) open: usize,
    /// How many could not be met.
    pub(crate) failed: usize,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Counts its changes, so that two at once meet.
    pub(crate) version: u64,
}

/// What a merge comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    /// The needs are in the purchase already.
    Done(Purchase),
    /// This is to be written, all of it or nothing.
    Write(Merged),
}

/// A merge that is to be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    /// The purchase with all its needs; new when its version is 1.
    pub(crate) purchase: Purchase,
    /// The needs that move, as they were.
    pub(crate) moved: Vec<Need>,
    /// The purchases that they leave; one without needs is to go.
    pub(crate) left: Vec<Purchase>,
}

/// Why needs are not merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MergeRefusal {
    #[error("a buyer is at some of the needs, or they are settled")]
    UnderWay(Vec<PurchaseNeedId>),
    #[error("the needs are of different warehouses")]
    SeveralWarehouses,
    #[error("a buyer has taken the purchase on, so nothing can be added to it")]
    TakenOn,
    #[error(
        "a purchase has at most {MOST_NEEDS} needs, and takes them from at most {MOST_SOURCES} others"
    )]
    TooLarge,
}

/// Why a buyer is not assigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a buyer has taken the purchase on")]
pub(crate) struct AssignRefusal;

/// Why a purchase cannot be taken on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("every need of the purchase is settled")]
pub(crate) struct ClaimRefusal;

impl PurchaseStatus {
    /// Whether nobody has taken the purchase on yet: needs may come and go.
    pub(crate) fn is_unreceived(self) -> bool {
        matches!(self, Self::New | Self::Assigned)
    }
}

impl Purchase {
    fn new(purchase_id: PurchaseId, warehouse_id: WarehouseId, now: Timestamp) -> Self {
        Self {
            purchase_id,
            warehouse_id,
            status: PurchaseStatus::New,
            buyer: None,
            claimed_by: None,
            needs: Vec::new(),
            open: 0,
            failed: 0,
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// Puts needs into a purchase: `target`, or a new one. `sources` are the purchases that some of them are in now. Asking
    /// for what is so already changes nothing, also when the new purchase was made by the first asking.
    pub(crate) fn merge(
        target: Option<Self>,
        needs: Vec<Need>,
        sources: Vec<Self>,
        now: Timestamp,
    ) -> Result<Merge, MergeRefusal> {
        let under_way: Vec<_> = needs
            .iter()
            .filter(|need| !need.status.can_be_merged())
            .map(|need| need.need_id.clone())
            .collect();
        let target = match target {
            Some(target) if target.has_all(&needs) => return Ok(Merge::Done(target)),
            None => match sources.iter().find(|source| source.is_exactly(&needs)) {
                Some(made) => return Ok(Merge::Done(made.clone())),
                None => None,
            },
            target => target,
        };
        if !under_way.is_empty() {
            return Err(MergeRefusal::UnderWay(under_way));
        }
        let Some(first) = needs.first().map(|need| need.warehouse_id.clone()) else {
            return Err(MergeRefusal::TooLarge);
        };
        let purchase = target.unwrap_or_else(|| Self::new(PurchaseId::generate(now), first, now));
        if needs
            .iter()
            .any(|need| need.warehouse_id != purchase.warehouse_id)
        {
            return Err(MergeRefusal::SeveralWarehouses);
        }
        if !purchase.status.is_unreceived() {
            return Err(MergeRefusal::TakenOn);
        }
        purchase.take(needs, sources, now).map(Merge::Write)
    }

    fn take(
        self,
        needs: Vec<Need>,
        sources: Vec<Self>,
        now: Timestamp,
    ) -> Result<Merged, MergeRefusal> {
        let moved: Vec<Need> = needs
            .into_iter()
            .filter(|need| !self.needs.contains(&need.need_id))
            .collect();
        let left: Vec<Self> = sources
            .into_iter()
            .filter(|source| source.purchase_id != self.purchase_id)
            .map(|source| source.without(&moved, now))
            .collect();
        let all: BTreeSet<_> = self
            .needs
            .iter()
            .chain(moved.iter().map(|need| &need.need_id))
            .cloned()
            .collect();
        if all.len() > MOST_NEEDS || left.len() > MOST_SOURCES {
            return Err(MergeRefusal::TooLarge);
        }
        let purchase = Self {
            open: all.len(),
            needs: all.into_iter().collect(),
            updated_at: now,
            version: self.version + 1,
            ..self
        };
        Ok(Merged {
            purchase,
            moved,
            left,
        })
    }

    fn without(self, moved: &[Need], now: Timestamp) -> Self {
        let stays = |id: &PurchaseNeedId| !moved.iter().any(|need| need.need_id == *id);
        let needs: Vec<_> = self.needs.into_iter().filter(stays).collect();
        Self {
            open: needs.len(),
            needs,
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }

    fn has_all(&self, needs: &[Need]) -> bool {
        needs.iter().all(|need| self.needs.contains(&need.need_id))
    }

    fn is_exactly(&self, needs: &[Need]) -> bool {
        self.needs.len() == needs.len() && self.has_all(needs)
    }

    /// Names who is to buy; `None` when it is so already.
    pub(crate) fn assign(
        self,
        buyer: Buyer,
        now: Timestamp,
    ) -> Result<Option<Self>, AssignRefusal> {
        if self.buyer.as_ref() == Some(&buyer) {
            return Ok(None);
        }
        if !self.status.is_unreceived() {
            return Err(AssignRefusal);
        }
        Ok(Some(Self {
            status: PurchaseStatus::Assigned,
            buyer: Some(buyer),
            updated_at: now,
            version: self.version + 1,
            ..self
        }))
    }

    /// A member of staff takes it on: the assigned buyer, on behalf of them, or, where nobody was assigned, as its buyer.
    /// It is to be written with each of its needs; `None` when it was taken on before.
    pub(crate) fn claim(self, by: &StaffId, now: Timestamp) -> Result<Option<Self>, ClaimRefusal> {
        match self.status {
            PurchaseStatus::Received => Ok(None),
            PurchaseStatus::Done | PurchaseStatus::Failed => Err(ClaimRefusal),
            PurchaseStatus::New | PurchaseStatus::Assigned => Ok(Some(Self {
                status: PurchaseStatus::Received,
                claimed_by: Some(by.clone()),
                updated_at: now,
                version: self.version + 1,
                ..self
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Quantity, SkuId};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_500_000_000);

    fn need(warehouse: &str) -> Need {
        let (sku, warehouse) = (SkuId::parse("a"), WarehouseId::parse(warehouse));
        Need::new(
            sku.unwrap(),
            warehouse.unwrap(),
            Quantity::new(5).unwrap(),
            NOW,
        )
    }

    fn merged(target: Option<Purchase>, needs: Vec<Need>, sources: Vec<Purchase>) -> Merged {
        match Purchase::merge(target, needs, sources, NOW) {
            Ok(Merge::Write(merged)) => merged,
            other => panic!("{other:?}"),
        }
    }

    /// A purchase of these needs, and the needs as they then are.
    fn purchase_of(needs: Vec<Need>) -> (Purchase, Vec<Need>) {
        let Merged {
            purchase, moved, ..
        } = merged(None, needs, Vec::new());
        let moved = moved
            .into_iter()
            .map(|need| need.assigned_to(&purchase.purchase_id));
        let needs = moved.collect();
        (purchase, needs)
    }

    #[test]
    fn what_was_merged_is_not_merged_again() {
        let (purchase, needs) = purchase_of(vec![need("main"), need("main")]);
        assert_eq!((purchase.version, purchase.open), (1, 2));
        let again = Purchase::merge(None, needs.clone(), vec![purchase.clone()], NOW);
        assert_eq!(again, Ok(Merge::Done(purchase.clone())));
        let part = Purchase::merge(
            Some(purchase.clone()),
            needs[..1].to_vec(),
            vec![purchase.clone()],
            NOW,
        );
        assert_eq!(part, Ok(Merge::Done(purchase)));
    }

    #[test]
    fn a_need_moves_from_one_purchase_to_another_and_leaves_the_first() {
        let (first, needs) = purchase_of(vec![need("main"), need("main")]);
        let (second, _) = purchase_of(vec![need("main")]);
        let moved = merged(
            Some(second.clone()),
            needs[..1].to_vec(),
            vec![first.clone()],
        );
        assert_eq!(
            (moved.purchase.purchase_id, moved.purchase.needs.len()),
            (second.purchase_id, 2)
        );
        assert_eq!(moved.left[0].needs, [needs[1].need_id.clone()]);
        assert_eq!((moved.left[0].version, moved.left[0].open), (2, 1));
    }

    #[test]
    fn a_purchase_is_of_one_warehouse_and_has_ninety_needs_at_most() {
        let both = vec![need("main"), need("north")];
        assert_eq!(
            Purchase::merge(None, both, Vec::new(), NOW),
            Err(MergeRefusal::SeveralWarehouses)
        );
        let (full, _) = purchase_of((0..MOST_NEEDS).map(|_| need("main")).collect());
        let one_more = Purchase::merge(Some(full), vec![need("main")], Vec::new(), NOW);
        assert_eq!(one_more, Err(MergeRefusal::TooLarge));
    }

    #[test]
    fn what_a_buyer_is_at_stays_where_it_is() {
        let staff = StaffId::generate(NOW);
        let (purchase, needs) = purchase_of(vec![need("main")]);
        let Ok(Some(taken_on)) = purchase.claim(&staff, NOW) else {
            panic!("it is new");
        };
        let late = Purchase::merge(Some(taken_on.clone()), vec![need("main")], Vec::new(), NOW);
        assert_eq!(late, Err(MergeRefusal::TakenOn));
        let needs: Vec<_> = needs.into_iter().map(Need::purchasing).collect();
        let (other, _) = purchase_of(vec![need("main")]);
        let away = Purchase::merge(Some(other), needs, vec![taken_on.clone()], NOW);
        assert!(matches!(away, Err(MergeRefusal::UnderWay(_))), "{away:?}");
        assert_eq!(taken_on.claim(&staff, NOW), Ok(None));
    }
}
