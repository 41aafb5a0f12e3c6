//! Shows the tree of categories.

use std::{collections::BTreeMap, sync::Arc};

use dynamo::DynamoError;
use edge::{Answer, Cacheable, Public, Reply};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::ShowError;
use crate::{
    domain::{Category, CategoryId},
    storefront::Storefront,
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

/// The tree as the text of an answer. It is two hundred kilobytes and the same for everyone, so it is written once.
#[derive(Debug, Clone, Default)]
pub(crate) struct RenderedTree(Arc<str>);

impl RenderedTree {
    /// The tree of these categories, without those that were removed.
    pub(crate) fn of(mut categories: Vec<Category>) -> Result<Self, DynamoError> {
        categories.retain(|category| !category.is_removed());
        let mut families = Category::by_parent(categories);
        let tree = CategoryTree {
            items: nodes(None, &mut families),
        };
        serde_json::to_string(&tree)
            .map(|text| Self(text.into()))
            .map_err(|error| DynamoError::Malformed(error.to_string()))
    }
}

impl Answer for RenderedTree {
    const MEDIA_TYPES: &'static [&'static str] = <CategoryTree as Answer>::MEDIA_TYPES;

    fn text(&self) -> Result<Option<String>, serde_json::Error> {
        Ok(Some(self.0.to_string()))
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        <CategoryTree as Answer>::schema(generator)
    }
}

pub(crate) async fn list_categories(
    app: &Storefront,
    (_,): (Public,),
) -> Result<Reply<RenderedTree, Cacheable>, ShowError> {
    Ok(Reply::ok(app.tree().await?).public_for(FRESH_SECONDS))
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
