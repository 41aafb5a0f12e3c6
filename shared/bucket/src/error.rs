//! Why a call to S3 brought nothing.

use std::error::Error;

/// S3 gave no answer, or refused. The same call may succeed later.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct BucketError {
    operation: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl BucketError {
    pub(crate) fn of(
        operation: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            source: source.into(),
        }
    }
}
