//! Makes a warehouse, or changes what is said about it.

use dynamo::DynamoError;
use edge::{Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored};
use kernel::WarehouseId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::permissions::WriteWarehouses;
use crate::{
    Stock,
    domain::{Warehouse, WarehouseDetails},
};

/// Which warehouse.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WarehousePath {
    pub(crate) warehouse_id: WarehouseId,
}

#[derive(Debug, thiserror::Error)]
#[error("the warehouse cannot be written")]
pub(crate) struct PutWarehouseError(#[from] DynamoError);

impl Refusal for PutWarehouseError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        Problem::of_store(&self.0)
    }
}

pub(crate) async fn put_warehouse(
    app: &Stock,
    (_, Path(path), Json(details)): (
        Staff<WriteWarehouses>,
        Path<WarehousePath>,
        Json<WarehouseDetails>,
    ),
) -> Result<Reply<Warehouse, Stored>, PutWarehouseError> {
    let warehouse = Warehouse::new(path.warehouse_id, details);
    let made = app.warehouses.put(&warehouse).await?;
    Ok(Reply::stored(made, warehouse))
}
