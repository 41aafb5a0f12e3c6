//! What a buyer reports about the needs of a purchase: bought and in stock, or not to be had.

use kernel::{PurchaseNeedId, Quantity, StaffId, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Need, NeedStatus, Purchase, PurchaseStatus};

/// What became of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// Bought: it comes into stock.
    Done,
    /// Not to be had.
    Failed,
}

/// What became of one need.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedResult {
    /// The need.
    pub(crate) need_id: PurchaseNeedId,
    /// What became of it.
    pub(crate) outcome: Outcome,
    /// How many pieces were bought, when it was: all, unless this says fewer. What is missing becomes a new need.
    pub(crate) quantity: Option<Quantity>,
    /// Why; required when it was not to be had.
    pub(crate) reason: Option<Text<1, 200>>,
}

/// Some needs of a purchase as they are once settled, and the purchase as it is then: written together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settlement {
    pub(crate) purchase: Purchase,
    pub(crate) needs: Vec<Need>,
    /// New needs, for what was not bought of those.
    pub(crate) rests: Vec<Need>,
}

/// Why a report is refused; nothing of it counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettleRefusal {
    #[error("no buyer has taken the purchase on")]
    NotTakenOn,
    #[error("some needs are not of this purchase")]
    Foreign(Vec<PurchaseNeedId>),
    #[error("some needs were settled otherwise before")]
    Otherwise(Vec<PurchaseNeedId>),
    #[error("of some needs more was bought than is needed")]
    TooMany(Vec<PurchaseNeedId>),
}

/// How many needs are settled at once. Each takes four writes at most (need, level, ledger, a need for the rest), and orders write the levels
/// too: the more levels a transaction has, the likelier one of them is in conflict, and all has to be done again.
const AT_ONCE: usize = 8;

impl Purchase {
    /// What is to be written for a report, step by step; nothing for what was reported alike before. `needs` are all needs
    /// of the purchase, and `by` is who reports.
    pub(crate) fn settle(
        self,
        needs: &[Need],
        results: &[NeedResult],
        by: &StaffId,
        now: Timestamp,
    ) -> Result<Vec<Settlement>, SettleRefusal> {
        if self.status.is_unreceived() {
            return Err(SettleRefusal::NotTakenOn);
        }
        let (mut settled, mut foreign) = (Vec::new(), Vec::new());
        let (mut otherwise, mut too_many) = (Vec::new(), Vec::new());
        for result in results {
            match needs.iter().find(|need| need.need_id == result.need_id) {
                None => foreign.push(result.need_id.clone()),
                Some(need) if result.is_told_by(need) => {}
                Some(need) if need.status.is_settled() => otherwise.push(result.need_id.clone()),
                Some(need) if result.quantity > Some(need.quantity) => {
                    too_many.push(result.need_id.clone());
                }
                Some(need) => settled.push(result.settle(need, by, now)),
            }
        }
        if !foreign.is_empty() {
            return Err(SettleRefusal::Foreign(foreign));
        }
        if !otherwise.is_empty() {
            return Err(SettleRefusal::Otherwise(otherwise));
        }
        if !too_many.is_empty() {
            return Err(SettleRefusal::TooMany(too_many));
        }
        let mut purchase = self;
        let steps = settled.chunks(AT_ONCE).map(|step| {
            let (needs, rests): (Vec<Need>, Vec<Option<Need>>) = step.iter().cloned().unzip();
            purchase = purchase.clone().with_settled(&needs, now);
            Settlement {
                purchase: purchase.clone(),
                needs,
                rests: rests.into_iter().flatten().collect(),
            }
        });
        Ok(steps.collect())
    }

    /// Whether as many of its needs are open as it says. They change together, but are read one after the other.
    pub(crate) fn agrees_with(&self, needs: &[Need]) -> bool {
        let open = needs.iter().filter(|need| !need.status.is_settled());
        open.count() == self.open
    }

    fn with_settled(self, needs: &[Need], now: Timestamp) -> Self {
        let failed = needs
            .iter()
            .filter(|need| need.status == NeedStatus::Failed)
            .count();
        let (open, failed) = (self.open.saturating_sub(needs.len()), self.failed + failed);
        let status = match (open, failed) {
            (0, 0) => PurchaseStatus::Done,
            (0, _) => PurchaseStatus::Failed,
            _ => self.status,
        };
        Self {
            status,
            open,
            failed,
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

impl Outcome {
    fn status(self) -> NeedStatus {
        match self {
            Self::Done => NeedStatus::Done,
            Self::Failed => NeedStatus::Failed,
        }
    }
}

impl NeedResult {
    /// Whether a need is settled as this says.
    fn is_told_by(&self, need: &Need) -> bool {
        need.status == self.outcome.status()
            && (self.outcome == Outcome::Failed
                || need.came_in() == self.quantity.unwrap_or(need.quantity))
    }

    /// The need once it is settled so, and a new one for what was not bought of it.
    fn settle(&self, need: &Need, by: &StaffId, now: Timestamp) -> (Need, Option<Need>) {
        let bought = match self.outcome {
            Outcome::Done => Some(self.quantity.unwrap_or(need.quantity)),
            Outcome::Failed => None,
        };
        let missing = bought.map(|bought| need.quantity.get().saturating_sub(bought.get()));
        let missing = missing.and_then(|missing| Quantity::new(missing).ok());
        let rest = missing.map(|missing| {
            let (sku, warehouse) = (need.sku_id.clone(), need.warehouse_id.clone());
            Need::new(sku, warehouse, missing, now)
        });
        let settled = Need {
            status: self.outcome.status(),
            bought,
            rest_need_id: rest.as_ref().map(|rest| rest.need_id.clone()),
            reason: self.reason.clone(),
            settled_at: Some(now),
            settled_by: Some(by.clone()),
            ..need.clone()
        };
        (settled, rest)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Quantity, SkuId, WarehouseId};

    use super::*;
    use crate::domain::Merge;

    const NOW: Timestamp = Timestamp::from_millis(1_795_500_000_000);

    fn staff() -> StaffId {
        StaffId::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap()
    }

    /// A purchase that a buyer has taken on, with so many needs.
    fn taken_on(count: usize) -> (Purchase, Vec<Need>) {
        let need = |_| {
            let (sku, warehouse) = (SkuId::parse("a"), WarehouseId::parse("main"));
            Need::new(
                sku.unwrap(),
                warehouse.unwrap(),
                Quantity::new(5).unwrap(),
                NOW,
            )
        };
        let needs = (0..count).map(need).collect();
        let Ok(Merge::Write(merged)) = Purchase::merge(None, needs, Vec::new(), NOW) else {
            panic!("they are new");
        };
        let id = merged.purchase.purchase_id.clone();
        let Ok(Some(purchase)) = merged.purchase.claim(&staff(), NOW) else {
            panic!("it is new");
        };
        let needs = merged.moved.into_iter();
        let needs = needs.map(|need| need.assigned_to(&id).purchasing());
        (purchase, needs.collect())
    }

    fn result(need: &Need, outcome: Outcome) -> NeedResult {
        NeedResult {
            need_id: need.need_id.clone(),
            outcome,
            quantity: None,
            reason: Some(Text::parse("缺货").unwrap()),
        }
    }

    #[test]
    fn a_purchase_ends_with_its_last_need_and_has_failed_when_any_has() {
        let (purchase, needs) = taken_on(2);
        let first = purchase
            .settle(&needs, &[result(&needs[0], Outcome::Failed)], &staff(), NOW)
            .unwrap()
            .remove(0);
        assert_eq!(
            (first.purchase.status, first.purchase.open),
            (PurchaseStatus::Received, 1)
        );
        let needs = [first.needs[0].clone(), needs[1].clone()];
        let last = first
            .purchase
            .settle(&needs, &[result(&needs[1], Outcome::Done)], &staff(), NOW)
            .unwrap()
            .remove(0);
        assert_eq!(
            (last.purchase.status, last.purchase.failed),
            (PurchaseStatus::Failed, 1)
        );
    }

    #[test]
    fn what_was_reported_alike_is_nothing_new_and_otherwise_is_refused() {
        let (purchase, needs) = taken_on(1);
        let done = [result(&needs[0], Outcome::Done)];
        let settled = purchase
            .settle(&needs, &done, &staff(), NOW)
            .unwrap()
            .remove(0);
        assert_eq!(settled.purchase.status, PurchaseStatus::Done);
        let again = settled
            .purchase
            .clone()
            .settle(&settled.needs, &done, &staff(), NOW);
        assert_eq!(again, Ok(Vec::new()));
        let otherwise = [result(&needs[0], Outcome::Failed)];
        let refused = settled
            .purchase
            .settle(&settled.needs, &otherwise, &staff(), NOW);
        assert_eq!(
            refused,
            Err(SettleRefusal::Otherwise(vec![needs[0].need_id.clone()]))
        );
    }

    #[test]
    fn what_was_not_bought_of_a_need_becomes_a_new_one_and_more_than_needed_is_refused() {
        let (purchase, needs) = taken_on(1);
        let some = |pieces: u32| NeedResult {
            quantity: Some(Quantity::new(pieces).unwrap()),
            ..result(&needs[0], Outcome::Done)
        };
        let settle = |purchase: &Purchase, needs: &[Need], pieces: u32| {
            let purchase = purchase.clone();
            purchase.settle(needs, &[some(pieces)], &staff(), NOW)
        };
        let too_many = SettleRefusal::TooMany(vec![needs[0].need_id.clone()]);
        assert_eq!(settle(&purchase, &needs, 6), Err(too_many));
        let whole = settle(&purchase, &needs, 5).unwrap().remove(0);
        assert_eq!(whole.rests, []);
        let part = settle(&purchase, &needs, 3).unwrap().remove(0);
        let [rest] = &part.rests[..] else {
            panic!("two pieces are missing");
        };
        assert_eq!((rest.quantity.get(), rest.status), (2, NeedStatus::New));
        assert_eq!(part.needs[0].rest_need_id, Some(rest.need_id.clone()));
        assert_eq!(part.purchase.status, PurchaseStatus::Done);
        assert_eq!(settle(&part.purchase, &part.needs, 3), Ok(Vec::new()));
        let otherwise = SettleRefusal::Otherwise(vec![needs[0].need_id.clone()]);
        assert_eq!(settle(&part.purchase, &part.needs, 5), Err(otherwise));
    }

    #[test]
    fn a_large_report_is_written_in_steps_that_fit_into_transactions() {
        let (purchase, needs) = taken_on(90);
        let results: Vec<_> = needs
            .iter()
            .map(|need| result(need, Outcome::Done))
            .collect();
        let steps = purchase.settle(&needs, &results, &staff(), NOW).unwrap();
        let sizes: Vec<_> = steps.iter().map(|step| step.needs.len()).collect();
        assert_eq!(sizes, [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 2]);
        let versions: Vec<_> = steps.iter().map(|step| step.purchase.version).collect();
        assert_eq!(versions, (3..=14).collect::<Vec<_>>());
        let (last, before) = steps.split_last().unwrap();
        assert_eq!(last.purchase.status, PurchaseStatus::Done);
        assert!(
            before
                .iter()
                .all(|step| step.purchase.status == PurchaseStatus::Received)
        );
    }
}
