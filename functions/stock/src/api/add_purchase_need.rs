//! Writes down that a warehouse is to get more of a SKU. One `Idempotency-Key` of somebody counts once: its repeat is answered as it was.

use dynamo::{DynamoError, Patience};
use edge::{Created, IdempotencyKey, Json, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::{Quantity, SkuId, WarehouseId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    permissions::WritePurchases,
    problems::{NEED_KEY_REUSED, NO_SUCH_WAREHOUSE},
};
use crate::{
    Stock,
    domain::{Need, NeedKey},
};

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
    #[error("another need was sent with this key")]
    OtherNeed(Box<Need>),
    #[error("the need cannot be written")]
    Store(#[from] DynamoError),
}

impl Refusal for AddPurchaseNeedError {
    const KINDS: &'static [ProblemKind] = &[
        NO_SUCH_WAREHOUSE,
        NEED_KEY_REUSED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchWarehouse => Problem::from(NO_SUCH_WAREHOUSE).because(self.to_string()),
            Self::OtherNeed(known) => Problem::from(NEED_KEY_REUSED)
                .because(self.to_string())
                .with("known", known),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn add_purchase_need(
    app: &Stock,
    (staff, IdempotencyKey(word), Json(new)): (
        Staff<WritePurchases>,
        IdempotencyKey,
        Json<NewNeed>,
    ),
) -> Result<Reply<Need, Created>, AddPurchaseNeedError> {
    let key = word.map(|word| NeedKey {
        staff: staff.id,
        word,
    });
    let need = Need::new(new.sku_id, new.warehouse_id, new.quantity, app.clock.now());
    let mut patience = Patience::begin();
    loop {
        if let Some(key) = &key
            && let Some(known) = app.purchases.known(key).await?
        {
            return match known.asks_as(&need) {
                true => Ok(written(known)),
                false => Err(AddPurchaseNeedError::OtherNeed(Box::new(known))),
            };
        }
        if !app.warehouses.exists(&need.warehouse_id).await? {
            return Err(AddPurchaseNeedError::NoSuchWarehouse);
        }
        match app.purchases.add(&need, key.as_ref()).await {
            Ok(()) => return Ok(written(need)),
            Err(failure) => patience.outlast(failure.into()).await?,
        }
        // The answer may have been lost and not the need.
        if app.purchases.need(&need.need_id).await?.is_some() {
            return Ok(written(need));
        }
    }
}

fn written(need: Need) -> Reply<Need, Created> {
    let location = format!("/api/stock/admin/purchase-needs/{}", need.need_id);
    Reply::created(location, need)
}
