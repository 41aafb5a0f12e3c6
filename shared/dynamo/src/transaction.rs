//! Several writes that all happen or none.

use aws_sdk_dynamodb::{
    error::SdkError, operation::transact_write_items::TransactWriteItemsError,
    types::ReturnConsumedCapacity,
};

use crate::{Dynamo, DynamoError, Reason, TransactionError, Write, capacity};

/// Up to a hundred writes of different items, over any tables of the account, that all happen or none.
#[derive(Debug, Default)]
#[must_use = "a transaction does nothing until it is committed"]
pub struct Transaction {
    writes: Vec<Write>,
}

impl Transaction {
    /// A transaction without a write.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a write; its place is its index in [`TransactionError::Cancelled`].
    pub fn with(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }

    /// Makes all of it happen, if every condition holds.
    ///
    /// # Errors
    /// [`TransactionError::Cancelled`] with a reason for each write; otherwise the call brought no answer, and the
    /// transaction may or may not have happened.
    pub async fn commit(self) -> Result<(), TransactionError> {
        let Some(dynamo): Option<Dynamo> = self
            .writes
            .first()
            .map(|write| write.table.dynamo().clone())
        else {
            return Ok(());
        };
        let items = self
            .writes
            .into_iter()
            .map(Write::into_transact_item)
            .collect::<Result<Vec<_>, _>>()?;
        dynamo
            .client()
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
            .send()
            .await
            .map(|answer| capacity::written(answer.consumed_capacity()))
            .map_err(failed)
    }
}

fn failed(error: SdkError<TransactWriteItemsError>) -> TransactionError {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            capacity::cancelled(cancelled.cancellation_reasons().len());
            TransactionError::Cancelled(
                cancelled
                    .cancellation_reasons()
                    .iter()
                    .cloned()
                    .map(Reason::of)
                    .collect(),
            )
        }
        _ => DynamoError::of(error).into(),
    }
}
