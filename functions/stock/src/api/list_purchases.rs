//! Lists purchases, the newest first.

use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{permissions::ReadStock, purchase_view::PurchaseSummary};
use crate::{
    Stock,
    domain::{Purchase, PurchaseStatus},
    store::{PageOf, PurchaseList},
};

/// How far the purchases have come that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WantedStatus {
    /// Without a buyer.
    New,
    /// With a buyer who has not taken it on.
    Assigned,
    /// Not taken on, with a buyer or without.
    Unreceived,
    /// Taken on.
    Received,
    /// Every need met.
    Done,
    /// Ended, with needs that could not be met.
    Failed,
}

/// Which purchases, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListPurchasesQuery {
    /// Only those that are this far. New and assigned ones are looked for among a thousand unreceived at a
    /// time: only beyond them a page may hold fewer than `limit`, even none, while there is a next one.
    status: Option<WantedStatus>,
    /// How many at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_purchases(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListPurchasesQuery>),
) -> Result<Reply<Page<PurchaseSummary>>, ListError> {
    let list = wanted.status.map_or(PurchaseList::All, WantedStatus::list);
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    // The list may be some moments behind; what it shows is as it is now.
    let is_wanted = |purchase: &Purchase| wanted.status.is_none_or(|status| status.is_of(purchase));
    let page = app.purchases.list_purchases(list, page, is_wanted);
    Ok(Reply::ok(page.await??.map(PurchaseSummary::from)))
}

impl WantedStatus {
    fn list(self) -> PurchaseList {
        match self {
            Self::New | Self::Assigned | Self::Unreceived => PurchaseList::Unreceived,
            Self::Received => PurchaseList::Of(PurchaseStatus::Received),
            Self::Done => PurchaseList::Of(PurchaseStatus::Done),
            Self::Failed => PurchaseList::Of(PurchaseStatus::Failed),
        }
    }

    fn is_of(self, purchase: &Purchase) -> bool {
        match self {
            Self::Unreceived => purchase.status.is_unreceived(),
            Self::New => purchase.status == PurchaseStatus::New,
            Self::Assigned => purchase.status == PurchaseStatus::Assigned,
            Self::Received => purchase.status == PurchaseStatus::Received,
            Self::Done => purchase.status == PurchaseStatus::Done,
            Self::Failed => purchase.status == PurchaseStatus::Failed,
        }
    }
}
