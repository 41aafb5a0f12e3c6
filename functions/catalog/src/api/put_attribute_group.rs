//! Makes or changes a group of attributes of a category.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored, Unmatched, Versioned,
};
use futures::future::try_join;
use kernel::AttributeGroupId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    WriteAttributes,
    list_attribute_groups::AttributeGroupView,
    may_put,
    put_attribute::{TOO_MANY, refused},
};
use crate::{
    Catalog,
    domain::{AttributeGroupDraft, AttributeRefusal, Category, CategoryId},
    store::Unwritten,
};

/// Which group, of which category.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct GroupPath {
    pub(super) category_id: CategoryId,
    pub(super) group_id: AttributeGroupId,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutAttributeGroupError {
    #[error("there is no such category of the third level")]
    NoSuchCategory,
    #[error(transparent)]
    Refused(#[from] AttributeRefusal),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the groups cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for PutAttributeGroupError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::INVALID,
        TOO_MANY,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchCategory => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Refused(refusal) => refused(refusal, ""),
            Self::Unmatched(unmatched) => Problem::from(*unmatched),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn put_attribute_group(
    app: &Catalog,
    (_, Path(path), if_match, Json(draft)): (
        Staff<WriteAttributes>,
        Path<GroupPath>,
        IfMatch,
        Json<AttributeGroupDraft>,
    ),
) -> Result<Reply<AttributeGroupView, Versioned<Stored>>, PutAttributeGroupError> {
    let (set, category) = try_join(
        app.store
            .attributes_of(path.category_id, Consistency::Strong),
        app.store.category(path.category_id, Consistency::Eventual),
    )
    .await?;
    if !category.is_some_and(|category: Category| category.holds_products()) {
        return Err(PutAttributeGroupError::NoSuchCategory);
    }
    let known = set.group(&path.group_id);
    may_put(&if_match, known.map(|group| group.version))?;
    let group = set.group_of_draft(path.category_id, path.group_id.clone(), draft)?;
    app.store.put_group(&group).await?;
    let version = group.version;
    Ok(Reply::stored(known.is_none(), group.into()).version(version))
}
