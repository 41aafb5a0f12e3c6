//! Lists all categories with everything that staff may change of them.

use dynamo::Consistency;
use edge::{Reply, Staff};
use schemars::JsonSchema;
use serde::Serialize;

use super::{ReadCatalog, ShowError, show_category::CategoryView};
use crate::Catalog;

/// The categories that were not removed, in the order of their numbers. There are as many as people keep in order: some
/// thousands, so they come at once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryList {
    items: Vec<CategoryView>,
}

pub(crate) async fn list_staff_categories(
    app: &Catalog,
    (_,): (Staff<ReadCatalog>,),
) -> Result<Reply<CategoryList>, ShowError> {
    // What was just dragged has to be seen where it is.
    let categories = app.store.categories(Consistency::Strong).await?;
    let items = categories
        .into_iter()
        .filter(|category| !category.is_removed())
        .map(CategoryView::from);
    Ok(Reply::ok(CategoryList {
        items: items.collect(),
    }))
}
