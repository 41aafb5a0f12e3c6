//! Lists needs, the newest first. `key` is a purchase or a SKU. The list of a SKU or of a status is read as such; what else is
//! asked for is looked for inside the page, which may then hold fewer needs than `limit`, even none, while there is a next.

use dynamo::{DynamoError, InvalidSignature};
use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page, PurchaseId, PurchaseNeedId, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::permissions::ReadStock;
use crate::{
    Stock,
    domain::{Need, NeedStatus, Purchase},
    store::NeedList,
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
    /// How many to look at.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_purchase_needs(
    app: &Stock,
    (_, Query(wanted)): (Staff<ReadStock>, Query<ListPurchaseNeedsQuery>),
) -> Result<Reply<Page<Need>>, ListError> {
    let (limit, cursor) = (wanted.limit, wanted.cursor.as_deref());
    let mut page = match purchase_of(app, wanted.key.as_ref()).await? {
        Some(purchase) => page_of(app, &purchase, limit, cursor).await?,
        None => {
            let list = match (&wanted.key, wanted.status) {
                (Some(sku), _) => NeedList::OfSku(sku.clone()),
                (None, Some(status)) => NeedList::Of(status),
                (None, None) => NeedList::All,
            };
            let needs = app.purchases.list_needs(&list, &app.cursors, limit, cursor);
            needs.await??
        }
    };
    page.items.retain(|need| is_wanted(need, &wanted));
    Ok(Reply::ok(page))
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
    limit: Limit,
    cursor: Option<&str>,
) -> Result<Page<Need>, ListError> {
    let last = match cursor {
        None => None,
        Some(cursor) => {
            let (of, last): (PurchaseId, PurchaseNeedId) = app.cursors.open(cursor)?;
            if of != purchase.purchase_id {
                return Err(InvalidSignature.into());
            }
            Some(last)
        }
    };
    let rest = purchase.needs.iter().rev();
    let mut rest = rest.filter(|id| last.as_ref().is_none_or(|last| *id < last));
    let ids: Vec<_> = rest.by_ref().take(limit.get()).cloned().collect();
    let next_cursor = match (rest.next(), ids.last()) {
        (Some(_), Some(last)) => Some(app.cursors.seal(&(&purchase.purchase_id, last))),
        _ => None,
    };
    let next_cursor = next_cursor
        .transpose()
        .map_err(|error| DynamoError::Malformed(error.to_string()))?;
    let mut items = app.purchases.needs(&ids).await?;
    items.reverse();
    Ok(Page { items, next_cursor })
}

fn is_wanted(need: &Need, wanted: &ListPurchaseNeedsQuery) -> bool {
    wanted.status.is_none_or(|status| status == need.status)
        && wanted
            .warehouse_id
            .as_ref()
            .is_none_or(|warehouse| *warehouse == need.warehouse_id)
}
