//! What can go wrong, by what the caller can do about it.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::CancellationReason,
};

use crate::Item;

/// A call that brought no answer about the data.
#[derive(Debug, thiserror::Error)]
pub enum DynamoError {
    /// The store is busy, slow or out of reach, or another transaction holds the item. The same call may succeed later.
    #[error("the store is busy: {code}")]
    Busy {
        /// What the store said.
        code: String,
        /// The failed call.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The store refused the call itself: a defect of ours, or a missing permission.
    #[error("the store refused the call: {code}: {message}")]
    Refused {
        /// The store's error code.
        code: String,
        /// What the store said.
        message: String,
    },
    /// An item, or a value for one, is not of the shape expected.
    #[error("an item has an unexpected shape: {0}")]
    Malformed(String),
}

impl DynamoError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// How long a client had best wait before it tries again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retryable().then_some(Duration::from_secs(1))
    }

    pub(crate) fn of<E, R>(error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or("no answer").to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        let server_fault =
            !matches!(error, SdkError::ServiceError(_)) || BUSY.contains(&code.as_str());
        if server_fault && !matches!(error, SdkError::ConstructionFailure(_)) {
            Self::Busy {
                code,
                source: Some(Box::new(error)),
            }
        } else {
            Self::Refused { code, message }
        }
    }
}

/// Codes of answers that say "not now".
const BUSY: &[&str] = &[
    "InternalServerError",
    "InternalFailure",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Why a single write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The condition does not hold; with the item as it is, or `None` when there is none.
    #[error("the condition of the write does not hold")]
    ConditionFailed(Option<Item>),
    /// The call brought no answer about the data.
    #[error(transparent)]
    Call(#[from] DynamoError),
}

/// What one write of a cancelled transaction had to do with the cancellation.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Nothing.
    None,
    /// Its condition does not hold; with the item as it is, or `None` when there is none.
    ConditionFailed(Option<Item>),
    /// Another write held the item, or the store was busy: the same transaction may succeed later.
    Busy(String),
    /// The write itself is wrong: a defect of ours.
    Invalid(String),
}

impl Reason {
    pub(crate) fn of(reason: CancellationReason) -> Self {
        let message = || reason.message().unwrap_or_default().to_owned();
        match reason.code().unwrap_or("None") {
            "None" => Self::None,
            "ConditionalCheckFailed" => {
                Self::ConditionFailed(reason.item.map(|attributes| Item { attributes }))
            }
            code
            @ ("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {
                Self::Busy(code.to_owned())
            }
            code => Self::Invalid(format!("{code}: {}", message())),
        }
    }
}

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum TransactionError {
    /// It was cancelled; one reason for each write, in the order in which they were added. The caller looks at the
    /// conditions it knows first and takes [`TransactionError::otherwise`] for the rest.
    #[error("the transaction was cancelled: {0:?}")]
    Cancelled(Vec<Reason>),
    /// The call brought no answer about the data.
    #[error(transparent)]
    Call(#[from] DynamoError),
}

impl TransactionError {
    /// The failed condition of the write at `index`, with the item as it is.
    #[must_use]
    pub fn condition_failed(&self, index: usize) -> Option<Option<&Item>> {
        match self {
            Self::Cancelled(reasons) => match reasons.get(index) {
                Some(Reason::ConditionFailed(item)) => Some(item.as_ref()),
                _ => None,
            },
            Self::Call(_) => None,
        }
    }

    /// Whether any write met a conflict or a busy store: the same transaction may succeed later.
    #[must_use]
    pub fn busy(&self) -> bool {
        match self {
            Self::Cancelled(reasons) => reasons
                .iter()
                .any(|reason| matches!(reason, Reason::Busy(_))),
            Self::Call(error) => error.retryable(),
        }
    }

    /// What remains when the caller's own conditions explain nothing: a conflict, or a defect.
    #[must_use]
    pub fn otherwise(self) -> DynamoError {
        match self {
            Self::Call(error) => error,
            Self::Cancelled(reasons) => {
                let busy = reasons.iter().find_map(|reason| match reason {
                    Reason::Busy(code) => Some(code.clone()),
                    _ => None,
                });
                match busy {
                    Some(code) => DynamoError::Busy { code, source: None },
                    None => DynamoError::Refused {
                        code: "TransactionCanceledException".to_owned(),
                        message: format!("{reasons:?}"),
                    },
                }
            }
        }
    }
}
