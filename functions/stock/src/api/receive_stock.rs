//! Takes goods in. The receipt's number makes it count once, however often it is sent.

use dynamo::DynamoError;
use edge::{Json, Permission, Problem, ProblemKind, Refusal, Reply, Staff, Stored};

use crate::{Stock, domain::Receipt, store::Received};

/// May change what the mall has in stock.
pub(crate) enum ReceiveStock {}
impl Permission for ReceiveStock {
    const NAME: &'static str = "stock:receipt:write";
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveStockError {
    #[error("the receipt {} is known with other content", .0.number)]
    OtherContent(Box<Receipt>),
    #[error("the receipt cannot be written")]
    Store(#[from] DynamoError),
}

/// The number of the receipt is taken, by other goods.
const RECEIPT_NUMBER_TAKEN: ProblemKind =
    ProblemKind::new(409, "21001", "Receipt number taken by other goods");

impl Refusal for ReceiveStockError {
    const KINDS: &'static [ProblemKind] = &[
        RECEIPT_NUMBER_TAKEN,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::OtherContent(known) => Problem::from(RECEIPT_NUMBER_TAKEN)
                .because(self.to_string())
                .with("known", known),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn receive_stock(
    app: &Stock,
    (_, Json(receipt)): (Staff<ReceiveStock>, Json<Receipt>),
) -> Result<Reply<Receipt, Stored>, ReceiveStockError> {
    match app.levels.receive(&receipt).await? {
        Received::Counted => Ok(Reply::stored(true, receipt)),
        Received::Known(known) if known == receipt => Ok(Reply::stored(false, receipt)),
        Received::Known(known) => Err(ReceiveStockError::OtherContent(Box::new(known))),
    }
}
