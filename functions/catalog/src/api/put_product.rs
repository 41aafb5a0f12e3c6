//! Publishes a product with its SKUs, or replaces it.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored};
use futures::future::try_join;

use super::{ChangeCatalog, show_product::ProductPath};
use crate::{
    Catalog,
    domain::{Flaw, Product, ProductCard, ProductDraft},
    store::PutProductFailure,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutProductError {
    #[error("the product is not as it must be")]
    Flawed(Vec<Flaw>),
    #[error(transparent)]
    NotWritten(#[from] PutProductFailure),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

/// A SKU belongs to one product for ever.
const SKU_TAKEN: ProblemKind = ProblemKind::new(409, "11002", "SKU belongs to another product");

impl Refusal for PutProductError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        SKU_TAKEN,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::Flawed(flaws) => flaws
                .iter()
                .fold(Problem::from(ProblemKind::INVALID), |problem, flaw| {
                    problem.with_error(&flaw.pointer, flaw.detail)
                }),
            Self::NotWritten(PutProductFailure::SkuTaken(_)) => {
                Problem::from(SKU_TAKEN).because(self.to_string())
            }
            Self::NotWritten(PutProductFailure::ChangedMeanwhile) => {
                Problem::from(ProblemKind::BUSY).because(self.to_string())
            }
            Self::NotWritten(PutProductFailure::Store(error)) | Self::Store(error) => {
                Problem::of_store(error)
            }
        }
    }
}

pub(crate) async fn put_product(
    app: &Catalog,
    (_, Path(path), Json(draft)): (Staff<ChangeCatalog>, Path<ProductPath>, Json<ProductDraft>),
) -> Result<Reply<ProductCard, Stored>, PutProductError> {
    let (known, category) = try_join(
        app.store.product(&path.product_id, Consistency::Strong),
        app.store.category(draft.category_id, Consistency::Strong),
    )
    .await?;
    let product = Product::publish(path.product_id, draft, category.as_ref(), app.clock.now())
        .map_err(PutProductError::Flawed)?;
    app.store.put_product(&product, known.as_ref()).await?;
    Ok(Reply::stored(known.is_none(), product.card()))
}
