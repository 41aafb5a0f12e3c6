//! Corrects what is in stock: a count that found more or less, damage, loss. The adjustment's number makes it count once.
//! What is promised to orders is never taken away.

use dynamo::{DynamoError, Patience};
use edge::{Json, Problem, ProblemKind, Refusal, Reply, Staff, Stored};

use super::{
    permissions::AdjustStock,
    problems::{ADJUSTMENT_NUMBER_TAKEN, NO_SUCH_WAREHOUSE, NOT_ENOUGH_TO_TAKE},
};
use crate::{Stock, domain::Adjustment, store::Adjusted};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AdjustStockError {
    #[error("there is no warehouse of this id")]
    NoSuchWarehouse,
    #[error("the adjustment {} is known with other content", .0.number)]
    OtherContent(Box<Adjustment>),
    #[error("only {0} pieces are not promised to orders")]
    NotEnough(u64),
    #[error("the adjustment cannot be written")]
    Store(#[from] DynamoError),
}

impl Refusal for AdjustStockError {
    const KINDS: &'static [ProblemKind] = &[
        NO_SUCH_WAREHOUSE,
        ADJUSTMENT_NUMBER_TAKEN,
        NOT_ENOUGH_TO_TAKE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchWarehouse => Problem::from(NO_SUCH_WAREHOUSE).because(self.to_string()),
            Self::OtherContent(known) => Problem::from(ADJUSTMENT_NUMBER_TAKEN)
                .because(self.to_string())
                .with("known", known),
            Self::NotEnough(available) => Problem::from(NOT_ENOUGH_TO_TAKE)
                .because(self.to_string())
                .with("available", available),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn adjust_stock(
    app: &Stock,
    (staff, Json(adjustment)): (Staff<AdjustStock>, Json<Adjustment>),
) -> Result<Reply<Adjustment, Stored>, AdjustStockError> {
    if !app.warehouses.exists(&adjustment.warehouse_id).await? {
        return Err(AdjustStockError::NoSuchWarehouse);
    }
    let (now, mut patience) = (app.clock.now(), Patience::begin());
    let adjusted = loop {
        match app.levels.adjust(&adjustment, &staff.id, now).await {
            Ok(adjusted) => break adjusted,
            Err(error) => patience.outlast(error).await?,
        }
    };
    match adjusted {
        Adjusted::Counted => Ok(Reply::stored(true, adjustment)),
        Adjusted::Known(known) if known == adjustment => Ok(Reply::stored(false, adjustment)),
        Adjusted::Known(known) => Err(AdjustStockError::OtherContent(Box::new(known))),
        Adjusted::NotEnough(available) => Err(AdjustStockError::NotEnough(available)),
    }
}
