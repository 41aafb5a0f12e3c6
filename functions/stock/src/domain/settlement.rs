//! What a buyer reports about the needs of a purchase: bought and in stock, or not to be had.

use kernel::{PurchaseNeedId, StaffId, Text, Timestamp};
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
    /// Why; required when it was not to be had.
    pub(crate) reason: Option<Text<1, 200>>,
}

/// Some needs of a purchase as they are once settled, and the purchase as it is then: written together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settlement {
    pub(crate) purchase: Purchase,
    pub(crate) needs: Vec<Need>,
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
}

/// How many needs are settled at once. Each takes three writes at most (need, level, ledger), and orders write the levels
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
        let (mut settled, mut foreign, mut otherwise) = (Vec::new(), Vec::new(), Vec::new());
        for result in results {
            match needs.iter().find(|need| need.need_id == result.need_id) {
                None => foreign.push(result.need_id.clone()),
                Some(need) if need.status == result.outcome.status() => {}
                Some(need) if need.status.is_settled() => otherwise.push(result.need_id.clone()),
                Some(need) => settled.push(result.settle(need, by, now)),
            }
        }
        if !foreign.is_empty() {
            return Err(SettleRefusal::Foreign(foreign));
        }
        if !otherwise.is_empty() {
            return Err(SettleRefusal::Otherwise(otherwise));
        }
        let mut purchase = self;
        let steps = settled.chunks(AT_ONCE).map(|needs| {
            purchase = purchase.clone().with_settled(needs, now);
            Settlement {
                purchase: purchase.clone(),
                needs: needs.to_vec(),
            }
        });
        Ok(steps.collect())
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
    fn settle(&self, need: &Need, by: &StaffId, now: Timestamp) -> Need {
        Need {
            status: self.outcome.status(),
            reason: self.reason.clone(),
            settled_at: Some(now),
            settled_by: Some(by.clone()),
            ..need.clone()
        }
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
