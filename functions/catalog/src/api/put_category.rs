//! Makes or changes a category.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored, Unmatched, Versioned,
};

use super::{
    WriteCategories, may_put,
    show_category::{CategoryPath, CategoryView},
};
use crate::{
    Catalog,
    domain::{Category, CategoryDraft, CategoryId, CategoryRefusal},
    store::Unwritten,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutCategoryError {
    #[error(transparent)]
    Refused(#[from] CategoryRefusal),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
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
        ProblemKind::CHANGED_MEANWHILE,
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
            Self::Unmatched(unmatched) => Problem::from(*unmatched),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn put_category(
    app: &Catalog,
    (_, Path(path), if_match, Json(draft)): (
        Staff<WriteCategories>,
        Path<CategoryPath>,
        IfMatch,
        Json<CategoryDraft>,
    ),
) -> Result<Reply<CategoryView, Versioned<Stored>>, PutCategoryError> {
    let ids: Vec<CategoryId> = [Some(path.category_id), draft.parent_id]
        .into_iter()
        .flatten()
        .collect();
    let found = app.store.categories_of(&ids, Consistency::Strong).await?;
    let find = |id: CategoryId| found.iter().find(|category| category.id == id);
    let known = find(path.category_id);
    may_put(&if_match, known.map(|category| category.version))?;
    let parent = draft.parent_id.and_then(find);
    let category = Category::of_draft(path.category_id, draft, parent, known)?;
    app.store
        .put_category(&category, known, parent, app.clock.now())
        .await?;
    let version = category.version;
    Ok(Reply::stored(known.is_none(), category.into()).version(version))
}
