//! Removes a warehouse that has nothing to promise and for which nothing is to be bought.
//!
//! Pieces that orders hold do not keep it: whether they were sold or may come back the orders know, which stand above. Should such an
//! order close, they come back to the level they were taken from, are sold like any others, and are listed by their SKU and by the id
//! of the warehouse, which can be put again to move them. So does a receipt that was under way meanwhile.

use dynamo::DynamoError;
use edge::{NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{
    permissions::WriteWarehouses,
    problems::{WAREHOUSE_NEEDED, WAREHOUSE_NOT_EMPTY},
    put_warehouse::WarehousePath,
};
use crate::{Stock, store::RemoveFailure};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveWarehouseError {
    #[error("the warehouse has pieces that are not promised to any order")]
    NotEmpty,
    #[error(transparent)]
    NotRemoved(#[from] RemoveFailure),
    #[error("the warehouse cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for RemoveWarehouseError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        WAREHOUSE_NOT_EMPTY,
        WAREHOUSE_NEEDED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotEmpty => Problem::from(WAREHOUSE_NOT_EMPTY).because(self.to_string()),
            Self::NotRemoved(RemoveFailure::NotFound) => ProblemKind::NOT_FOUND.into(),
            Self::NotRemoved(RemoveFailure::Needed) => {
                Problem::from(WAREHOUSE_NEEDED).because(self.to_string())
            }
            Self::NotRemoved(RemoveFailure::Store(error)) | Self::Store(error) => {
                Problem::of_store(error)
            }
        }
    }
}

pub(crate) async fn remove_warehouse(
    app: &Stock,
    (_, Path(path)): (Staff<WriteWarehouses>, Path<WarehousePath>),
) -> Result<Reply<(), NoContent>, RemoveWarehouseError> {
    if app.levels.any_in(&path.warehouse_id).await? {
        return Err(RemoveWarehouseError::NotEmpty);
    }
    app.warehouses.remove(&path.warehouse_id).await?;
    Ok(Reply::no_content())
}
