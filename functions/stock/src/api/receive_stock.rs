//! Takes goods in. The receipt's number makes it count once, however often it is sent.

use dynamo::{DynamoError, Patience};
use edge::{Json, Problem, ProblemKind, Refusal, Reply, Staff, Stored};

use super::{
    permissions::ReceiveStock,
    problems::{NO_SUCH_WAREHOUSE, RECEIPT_NUMBER_TAKEN},
};
use crate::{Stock, domain::Receipt, store::Received};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveStockError {
    #[error("there is no warehouse of this id")]
    NoSuchWarehouse,
    #[error("the receipt {} is known with other content", .0.number)]
    OtherContent(Box<Receipt>),
    #[error("the receipt cannot be written")]
    Store(#[from] DynamoError),
}

impl Refusal for ReceiveStockError {
    const KINDS: &'static [ProblemKind] = &[
        RECEIPT_NUMBER_TAKEN,
        NO_SUCH_WAREHOUSE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchWarehouse => Problem::from(NO_SUCH_WAREHOUSE).because(self.to_string()),
            Self::OtherContent(known) => Problem::from(RECEIPT_NUMBER_TAKEN)
                .because(self.to_string())
                .with("known", known),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn receive_stock(
    app: &Stock,
    (staff, Json(receipt)): (Staff<ReceiveStock>, Json<Receipt>),
) -> Result<Reply<Receipt, Stored>, ReceiveStockError> {
    if !app.warehouses.exists(&receipt.warehouse_id).await? {
        return Err(ReceiveStockError::NoSuchWarehouse);
    }
    let (now, mut patience) = (app.clock.now(), Patience::begin());
    let received = loop {
        match app.levels.receive(&receipt, &staff.id, now).await {
            Ok(received) => break received,
            Err(error) => patience.outlast(error).await?,
        }
    };
    match received {
        Received::Counted => Ok(Reply::stored(true, receipt)),
        Received::Known(known) if known == receipt => Ok(Reply::stored(false, receipt)),
        Received::Known(known) => Err(ReceiveStockError::OtherContent(Box::new(known))),
    }
}
