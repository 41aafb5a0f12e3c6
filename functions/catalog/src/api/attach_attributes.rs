//! Puts attributes into groups of their category, each at its place. All of them or none.

use dynamo::{Consistency, DynamoError};
use edge::{Json, NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::{AttributeGroupId, AttributeId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{WriteAttributes, put_attribute::refused, show_category::CategoryPath};
use crate::{
    Catalog,
    domain::{AttributeRefusal, SortNumber},
    store::Unwritten,
};

/// The most attributes at once: they fit into one transaction.
pub(super) const MOST: usize = 100;

/// Which attributes into which groups.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachments {
    #[schemars(length(min = 1, max = MOST))]
    items: Vec<Attachment>,
}

/// An attribute and its place in a group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachment {
    attribute_id: AttributeId,
    group_id: AttributeGroupId,
    #[serde(default)]
    position: SortNumber,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum AttachAttributesError {
    #[error("name 1 to {MOST} attributes, each once")]
    WrongNumber,
    #[error("an attribute cannot be in the group")]
    Refused(usize, #[source] AttributeRefusal),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the attributes cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for AttachAttributesError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::WrongNumber => Problem::invalid("/items", self.to_string()),
            Self::Refused(index, refusal) => refused(refusal, &format!("/items/{index}")),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn attach_attributes(
    app: &Catalog,
    (_, Path(path), Json(wanted)): (
        Staff<WriteAttributes>,
        Path<CategoryPath>,
        Json<Attachments>,
    ),
) -> Result<Reply<(), NoContent>, AttachAttributesError> {
    let ids = wanted.items.iter().map(|item| &item.attribute_id);
    if !named_once(ids) {
        return Err(AttachAttributesError::WrongNumber);
    }
    let set = app
        .store
        .attributes_of(path.category_id, Consistency::Strong)
        .await?;
    let mut attached = Vec::with_capacity(wanted.items.len());
    for (index, item) in wanted.items.iter().enumerate() {
        let place = Some((&item.group_id, item.position));
        let attribute = set
            .attached(&item.attribute_id, place)
            .map_err(|refusal| AttachAttributesError::Refused(index, refusal))?;
        attached.push(attribute);
    }
    app.store.put_attributes(&attached).await?;
    Ok(Reply::no_content())
}

/// Whether these are as many as go at once, each named once.
pub(super) fn named_once<'i>(ids: impl Iterator<Item = &'i AttributeId>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut count = 0;
    for id in ids {
        count += 1;
        if count > MOST || !seen.insert(id) {
            return false;
        }
    }
    count > 0
}
