//! Takes attributes out of their groups. All of them or none.

use dynamo::{Consistency, DynamoError};
use edge::{Json, NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::AttributeId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    WriteAttributes,
    attach_attributes::{MOST, named_once},
    show_category::CategoryPath,
};
use crate::{Catalog, domain::AttributeRefusal, store::Unwritten};

/// Which attributes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Detachments {
    #[schemars(length(min = 1, max = MOST))]
    attribute_ids: Vec<AttributeId>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DetachAttributesError {
    #[error("name 1 to {MOST} attributes, each once")]
    WrongNumber,
    #[error("an attribute cannot be taken out of its group")]
    Refused(usize, #[source] AttributeRefusal),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the attributes cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for DetachAttributesError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::WrongNumber => Problem::invalid("/attribute_ids", self.to_string()),
            Self::Refused(index, refusal) => {
                Problem::invalid(format!("/attribute_ids/{index}"), refusal.to_string())
            }
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn detach_attributes(
    app: &Catalog,
    (_, Path(path), Json(wanted)): (
        Staff<WriteAttributes>,
        Path<CategoryPath>,
        Json<Detachments>,
    ),
) -> Result<Reply<(), NoContent>, DetachAttributesError> {
    if !named_once(wanted.attribute_ids.iter()) {
        return Err(DetachAttributesError::WrongNumber);
    }
    let set = app
        .store
        .attributes_of(path.category_id, Consistency::Strong)
        .await?;
    let mut detached = Vec::with_capacity(wanted.attribute_ids.len());
    for (index, id) in wanted.attribute_ids.iter().enumerate() {
        let attribute = set
            .attached(id, None)
            .map_err(|refusal| DetachAttributesError::Refused(index, refusal))?;
        detached.push(attribute);
    }
    app.store.put_attributes(&detached).await?;
    Ok(Reply::no_content())
}
