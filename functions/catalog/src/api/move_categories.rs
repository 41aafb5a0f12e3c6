//! Moves and orders categories: what a drag in the tree comes to, all or nothing.

use dynamo::{Consistency, DynamoError};
use edge::{Json, Problem, ProblemKind, Refusal, Reply, Staff};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CLOSING, WriteCategories,
    remove_categories::{CATEGORY_IN_USE, CategoryInUse, holders},
    show_category::CategoryView,
};
use crate::{
    Catalog,
    domain::{CategoryId, Placement, TreeMove, TreeRefusal},
    store::Unwritten,
};

/// The most categories that are placed at once.
const MOST: usize = 100;

/// Where categories are to stand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryMoves {
    #[schemars(length(min = 1, max = MOST))]
    items: Vec<Placement>,
}

/// The categories that changed, as they are now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MovedCategories {
    items: Vec<CategoryView>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveCategoriesError {
    #[error("place 1 to {MOST} categories")]
    WrongNumber,
    #[error(transparent)]
    Refused(#[from] TreeRefusal),
    #[error(
        "{0} categories would change, and at most 100 can at once: move fewer of them, one after another"
    )]
    TooLarge(usize),
    #[error(
        "products belong to the third level, and these categories hold some; nothing was moved"
    )]
    HoldProducts(Vec<CategoryInUse>),
    #[error("the products of category {0} have not yet followed its earlier moves")]
    StillMoving(CategoryId),
    #[error("the tree was changed at the same time: read it again")]
    TreeChanged,
    #[error("the categories cannot be moved")]
    Store(#[from] DynamoError),
}

/// More categories would change than one transaction holds.
const MOVE_TOO_LARGE: ProblemKind =
    ProblemKind::new(409, "11012", "Too many categories in one move");
/// Somebody else changed the tree.
const TREE_CHANGED: ProblemKind = ProblemKind::new(409, "11014", "Categories changed meanwhile");
/// Products have yet to follow earlier moves.
const STILL_MOVING: ProblemKind = ProblemKind::new(409, "11015", "Category still being moved");

impl Refusal for MoveCategoriesError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        CATEGORY_IN_USE,
        MOVE_TOO_LARGE,
        TREE_CHANGED,
        STILL_MOVING,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::WrongNumber => Problem::invalid("/items", self.to_string()),
            Self::Refused(refusal) => Problem::invalid(pointer(*refusal), self.to_string()),
            Self::TooLarge(_) => Problem::from(MOVE_TOO_LARGE).because(self.to_string()),
            Self::HoldProducts(holders) => Problem::from(CATEGORY_IN_USE)
                .because(self.to_string())
                .with("in_use", holders),
            Self::StillMoving(_) => Problem::from(STILL_MOVING).because(self.to_string()),
            Self::TreeChanged => Problem::from(TREE_CHANGED).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

impl From<Unwritten> for MoveCategoriesError {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::ChangedMeanwhile => Self::TreeChanged,
            Unwritten::Store(error) => Self::Store(error),
        }
    }
}

fn pointer(refusal: TreeRefusal) -> String {
    match refusal {
        TreeRefusal::NoSuchCategory(index) | TreeRefusal::PlacedTwice(index) => {
            format!("/items/{index}/category_id")
        }
        TreeRefusal::NoSuchParent(index)
        | TreeRefusal::BelowItself(index)
        | TreeRefusal::TooDeep(index) => format!("/items/{index}/parent_id"),
    }
}

pub(crate) async fn move_categories(
    app: &Catalog,
    (_, Json(wanted)): (Staff<WriteCategories>, Json<CategoryMoves>),
) -> Result<Reply<MovedCategories>, MoveCategoriesError> {
    if wanted.items.is_empty() || wanted.items.len() > MOST {
        return Err(MoveCategoriesError::WrongNumber);
    }
    let tree = app.store.categories(Consistency::Strong).await?;
    let change = TreeMove::of(&tree, &wanted.items)?;
    if !change.fits() {
        return Err(MoveCategoriesError::TooLarge(change.writes()));
    }
    if let Some(waits) = change.still_moving().next() {
        return Err(MoveCategoriesError::StillMoving(waits.id));
    }
    let emptied = change.leaving_the_deepest_level();
    let until = app.clock.now().plus(CLOSING);
    if !emptied.is_empty() {
        // First nothing new may come into them, then what is in them is looked for.
        app.store.close_categories(&emptied, until).await?;
        let holders = holders(app.store.with_products(&emptied).await?);
        if !holders.is_empty() {
            app.store.reopen_categories(&emptied, until).await;
            return Err(MoveCategoriesError::HoldProducts(holders));
        }
    }
    app.store
        .move_categories(&change, &emptied, until, app.clock.now())
        .await?;
    let items = change.changes.into_iter().map(|(_, next)| next.into());
    Ok(Reply::ok(MovedCategories {
        items: items.collect(),
    }))
}
