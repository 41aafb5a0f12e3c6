//! Removes categories: they are hidden for ever. All of them or none.

use dynamo::{Consistency, DynamoError};
use edge::{Json, NoContent, Problem, ProblemKind, Refusal, Reply, Staff};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CLOSING, WriteCategories};
use crate::{
    Catalog,
    domain::{Category, CategoryId},
    store::Unwritten,
};

/// The most categories that are removed at once: they fit into one transaction.
const MOST: usize = 100;

/// Which categories. Those below one have to be named, too.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryRemoval {
    #[schemars(length(min = 1, max = MOST))]
    category_ids: Vec<CategoryId>,
}

/// Why a category cannot go, or cannot hold products no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CategoryInUse {
    pub(super) category_id: CategoryId,
    pub(super) used_by: User,
}

/// What refers to a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum User {
    /// A category below it.
    Categories,
    /// A product, on sale or not.
    Products,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveCategoriesError {
    #[error("name 1 to {MOST} categories")]
    WrongNumber,
    #[error("there is no category {1}")]
    NoSuchCategory(usize, CategoryId),
    #[error("categories or products below them are not removed with them; nothing was removed")]
    InUse(Vec<CategoryInUse>),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the categories cannot be read")]
    Store(#[from] DynamoError),
}

/// Something refers to a category; `in_use` says to which, and what.
pub(super) const CATEGORY_IN_USE: ProblemKind = ProblemKind::new(409, "11011", "Category in use");

impl Refusal for RemoveCategoriesError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        CATEGORY_IN_USE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::WrongNumber => Problem::invalid("/category_ids", self.to_string()),
            Self::NoSuchCategory(index, _) => {
                Problem::invalid(format!("/category_ids/{index}"), self.to_string())
            }
            Self::InUse(users) => Problem::from(CATEGORY_IN_USE)
                .because(self.to_string())
                .with("in_use", users),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn remove_categories(
    app: &Catalog,
    (_, Json(wanted)): (Staff<WriteCategories>, Json<CategoryRemoval>),
) -> Result<Reply<(), NoContent>, RemoveCategoriesError> {
    let ids = wanted.category_ids;
    if ids.is_empty() || ids.len() > MOST {
        return Err(RemoveCategoriesError::WrongNumber);
    }
    let tree = app.store.categories(Consistency::Strong).await?;
    let unknown = |id: &CategoryId| !tree.iter().any(|category| category.id == *id);
    if let Some(index) = ids.iter().position(unknown) {
        return Err(RemoveCategoriesError::NoSuchCategory(index, ids[index]));
    }
    // Those that are removed already stay so: a removal that is sent twice is the same removal.
    let leaving: Vec<Category> = tree
        .iter()
        .filter(|category| ids.contains(&category.id) && !category.is_removed())
        .cloned()
        .collect();
    let users = parents_left_behind(&tree, &leaving);
    if !users.is_empty() {
        return Err(RemoveCategoriesError::InUse(users));
    }
    // First nothing new may refer to them, then what refers to them already is looked for: in this order nothing slips
    // through. A category that comes below one of them meanwhile makes the last step fail.
    let until = app.clock.now().plus(CLOSING);
    app.store.close_categories(&leaving, until).await?;
    let users = holders(app.store.with_products(&leaving).await?);
    if !users.is_empty() {
        app.store.reopen_categories(&leaving, until).await;
        return Err(RemoveCategoriesError::InUse(users));
    }
    app.store
        .remove_categories(&leaving, until, app.clock.now())
        .await?;
    Ok(Reply::no_content())
}

/// These hold products.
pub(super) fn holders(ids: Vec<CategoryId>) -> Vec<CategoryInUse> {
    let holder = |category_id| CategoryInUse {
        category_id,
        used_by: User::Products,
    };
    ids.into_iter().map(holder).collect()
}

/// Those leaving that have a category below them which stays.
fn parents_left_behind(tree: &[Category], leaving: &[Category]) -> Vec<CategoryInUse> {
    let leaves = |id: CategoryId| leaving.iter().any(|category| category.id == id);
    let has_child = |id: CategoryId| {
        let mut stays = tree
            .iter()
            .filter(|child| !child.is_removed() && !leaves(child.id));
        stays.any(|child| child.parent_id == Some(id))
    };
    leaving
        .iter()
        .filter(|category| has_child(category.id))
        .map(|category| CategoryInUse {
            category_id: category.id,
            used_by: User::Categories,
        })
        .collect()
}
