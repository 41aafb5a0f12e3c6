//! Writes down that a warehouse is to get more of a SKU.

use dynamo::DynamoError;
use edge::{Created, Json, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::{Quantity, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{permissions::WritePurchases, problems::NO_SUCH_WAREHOUSE};
use crate::{Stock, domain::Need, store::SaveFailure};

/// What is needed where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNeed {
    sku_id: SkuId,
    warehouse_id: WarehouseId,
    quantity: Quantity,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum AddPurchaseNeedError {
    #[error("there is no warehouse of this id")]
    NoSuchWarehouse,
    #[error("the need cannot be written")]
    Store(#[from] DynamoError),
}

impl Refusal for AddPurchaseNeedError {
    const KINDS: &'static [ProblemKind] =
        &[NO_SUCH_WAREHOUSE, ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchWarehouse => Problem::from(NO_SUCH_WAREHOUSE).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn add_purchase_need(
    app: &Stock,
    (_, Json(new)): (Staff<WritePurchases>, Json<NewNeed>),
) -> Result<Reply<Need, Created>, AddPurchaseNeedError> {
    if !app.warehouses.exists(&new.warehouse_id).await? {
        return Err(AddPurchaseNeedError::NoSuchWarehouse);
    }
    let need = Need::new(new.sku_id, new.warehouse_id, new.quantity, app.clock.now());
    match app.purchases.add(&need).await {
        Ok(()) => {}
        Err(SaveFailure::ChangedMeanwhile) => return Err(AddPurchaseNeedError::NoSuchWarehouse),
        Err(SaveFailure::Store(error)) => return Err(error.into()),
    }
    let location = format!("/api/stock/admin/purchase-needs/{}", need.need_id);
    Ok(Reply::created(location, need))
}
