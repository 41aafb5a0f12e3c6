//! Categories: a tree of three levels.

use std::{collections::BTreeMap, fmt, str::FromStr};

use kernel::{Text, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The number of a category, 1 to 99,999,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CategoryId(u32);

/// The deepest level.
const DEEPEST: u8 = 3;

impl CategoryId {
    const MAX: u32 = 99_999_999;

    /// Eight digits: sorts as text as it does as a number.
    pub(crate) fn digits(self) -> String {
        format!("{:08}", self.0)
    }
}

impl fmt::Display for CategoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text or number that is no category's number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a category's number is a whole number from 1 to {}", CategoryId::MAX)]
pub struct InvalidCategoryId;

impl TryFrom<i64> for CategoryId {
    type Error = InvalidCategoryId;
    fn try_from(number: i64) -> Result<Self, InvalidCategoryId> {
        u32::try_from(number)
            .ok()
            .filter(|number| (1..=Self::MAX).contains(number))
            .map(Self)
            .ok_or(InvalidCategoryId)
    }
}

impl FromStr for CategoryId {
    type Err = InvalidCategoryId;
    fn from_str(text: &str) -> Result<Self, InvalidCategoryId> {
        text.parse::<i64>()
            .map_err(|_| InvalidCategoryId)?
            .try_into()
    }
}

impl<'de> Deserialize<'de> for CategoryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)?
            .try_into()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for CategoryId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CategoryId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Self::MAX })
    }
}

/// A category as staff give it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryDraft {
    /// The category above; absent for one of the first level.
    pub(crate) parent_id: Option<CategoryId>,
    /// Its name.
    pub(crate) name: Text<1, 50>,
    /// Its place among its siblings, lowest first.
    #[serde(default)]
    pub(crate) sort: i32,
    /// In what its products are counted, such as 件.
    pub(crate) unit: Option<Text<0, 50>>,
    /// The address of its icon.
    pub(crate) icon: Option<Text<0, 255>>,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Category {
    pub(crate) id: CategoryId,
    pub(crate) parent_id: Option<CategoryId>,
    pub(crate) name: String,
    pub(crate) sort: i32,
    pub(crate) unit: Option<String>,
    pub(crate) icon: Option<String>,
    /// From the first level down to itself; its length is its level.
    pub(crate) path: Vec<CategoryId>,
    /// Counts the changes of what staff see of it, from 1; 0 in items from before there was one.
    #[serde(default)]
    pub(crate) version: u64,
    /// Counts the categories that came below it, so that whoever moves or removes it learns of one that just came.
    #[serde(default)]
    pub(crate) arrivals: u64,
    /// Where it was before, as long as products may still be listed there.
    #[serde(default)]
    pub(crate) former_paths: Vec<Vec<CategoryId>>,
    /// Until then nothing new may refer to it, as it is about to be removed or to change its level. In milliseconds since
    /// 1970: conditions compare it.
    #[serde(default)]
    pub(crate) closing_until: Option<i64>,
    /// Since when it is hidden, for ever.
    #[serde(default)]
    pub(crate) removed_at: Option<Timestamp>,
}

/// Why a category cannot be as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CategoryRefusal {
    #[error("there is no category with the number given as parent")]
    NoSuchParent,
    #[error("the parent is of the deepest level")]
    TooDeep,
    #[error("the category has another parent; it cannot be moved")]
    Moved,
    #[error("the category was removed; its number is not used again")]
    Removed,
}

impl Category {
    /// The level: 1, 2 or 3.
    pub(crate) fn level(&self) -> u8 {
        u8::try_from(self.path.len()).unwrap_or(DEEPEST)
    }

    /// Whether products belong here: only to the deepest level.
    pub(crate) fn holds_products(&self) -> bool {
        self.level() == DEEPEST
    }

    /// The category that a draft makes, below `parent`, in place of `known` where there is one.
    pub(crate) fn of_draft(
        id: CategoryId,
        draft: CategoryDraft,
        parent: Option<&Self>,
        known: Option<&Self>,
    ) -> Result<Self, CategoryRefusal> {
        if known.is_some_and(Self::is_removed) {
            return Err(CategoryRefusal::Removed);
        }
        if known.is_some_and(|known| known.parent_id != draft.parent_id) {
            return Err(CategoryRefusal::Moved);
        }
        let parent = parent.filter(|parent| !parent.is_removed());
        let mut path = match (draft.parent_id, parent) {
            (None, _) => Vec::new(),
            (Some(_), None) => return Err(CategoryRefusal::NoSuchParent),
            (Some(_), Some(parent)) if parent.holds_products() => {
                return Err(CategoryRefusal::TooDeep);
            }
            (Some(_), Some(parent)) => parent.path.clone(),
        };
        path.push(id);
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(Self {
            id,
            parent_id: draft.parent_id,
            name: draft.name.into_string(),
            sort: draft.sort,
            unit: draft.unit.map(Text::into_string).and_then(filled),
            icon: draft.icon.map(Text::into_string).and_then(filled),
            path,
            version: known.map_or(0, |known| known.version) + 1,
            arrivals: known.map_or(0, |known| known.arrivals),
            former_paths: known.map_or_else(Vec::new, |known| known.former_paths.clone()),
            closing_until: None,
            removed_at: None,
        })
    }

    /// Whether it is hidden, for ever.
    pub(crate) fn is_removed(&self) -> bool {
        self.removed_at.is_some()
    }

    /// The categories by their parents, siblings in their order: by `sort`, then by number.
    pub(crate) fn by_parent(categories: Vec<Self>) -> BTreeMap<Option<CategoryId>, Vec<Self>> {
        let mut families: BTreeMap<Option<CategoryId>, Vec<Self>> = BTreeMap::new();
        for category in categories {
            families
                .entry(category.parent_id)
                .or_default()
                .push(category);
        }
        for siblings in families.values_mut() {
            siblings.sort_by_key(|category| (category.sort, category.id));
        }
        families
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(parent: Option<i64>) -> CategoryDraft {
        CategoryDraft {
            parent_id: parent.map(|id| CategoryId::try_from(id).unwrap()),
            name: Text::parse("手机").unwrap(),
            sort: 0,
            unit: None,
            icon: Some(Text::default()),
        }
    }

    #[test]
    fn a_category_stands_below_its_parent_and_at_most_on_the_third_level() {
        let id = |number: i64| CategoryId::try_from(number).unwrap();
        let first = Category::of_draft(id(1), draft(None), None, None).unwrap();
        let second = Category::of_draft(id(2), draft(Some(1)), Some(&first), None).unwrap();
        let third = Category::of_draft(id(3), draft(Some(2)), Some(&second), None).unwrap();
        assert_eq!(
            (third.level(), third.path.clone()),
            (3, vec![id(1), id(2), id(3)])
        );
        assert_eq!(third.icon, None);
        assert_eq!(
            Category::of_draft(id(4), draft(Some(3)), Some(&third), None),
            Err(CategoryRefusal::TooDeep)
        );
        assert_eq!(
            Category::of_draft(id(4), draft(Some(9)), None, None),
            Err(CategoryRefusal::NoSuchParent)
        );
        assert_eq!(
            Category::of_draft(id(2), draft(None), None, Some(&second)),
            Err(CategoryRefusal::Moved)
        );
    }

    #[test]
    fn only_positive_numbers_of_eight_digits_number_a_category() {
        for text in ["0", "-1", "100000000", "1.0", "x", ""] {
            assert!(text.parse::<CategoryId>().is_err(), "{text}");
        }
        assert_eq!("225".parse::<CategoryId>().unwrap().digits(), "00000225");
    }
}
