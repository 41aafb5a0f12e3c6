//! Shows an attribute to staff, with the version that a change of it names.

use dynamo::{Consistency, DynamoError};
use edge::{Ok200, Path, Reply, Staff, Versioned};
use futures::future::try_join;
use kernel::{AttributeGroupId, AttributeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReadCatalog, ShowError};
use crate::{
    Catalog,
    domain::{Attribute, AttributeGroup, AttributeUse, Category, CategoryId, SortNumber},
};

/// Which attribute, of which category.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AttributePath {
    pub(super) category_id: CategoryId,
    pub(super) attribute_id: AttributeId,
}

/// An attribute as staff see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AttributeView {
    attribute_id: AttributeId,
    category_id: CategoryId,
    /// Absent when the category is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    category_name: Option<String>,
    /// Of its category, from the first level down.
    category_path: Vec<CategoryId>,
    name: String,
    #[serde(rename = "use")]
    usage: AttributeUse,
    searchable: bool,
    /// Whether a product may have several values of it.
    multiple: bool,
    /// The values to choose from; none: any text.
    values: Vec<String>,
    quick_show: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<AttributeGroupId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<String>,
    position: SortNumber,
    version: u64,
}

impl AttributeView {
    /// The attribute with the names that belong to it, from among these categories and groups.
    pub(super) fn of(
        attribute: Attribute,
        categories: &[Category],
        groups: &[AttributeGroup],
    ) -> Self {
        let category = categories
            .iter()
            .find(|category| category.id == attribute.category_id);
        let group = groups.iter().find(|group| {
            group.category_id == attribute.category_id
                && Some(&group.id) == attribute.group_id.as_ref()
        });
        Self {
            category_name: category.map(|category| category.name.clone()),
            category_path: category
                .map(|category| category.path.clone())
                .unwrap_or_default(),
            group_id: group.map(|group| group.id.clone()),
            group_name: group.map(|group| group.name.clone()),
            attribute_id: attribute.id,
            category_id: attribute.category_id,
            name: attribute.name,
            usage: attribute.usage,
            searchable: attribute.searchable,
            multiple: attribute.multiple,
            values: attribute
                .values
                .into_iter()
                .map(kernel::Text::into_string)
                .collect(),
            quick_show: attribute.quick_show,
            icon: attribute.icon,
            enabled: attribute.enabled,
            position: attribute.position,
            version: attribute.version,
        }
    }
}

/// These attributes with the names of their categories and groups.
pub(super) async fn with_names(
    app: &Catalog,
    attributes: Vec<Attribute>,
) -> Result<Vec<AttributeView>, DynamoError> {
    let category_ids: Vec<_> = attributes
        .iter()
        .map(|attribute| attribute.category_id)
        .collect();
    let group_ids: Vec<_> = attributes
        .iter()
        .filter_map(|attribute| Some((attribute.category_id, attribute.group_id.clone()?)))
        .collect();
    let (categories, groups) = try_join(
        app.store
            .categories_of(&category_ids, Consistency::Eventual),
        app.store.groups_of(&group_ids),
    )
    .await?;
    let view = |attribute| AttributeView::of(attribute, &categories, &groups);
    Ok(attributes.into_iter().map(view).collect())
}

pub(crate) async fn show_attribute(
    app: &Catalog,
    (_, Path(path)): (Staff<ReadCatalog>, Path<AttributePath>),
) -> Result<Reply<AttributeView, Versioned<Ok200>>, ShowError> {
    let set = app
        .store
        .attributes_of(path.category_id, Consistency::Strong)
        .await?;
    let attribute = set
        .attribute(&path.attribute_id)
        .filter(|attribute| !attribute.removed)
        .ok_or(ShowError::NotFound("attribute"))?;
    let categories = app
        .store
        .categories_of(&[path.category_id], Consistency::Eventual)
        .await?;
    let view = AttributeView::of(attribute.clone(), &categories, &set.groups);
    Ok(Reply::ok(view).version(attribute.version))
}
