//! Moving categories: what a drag in the tree comes to.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Category, CategoryId};

/// Where a category is to stand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placement {
    /// The category.
    pub(crate) category_id: CategoryId,
    /// The category above it from now on; absent for the first level.
    pub(crate) parent_id: Option<CategoryId>,
    /// Its place among its siblings, lowest first. It comes before one with the same number that is not placed anew.
    pub(crate) sort: i32,
}

/// What changes when categories are moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TreeMove {
    /// Every category that changes, as it was read and as it is to be.
    pub(crate) changes: Vec<(Category, Category)>,
    /// The categories that others come below, and that do not change themselves.
    pub(crate) hosts: Vec<Category>,
}

/// Why categories cannot be moved so. The number is that of the placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TreeRefusal {
    #[error("there is no such category")]
    NoSuchCategory(usize),
    #[error("the category is placed twice")]
    PlacedTwice(usize),
    #[error("there is no such category to be above it")]
    NoSuchParent(usize),
    #[error("it would stand below itself")]
    BelowItself(usize),
    #[error("it, or a category below it, would be deeper than the third level")]
    TooDeep(usize),
}

/// The most writes of one transaction.
const MOST_WRITES: usize = 100;
/// The most places where products of one category may be listed at a time.
const MOST_FORMER_PATHS: usize = 20;

impl TreeMove {
    /// What these placements come to in this tree. Siblings of the places taken are numbered anew from 0, and whatever is
    /// below a category goes where it goes.
    pub(crate) fn of(tree: &[Category], placements: &[Placement]) -> Result<Self, TreeRefusal> {
        let known: BTreeMap<CategoryId, &Category> = tree
            .iter()
            .filter(|category| !category.is_removed())
            .map(|category| (category.id, category))
            .collect();
        let placed = placed(&known, placements)?;
        let parents: Parents = known
            .values()
            .map(|category| (category.id, parent_of(category, &placed)))
            .collect();
        for (index, placement) in placements.iter().enumerate() {
            if path_of(placement.category_id, &parents).is_none() {
                return Err(TreeRefusal::BelowItself(index));
            }
        }
        let sorts = renumbered(&known, &parents, &placed);
        let mut change = Self::default();
        for category in known.values() {
            // Every circle goes through a category that was placed, so here there is none.
            let path = path_of(category.id, &parents).unwrap_or_default();
            if path.len() > 3 {
                return Err(TreeRefusal::TooDeep(first_above(&path, placements)));
            }
            let next = Category {
                parent_id: parents.get(&category.id).copied().flatten(),
                sort: *sorts.get(&category.id).unwrap_or(&category.sort),
                ..moved_to(category, path)
            };
            if next != **category {
                let version = category.version + 1;
                change
                    .changes
                    .push(((*category).clone(), Category { version, ..next }));
            }
        }
        change.hosts = change.hosts_among(&known);
        Ok(change)
    }

    /// Whether it fits into one transaction.
    pub(crate) fn fits(&self) -> bool {
        self.writes() <= MOST_WRITES
    }

    /// How many categories it writes.
    pub(crate) fn writes(&self) -> usize {
        self.changes.len() + self.hosts.len()
    }

    /// The categories whose products of earlier moves have yet to follow, so often that another move has to wait.
    pub(crate) fn still_moving(&self) -> impl Iterator<Item = &Category> {
        let waits = |next: &&Category| next.former_paths.len() > MOST_FORMER_PATHS;
        self.changes.iter().map(|(_, next)| next).filter(waits)
    }

    /// The categories that no longer are where products belong.
    pub(crate) fn leaving_the_deepest_level(&self) -> Vec<Category> {
        self.changes
            .iter()
            .filter(|(known, next)| known.holds_products() && !next.holds_products())
            .map(|(known, _)| known.clone())
            .collect()
    }

    fn hosts_among(&self, known: &BTreeMap<CategoryId, &Category>) -> Vec<Category> {
        let changes: BTreeSet<CategoryId> = self.changes.iter().map(|(_, next)| next.id).collect();
        let hosts: BTreeSet<CategoryId> = self
            .changes
            .iter()
            .filter(|(before, after)| before.parent_id != after.parent_id)
            .filter_map(|(_, after)| after.parent_id)
            .filter(|parent| !changes.contains(parent))
            .collect();
        hosts
            .iter()
            .filter_map(|id| known.get(id).map(|host| (*host).clone()))
            .collect()
    }
}

type Placed<'p> = BTreeMap<CategoryId, &'p Placement>;
type Parents = BTreeMap<CategoryId, Option<CategoryId>>;

fn placed<'p>(
    known: &BTreeMap<CategoryId, &Category>,
    placements: &'p [Placement],
) -> Result<Placed<'p>, TreeRefusal> {
    let mut placed = Placed::new();
    for (index, placement) in placements.iter().enumerate() {
        if !known.contains_key(&placement.category_id) {
            return Err(TreeRefusal::NoSuchCategory(index));
        }
        if placement
            .parent_id
            .is_some_and(|id| !known.contains_key(&id))
        {
            return Err(TreeRefusal::NoSuchParent(index));
        }
        if placed.insert(placement.category_id, placement).is_some() {
            return Err(TreeRefusal::PlacedTwice(index));
        }
    }
    Ok(placed)
}

fn parent_of(category: &Category, placed: &Placed<'_>) -> Option<CategoryId> {
    placed
        .get(&category.id)
        .map_or(category.parent_id, |placement| placement.parent_id)
}

/// From the first level down to this category; `None` when it stands below itself.
fn path_of(id: CategoryId, parents: &Parents) -> Option<Vec<CategoryId>> {
    let mut path = vec![id];
    let mut above = parents.get(&id).copied().flatten();
    while let Some(parent) = above {
        if path.contains(&parent) {
            return None;
        }
        path.push(parent);
        above = parents.get(&parent).copied().flatten();
    }
    path.reverse();
    Some(path)
}

/// The placement that brought this path about.
fn first_above(path: &[CategoryId], placements: &[Placement]) -> usize {
    let is_above = |placement: &Placement| path.contains(&placement.category_id);
    placements.iter().position(is_above).unwrap_or_default()
}

/// The places of all children of those parents below which something was placed.
fn renumbered(
    known: &BTreeMap<CategoryId, &Category>,
    parents: &Parents,
    placed: &Placed<'_>,
) -> BTreeMap<CategoryId, i32> {
    let hosts: BTreeSet<Option<CategoryId>> = placed
        .values()
        .map(|placement| placement.parent_id)
        .collect();
    let mut families: BTreeMap<Option<CategoryId>, Vec<(i32, bool, CategoryId)>> = BTreeMap::new();
    for category in known.values() {
        let parent = parents.get(&category.id).copied().flatten();
        if hosts.contains(&parent) {
            let placement = placed.get(&category.id);
            let sort = placement.map_or(category.sort, |placement| placement.sort);
            let place = (sort, placement.is_none(), category.id);
            families.entry(parent).or_default().push(place);
        }
    }
    let mut sorts = BTreeMap::new();
    for mut siblings in families.into_values() {
        siblings.sort_unstable();
        sorts.extend((0..).zip(siblings).map(|(sort, (_, _, id))| (id, sort)));
    }
    sorts
}

/// The category with another path. Where its products were listed is kept until they have followed.
fn moved_to(category: &Category, path: Vec<CategoryId>) -> Category {
    let mut former_paths = category.former_paths.clone();
    if path != category.path {
        former_paths.retain(|former| *former != path);
        if category.holds_products() && !former_paths.contains(&category.path) {
            former_paths.push(category.path.clone());
        }
    }
    Category {
        path,
        former_paths,
        ..category.clone()
    }
}
