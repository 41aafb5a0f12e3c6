//! Removes an attribute: nothing offers it any more. Products that have it go on showing it by its name, so it need not be
//! asked which they are.

use dynamo::{Consistency, DynamoError};
use edge::{NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{WriteAttributes, show_attribute::AttributePath};
use crate::{Catalog, store::Unwritten};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveAttributeError {
    #[error("there is no such attribute")]
    NotFound,
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the attributes cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for RemoveAttributeError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn remove_attribute(
    app: &Catalog,
    (_, Path(path)): (Staff<WriteAttributes>, Path<AttributePath>),
) -> Result<Reply<(), NoContent>, RemoveAttributeError> {
    let set = app
        .store
        .attributes_of(path.category_id, Consistency::Strong)
        .await?;
    let known = set
        .attribute(&path.attribute_id)
        .ok_or(RemoveAttributeError::NotFound)?;
    if !known.removed {
        app.store.put_attributes(&[known.gone()]).await?;
    }
    Ok(Reply::no_content())
}
