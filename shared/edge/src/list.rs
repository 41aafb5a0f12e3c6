//! What every list is refused for.

use dynamo::{DynamoError, InvalidSignature};

use crate::{Problem, ProblemKind, Refusal};

/// Why a page of a list is not shown, where nothing else can be wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor is not one that a page of this list ended with.
    #[error("the cursor was not made for this list")]
    BadCursor(#[from] InvalidSignature),
    /// The store gave no answer.
    #[error("the list cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::BadCursor(_) => Problem::invalid("?cursor", self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}
