//! The orders, for the services above.

use dynamo::{Consistency, DynamoError};
use edge::Boot;
use kernel::{Clock, ConfigError};
use queue::Trace;

use crate::{
    MarkPaid, OrderSn, PayableOrder, Payment,
    domain::{Actor, Step, Stored},
    store::Store,
};

/// The orders of the mall, as those see them who take the money for them.
#[derive(Debug, Clone)]
pub struct Orders {
    store: Store,
    clock: Clock,
}

impl Orders {
    /// The orders in the table that `ORDER_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(boot.table("ORDER_TABLE")?),
            clock: boot.clock(),
        })
    }

    /// The order of this number, in one read; `None` when there is none.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn find(
        &self,
        sn: &OrderSn,
        consistency: Consistency,
    ) -> Result<Option<PayableOrder>, DynamoError> {
        Ok(match self.store.find(sn, consistency).await? {
            Some(Stored::Order(order)) => Some((*order).into()),
            Some(Stored::Void) | None => None,
        })
    }

    /// Marks an order as paid: one conditional write, decided without a read before it, so a notice that comes twice, or at
    /// the same time as the order's closing, moves the order once. Needs `dynamodb:UpdateItem` on the order table.
    ///
    /// # Errors
    /// When the store gives no answer: the order may be marked or not; the same call tells.
    pub async fn mark_paid(
        &self,
        sn: &OrderSn,
        payment: &Payment,
    ) -> Result<MarkPaid, DynamoError> {
        let step = Step {
            by: Actor::Provider,
            at: self.clock.now(),
            request: trace_id(),
        };
        self.store.mark_paid(sn, payment, step).await
    }
}

/// The id of the trace that the running operation belongs to; it stands in every line of its log.
pub(crate) fn trace_id() -> String {
    Trace::current().map(|trace| trace.id()).unwrap_or_default()
}
