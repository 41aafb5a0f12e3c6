//! Lists needs, the newest first. `key` is a purchase or a SKU. The list of a SKU or of a status is read as such; what else is
//! asked for is looked for among a thousand needs at a time: only beyond them a page may hold fewer than `limit`, even none, while there
//! is a next.

use dynamo::{DynamoError, InvalidSignature};
use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page, PurchaseId, PurchaseNeedId, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::permissions::ReadStock;
use crate::{
    Stock,
    domain::{Need, NeedStatus, Purchase},
    store::{NeedList, PageOf},
};

/// Which needs, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListPurchaseNeedsQuery {
    /// Only those of the purchase of this id or, if there is none, of the SKU of this id.
    key: Option<SkuId>,
    /// Only those of this status.
    status: Option<NeedStatus>,
    /// Only those of this warehouse.
    warehouse_id: Option<WarehouseId>,
    /// How many at most.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_purchase_needs(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListPurchaseNeedsQuery>),
) -> Result<Reply<Page<Need>>, ListError> {
    let is_wanted = |need: &Need| is_wanted(need, &wanted);
    let page = PageOf {
        cursors: &app.cursors,
        limit: wanted.limit,
        cursor: wanted.cursor.as_deref(),
    };
    if let Some(purchase) = purchase_of(app, wanted.key.as_ref()).await? {
        return Ok(Reply::ok(page_of(app, &purchase, page, is_wanted).await?));
    }
    let list = match (&wanted.key, wanted.status) {
        (Some(sku), _) => NeedList::OfSku(sku.clone()),
        (None, Some(status)) => NeedList::Of(status),
        (None, None) => NeedList::All,
    };
    let page = app.purchases.list_needs(&list, page, is_wanted);
    Ok(Reply::ok(page.await??))
}

async fn purchase_of(app: &Stock, key: Option<&SkuId>) -> Result<Option<Purchase>, DynamoError> {
    match key.map(|key| PurchaseId::parse(key.as_str())) {
        Some(Ok(id)) => app.purchases.purchase(&id).await,
        _ => Ok(None),
    }
}

/// A page of the needs of a purchase, which knows them all.
async fn page_of(
    app: &Stock,
    purchase: &Purchase,
    page: PageOf<'_>,
    is_wanted: impl Fn(&Need) -> bool,
) -> Result<Page<Need>, ListError> {
    let last = match page.cursor {
        None => None,
        Some(cursor) => {
            let (of, last): (PurchaseId, PurchaseNeedId) = page.cursors.open(cursor)?;
            if of != purchase.purchase_id {
                return Err(InvalidSignature.into());
            }
            Some(last)
        }
    };
    let rest = purchase.needs.iter();
    let rest = rest.filter(|id| last.as_ref().is_none_or(|last| *id < last));
    let rest: Vec<_> = rest.cloned().collect();
    let needs = app.purchases.needs(&rest).await?;
    let mut needs = needs.into_iter().rev().filter(is_wanted);
    let items: Vec<Need> = needs.by_ref().take(page.limit.get()).collect();
    let next_cursor = match (needs.next(), items.last()) {
        (Some(_), Some(last)) => Some(page.cursors.seal(&(&purchase.purchase_id, &last.need_id))),
        _ => None,
    };
    let next_cursor = next_cursor
        .transpose()
        .map_err(|error| DynamoError::Malformed(error.to_string()))?;
    Ok(Page { items, next_cursor })
}

fn is_wanted(need: &Need, wanted: &ListPurchaseNeedsQuery) -> bool {
    wanted.status.is_none_or(|status| status == need.status)
        && wanted
            .warehouse_id
            .as_ref()
            .is_none_or(|warehouse| *warehouse == need.warehouse_id)
}
