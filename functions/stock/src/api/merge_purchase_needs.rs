//! Puts needs into a purchase: a new one, or one that nobody has taken on. A need that is in another such purchase leaves it.
//! Sent again it changes nothing, also where the first time made a purchase.

use std::collections::BTreeSet;

use dynamo::{DynamoError, Patience};
use edge::{Json, Problem, ProblemKind, Refusal, Reply, Staff, Stored};
use kernel::{PurchaseId, PurchaseNeedId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    permissions::WritePurchases,
    problems::{
        NEED_UNDER_WAY, NO_SUCH_NEEDS, PURCHASE_TAKEN_ON, PURCHASE_TOO_LARGE, SEVERAL_WAREHOUSES,
    },
    purchase_view::PurchaseSummary,
};
use crate::{
    Stock,
    domain::{MOST_NEEDS, Merge, MergeRefusal, Need, Purchase},
};

/// Which needs, and where to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeNeeds {
    /// The purchase they go into; a new one when absent.
    purchase_id: Option<PurchaseId>,
    /// The needs, 1 to 90, all of one warehouse.
    #[schemars(length(min = 1, max = 90))]
    need_ids: BTreeSet<PurchaseNeedId>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum MergePurchaseNeedsError {
    #[error("name 1 to {MOST_NEEDS} needs")]
    BadCount,
    #[error("there is no such purchase")]
    NotFound,
    #[error("some needs do not exist")]
    NoSuchNeeds(Vec<PurchaseNeedId>),
    #[error(transparent)]
    Refused(#[from] MergeRefusal),
    #[error("needs or purchases cannot be read or written")]
    Store(#[from] DynamoError),
}

impl Refusal for MergePurchaseNeedsError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::NOT_FOUND,
        NO_SUCH_NEEDS,
        NEED_UNDER_WAY,
        SEVERAL_WAREHOUSES,
        PURCHASE_TAKEN_ON,
        PURCHASE_TOO_LARGE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        let conflict = |kind: ProblemKind| Problem::from(kind).because(self.to_string());
        match self {
            Self::BadCount => Problem::invalid("/need_ids", self.to_string()),
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::NoSuchNeeds(ids) => conflict(NO_SUCH_NEEDS).with("need_ids", ids),
            Self::Refused(MergeRefusal::UnderWay(ids)) => {
                conflict(NEED_UNDER_WAY).with("need_ids", ids)
            }
            Self::Refused(MergeRefusal::SeveralWarehouses) => conflict(SEVERAL_WAREHOUSES),
            Self::Refused(MergeRefusal::TakenOn) => conflict(PURCHASE_TAKEN_ON),
            Self::Refused(MergeRefusal::TooLarge) => conflict(PURCHASE_TOO_LARGE),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn merge_purchase_needs(
    app: &Stock,
    (_, Json(wanted)): (Staff<WritePurchases>, Json<MergeNeeds>),
) -> Result<Reply<PurchaseSummary, Stored>, MergePurchaseNeedsError> {
    if wanted.need_ids.is_empty() || wanted.need_ids.len() > MOST_NEEDS {
        return Err(MergePurchaseNeedsError::BadCount);
    }
    let mut patience = Patience::begin();
    loop {
        let needs = find_needs(app, &wanted).await?;
        let (target, sources) = find_purchases(app, &wanted, &needs).await?;
        let merged = match Purchase::merge(target, needs, sources, app.clock.now())? {
            Merge::Done(purchase) => return Ok(Reply::stored(false, purchase.into())),
            Merge::Write(merged) => merged,
        };
        match app.purchases.merge(&merged).await {
            Ok(()) => {
                let made = wanted.purchase_id.is_none();
                return Ok(Reply::stored(made, merged.purchase.into()));
            }
            Err(failure) => patience.outlast(failure.into()).await?,
        }
    }
}

async fn find_needs(
    app: &Stock,
    wanted: &MergeNeeds,
) -> Result<Vec<Need>, MergePurchaseNeedsError> {
    let ids: Vec<_> = wanted.need_ids.iter().cloned().collect();
    let needs = app.purchases.needs(&ids).await?;
    let absent = |id: &PurchaseNeedId| !needs.iter().any(|need| need.need_id == *id);
    let absent: Vec<_> = ids.into_iter().filter(absent).collect();
    match absent.is_empty() {
        true => Ok(needs),
        false => Err(MergePurchaseNeedsError::NoSuchNeeds(absent)),
    }
}

/// The purchase that the needs go into, where one is named, and all that they are in now.
async fn find_purchases(
    app: &Stock,
    wanted: &MergeNeeds,
    needs: &[Need],
) -> Result<(Option<Purchase>, Vec<Purchase>), MergePurchaseNeedsError> {
    let sources: BTreeSet<_> = needs
        .iter()
        .filter_map(|need| need.purchase_id.clone())
        .collect();
    let sources = app
        .purchases
        .purchases(sources.into_iter().collect())
        .await?;
    let target = match &wanted.purchase_id {
        None => None,
        Some(id) => {
            let target = app.purchases.purchase(id).await?;
            Some(target.ok_or(MergePurchaseNeedsError::NotFound)?)
        }
    };
    Ok((target, sources))
}
