//! The payment table: its keys and attributes, here and nowhere else.

use dynamo::{DynamoError, Key, Table, Write, WriteError};
use edge::Boot;
use kernel::{ConfigError, Money, Timestamp};
use serde::Serialize;

use crate::domain::RefundDue;

/// What has to be paid back.
#[derive(Debug, Clone)]
pub(crate) struct Refunds {
    table: Table,
}

#[derive(Serialize)]
struct RefundRow {
    order: String,
    amount_fen: Money,
    state: RefundState,
    noticed_at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum RefundState {
    /// Nobody has asked the provider for it yet.
    Due,
}

impl Refunds {
    /// The refunds in the table that `PAYMENT_TABLE` names.
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("PAYMENT_TABLE")?,
        })
    }

    /// Writes down that a trade has to be paid back, once; `false` when it was known. What became of it since stands.
    pub(crate) async fn note(&self, refund: &RefundDue) -> Result<bool, DynamoError> {
        let row = RefundRow {
            order: refund.order_sn.to_string(),
            amount_fen: refund.amount,
            state: RefundState::Due,
            noticed_at: refund.noticed_at,
        };
        match Table::write(Write::put(&self.table, key(refund), &row).if_absent()).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
    }
}

fn key(refund: &RefundDue) -> Key {
    Key::new("REFUND", format!("{}#{}", refund.provider, refund.trade_no))
}
