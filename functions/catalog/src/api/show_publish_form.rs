//! Shows what the form needs by which a product of a category is published: its groups with their attributes, and what its
//! SKUs may differ by.

use dynamo::Consistency;
use edge::{Path, Reply, Staff};
use futures::future::try_join;
use kernel::{AttributeGroupId, AttributeId};
use schemars::JsonSchema;
use serde::Serialize;

use super::{ReadCatalog, ShowError, show_category::CategoryPath};
use crate::{
    Catalog,
    domain::{Attribute, AttributeSet, CategoryId},
};

/// The form.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PublishForm {
    category_id: CategoryId,
    category_name: String,
    /// The specs by their groups, in their order; last those in no group.
    groups: Vec<FormGroup>,
    /// What SKUs may differ by.
    sale_attributes: Vec<FormAttribute>,
}

/// A group of specs; without an id and a name those in no group.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FormGroup {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<AttributeGroupId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    attributes: Vec<FormAttribute>,
}

/// An attribute to fill in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FormAttribute {
    attribute_id: AttributeId,
    name: String,
    /// Whether a product may have several values of it.
    multiple: bool,
    /// The values to choose from; none: any text.
    values: Vec<String>,
    quick_show: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
}

pub(crate) async fn show_publish_form(
    app: &Catalog,
    (_, Path(path)): (Staff<ReadCatalog>, Path<CategoryPath>),
) -> Result<Reply<PublishForm>, ShowError> {
    let (category, set) = try_join(
        app.store.category(path.category_id, Consistency::Eventual),
        app.store
            .attributes_of(path.category_id, Consistency::Eventual),
    )
    .await?;
    let category = category.ok_or(ShowError::NotFound("category"))?;
    Ok(Reply::ok(PublishForm {
        category_id: category.id,
        category_name: category.name,
        groups: groups(&set),
        sale_attributes: sale_attributes(&set),
    }))
}

fn groups(set: &AttributeSet) -> Vec<FormGroup> {
    let grouped = set.grouped(|attribute| attribute.is_offered() && attribute.usage.is_spec());
    let view = |(group, attributes): (Option<&crate::domain::AttributeGroup>, Vec<&Attribute>)| {
        FormGroup {
            group_id: group.map(|group| group.id.clone()),
            name: group.map(|group| group.name.clone()),
            icon: group.and_then(|group| group.icon.clone()),
            attributes: attributes.into_iter().map(FormAttribute::from).collect(),
        }
    };
    grouped.into_iter().map(view).collect()
}

fn sale_attributes(set: &AttributeSet) -> Vec<FormAttribute> {
    let offered = |attribute: &&Attribute| attribute.is_offered() && attribute.usage.is_sale();
    let mut attributes: Vec<_> = set.attributes.iter().filter(offered).collect();
    attributes.sort_by_key(|attribute| (attribute.position, &attribute.id));
    attributes.into_iter().map(FormAttribute::from).collect()
}

impl From<&Attribute> for FormAttribute {
    fn from(attribute: &Attribute) -> Self {
        Self {
            attribute_id: attribute.id.clone(),
            name: attribute.name.clone(),
            multiple: attribute.multiple,
            values: attribute.values.iter().map(ToString::to_string).collect(),
            quick_show: attribute.quick_show,
            icon: attribute.icon.clone(),
        }
    }
}
