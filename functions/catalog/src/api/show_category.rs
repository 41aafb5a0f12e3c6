//! Shows a category to staff, with the version that a change of it names.

use dynamo::Consistency;
use edge::{Ok200, Path, Reply, Staff, Versioned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReadCatalog, ShowError};
use crate::{
    Catalog,
    domain::{Category, CategoryId},
};

/// Which category.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CategoryPath {
    pub(super) category_id: CategoryId,
}

/// A category as staff see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryView {
    category_id: CategoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<CategoryId>,
    level: u8,
    /// From the first level down to itself.
    path: Vec<CategoryId>,
    name: String,
    sort: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    /// Whether products are still on their way to where it was moved.
    moving: bool,
    version: u64,
}

pub(crate) async fn show_category(
    app: &Catalog,
    (_, Path(path)): (Staff<ReadCatalog>, Path<CategoryPath>),
) -> Result<Reply<CategoryView, Versioned<Ok200>>, ShowError> {
    let found = app
        .store
        .category(path.category_id, Consistency::Strong)
        .await?;
    let category = found.ok_or(ShowError::NotFound("category"))?;
    let version = category.version;
    Ok(Reply::ok(CategoryView::from(category)).version(version))
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        Self {
            category_id: category.id,
            parent_id: category.parent_id,
            level: category.level(),
            moving: !category.former_paths.is_empty(),
            path: category.path,
            name: category.name,
            sort: category.sort,
            unit: category.unit,
            icon: category.icon,
            version: category.version,
        }
    }
}
