//! Makes or changes a category.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ChangeCatalog;
use crate::{
    Catalog,
    domain::{Category, CategoryDraft, CategoryId, CategoryRefusal},
    store::Unwritten,
};

/// Which category.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CategoryPath {
    category_id: CategoryId,
}

/// A category.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryView {
    category_id: CategoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<CategoryId>,
    level: u8,
    name: String,
    sort: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutCategoryError {
    #[error(transparent)]
    Refused(#[from] CategoryRefusal),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the category cannot be read")]
    Store(#[from] DynamoError),
}

/// A category keeps its parent; moving it is another operation.
const CATEGORY_MOVED: ProblemKind = ProblemKind::new(409, "11001", "Category has another parent");
/// A category that was removed stays so.
const CATEGORY_REMOVED: ProblemKind = ProblemKind::new(409, "11010", "Category was removed");

impl Refusal for PutCategoryError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        CATEGORY_MOVED,
        CATEGORY_REMOVED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::Refused(CategoryRefusal::Moved) => {
                Problem::from(CATEGORY_MOVED).because(self.to_string())
            }
            Self::Refused(CategoryRefusal::Removed) => {
                Problem::from(CATEGORY_REMOVED).because(self.to_string())
            }
            Self::Refused(_) => Problem::invalid("/parent_id", self.to_string()),
            Self::NotWritten(Unwritten::ChangedMeanwhile) => {
                Problem::from(ProblemKind::BUSY).because(self.to_string())
            }
            Self::NotWritten(Unwritten::Store(error)) | Self::Store(error) => {
                Problem::of_store(error)
            }
        }
    }
}

pub(crate) async fn put_category(
    app: &Catalog,
    (_, Path(path), Json(draft)): (
        Staff<ChangeCatalog>,
        Path<CategoryPath>,
        Json<CategoryDraft>,
    ),
) -> Result<Reply<CategoryView, Stored>, PutCategoryError> {
    let ids: Vec<CategoryId> = [Some(path.category_id), draft.parent_id]
        .into_iter()
        .flatten()
        .collect();
    let found = app.store.categories_of(&ids, Consistency::Strong).await?;
    let find = |id: CategoryId| found.iter().find(|category| category.id == id);
    let known = find(path.category_id);
    let parent = draft.parent_id.and_then(find);
    let category = Category::of_draft(path.category_id, draft, parent, known)?;
    app.store
        .put_category(&category, known, parent, app.clock.now())
        .await?;
    Ok(Reply::stored(known.is_none(), view(category)))
}

fn view(category: Category) -> CategoryView {
    CategoryView {
        category_id: category.id,
        parent_id: category.parent_id,
        level: category.level(),
        name: category.name,
        sort: category.sort,
        unit: category.unit,
        icon: category.icon,
    }
}
