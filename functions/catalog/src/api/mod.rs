//! The endpoints.

pub(crate) mod list_categories;
pub(crate) mod list_products;
pub(crate) mod put_category;
pub(crate) mod put_product;
pub(crate) mod show_product;
pub(crate) mod show_sku;

use dynamo::DynamoError;
use edge::{Permission, Problem, ProblemKind, Refusal};

/// May change categories and products.
pub(crate) enum ChangeCatalog {}
impl Permission for ChangeCatalog {
    const NAME: &'static str = "catalog:product:write";
}

/// Why something of the catalog cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ShowError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound(_) => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}
