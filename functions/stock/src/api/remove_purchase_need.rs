//! Removes a need that is in no purchase yet.

use dynamo::{DynamoError, Patience};
use edge::{NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::PurchaseNeedId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{permissions::WritePurchases, problems::NEED_UNDER_WAY};
use crate::{Stock, domain::NeedStatus};

/// Which need.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedPath {
    need_id: PurchaseNeedId,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemovePurchaseNeedError {
    #[error("there is no such need")]
    NotFound,
    #[error("the need is in a purchase, or was")]
    UnderWay(PurchaseNeedId),
    #[error("the need cannot be read or removed")]
    Store(#[from] DynamoError),
}

impl Refusal for RemovePurchaseNeedError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        NEED_UNDER_WAY,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::UnderWay(need) => Problem::from(NEED_UNDER_WAY)
                .because(self.to_string())
                .with("need_ids", [need]),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn remove_purchase_need(
    app: &Stock,
    (_, Path(path)): (Staff<WritePurchases>, Path<NeedPath>),
) -> Result<Reply<(), NoContent>, RemovePurchaseNeedError> {
    let (mut patience, mut tried) = (Patience::begin(), false);
    loop {
        let need = match app.purchases.need(&path.need_id).await? {
            Some(need) => need,
            // The answer may have been lost and not the removal.
            None if tried => return Ok(Reply::no_content()),
            None => return Err(RemovePurchaseNeedError::NotFound),
        };
        if need.status != NeedStatus::New {
            return Err(RemovePurchaseNeedError::UnderWay(need.need_id));
        }
        match app.purchases.remove(&need).await {
            Ok(()) => return Ok(Reply::no_content()),
            Err(failure) => patience.outlast(failure.into()).await?,
        }
        tried = true;
    }
}
