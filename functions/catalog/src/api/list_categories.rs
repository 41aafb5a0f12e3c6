//! Shows the tree of categories.

use std::collections::BTreeMap;

use dynamo::Consistency;
use edge::{Cacheable, Public, Reply};
use schemars::JsonSchema;
use serde::Serialize;

use super::ShowError;
use crate::{
    Catalog,
    domain::{Category, CategoryId},
};

/// How long browsers and the CDN may show the tree without asking, in seconds.
const FRESH_SECONDS: u32 = 60;

/// The tree: the categories of the first level, each with those below it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryTree {
    items: Vec<CategoryNode>,
}

/// A category and those below it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryNode {
    category_id: CategoryId,
    name: String,
    level: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    /// Absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    children: Vec<CategoryNode>,
}

pub(crate) async fn list_categories(
    app: &Catalog,
    (_,): (Public,),
) -> Result<Reply<CategoryTree, Cacheable>, ShowError> {
    let mut categories = app.store.categories(Consistency::Eventual).await?;
    categories.retain(|category| !category.is_removed());
    let mut families = Category::by_parent(categories);
    let tree = CategoryTree {
        items: nodes(None, &mut families),
    };
    Ok(Reply::ok(tree).public_for(FRESH_SECONDS))
}

fn nodes(
    parent: Option<CategoryId>,
    families: &mut BTreeMap<Option<CategoryId>, Vec<Category>>,
) -> Vec<CategoryNode> {
    let siblings = families.remove(&parent).unwrap_or_default();
    siblings
        .into_iter()
        .map(|category| CategoryNode {
            level: category.level(),
            children: nodes(Some(category.id), families),
            category_id: category.id,
            name: category.name,
            unit: category.unit,
            icon: category.icon,
        })
        .collect()
}
