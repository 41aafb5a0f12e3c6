//! Lists the groups that attributes are shown in, of a category or of all.

use dynamo::DynamoError;
use edge::{Problem, ProblemKind, Query, Refusal, Reply, Staff};
use kernel::{AttributeGroupId, Limit, Page, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReadCatalog, holds};
use crate::{
    Catalog,
    domain::{AttributeGroup, CategoryId, SortNumber},
};

/// Which groups, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedGroups {
    /// Only those of this category.
    category_id: Option<CategoryId>,
    /// Only those with this id, or with this in their name.
    key: Option<Text<1, 64>>,
    /// How many at most; a page may be shorter and not the last one.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

/// A group of attributes as staff see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AttributeGroupView {
    group_id: AttributeGroupId,
    category_id: CategoryId,
    name: String,
    sort: SortNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    description: String,
    version: u64,
}

impl From<AttributeGroup> for AttributeGroupView {
    fn from(group: AttributeGroup) -> Self {
        Self {
            group_id: group.id,
            category_id: group.category_id,
            name: group.name,
            sort: group.sort,
            icon: group.icon,
            description: group.description,
            version: group.version,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListAttributeGroupsError {
    #[error("the cursor is not one of this list")]
    BadCursor,
    #[error("groups cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListAttributeGroupsError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::BadCursor => Problem::invalid("?cursor", self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn list_attribute_groups(
    app: &Catalog,
    (_, Query(wanted)): (Staff<ReadCatalog>, Query<WantedGroups>),
) -> Result<Reply<Page<AttributeGroupView>>, ListAttributeGroupsError> {
    let key = wanted.key.as_deref();
    let page = app
        .store
        .search_groups(
            wanted.category_id,
            &app.cursors,
            wanted.limit,
            wanted.cursor.as_deref(),
            |group| holds(&group.name, key) || key == Some(group.id.as_str()),
        )
        .await?
        .map_err(|_| ListAttributeGroupsError::BadCursor)?;
    Ok(Reply::ok(page.map(AttributeGroupView::from)))
}
