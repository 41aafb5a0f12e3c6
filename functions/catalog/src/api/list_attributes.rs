//! Lists attributes for staff: of a category or of all, by their use, by a part of their name, or those in no group.

use dynamo::{Consistency, DynamoError};
use edge::{Problem, ProblemKind, Query, Refusal, Reply, Staff};
use kernel::{Limit, Page, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    ReadCatalog, holds,
    show_attribute::{AttributeView, with_names},
};
use crate::{
    Catalog,
    domain::{Attribute, AttributeSet, AttributeUse, CategoryId},
};

/// Which attributes, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedAttributes {
    /// Only those of this category.
    category_id: Option<CategoryId>,
    /// Only those that may be used so: `spec` and `sale` each with those that are for both, `both` only these.
    #[serde(rename = "use")]
    usage: Option<AttributeUse>,
    /// Only those with this id, or with this in their name.
    key: Option<Text<1, 64>>,
    /// `true`: only those that could be in a group and are in none. Of one category only.
    #[serde(default)]
    ungrouped: bool,
    /// How many at most; a page may be shorter and not the last one.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListAttributesError {
    #[error("name the category whose attributes are in no group")]
    WhichCategory,
    #[error("the cursor is not one of this list")]
    BadCursor,
    #[error("attributes cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListAttributesError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::WhichCategory => Problem::invalid("?category_id", self.to_string()),
            Self::BadCursor => Problem::invalid("?cursor", self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn list_attributes(
    app: &Catalog,
    (_, Query(wanted)): (Staff<ReadCatalog>, Query<WantedAttributes>),
) -> Result<Reply<Page<AttributeView>>, ListAttributesError> {
    let set = match (wanted.ungrouped, wanted.category_id) {
        (false, _) => None,
        (true, None) => return Err(ListAttributesError::WhichCategory),
        (true, Some(id)) => Some(app.store.attributes_of(id, Consistency::Eventual).await?),
    };
    let page = app
        .store
        .search_attributes(
            wanted.category_id,
            &app.cursors,
            wanted.limit,
            wanted.cursor.as_deref(),
            |attribute| matches(&wanted, set.as_ref(), attribute),
        )
        .await?
        .map_err(|_| ListAttributesError::BadCursor)?;
    Ok(Reply::ok(Page {
        items: with_names(app, page.items).await?,
        next_cursor: page.next_cursor,
    }))
}

fn matches(wanted: &WantedAttributes, set: Option<&AttributeSet>, attribute: &Attribute) -> bool {
    let key = wanted.key.as_deref();
    let used_so = match wanted.usage {
        None => true,
        Some(AttributeUse::Spec) => attribute.usage.is_spec(),
        Some(AttributeUse::Sale) => attribute.usage.is_sale(),
        Some(AttributeUse::Both) => attribute.usage == AttributeUse::Both,
    };
    let in_no_group =
        |set: &AttributeSet| attribute.usage.is_spec() && set.group_of(attribute).is_none();
    !attribute.removed
        && used_so
        && (holds(&attribute.name, key) || key == Some(attribute.id.as_str()))
        && set.is_none_or(in_no_group)
}
