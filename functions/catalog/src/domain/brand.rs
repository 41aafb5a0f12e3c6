//! Brands, and which categories they serve.

use kernel::{BrandId, Text};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Address, CategoryId, SortNumber};

/// The most categories that a brand serves: its old and its new ones and the brand itself fit into one transaction.
pub(crate) const MOST_CATEGORIES: usize = 49;

/// The letter that a brand is filed under: `A` to `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct FirstLetter(char);

impl<'de> Deserialize<'de> for FirstLetter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match char::deserialize(deserializer)? {
            letter @ 'A'..='Z' => Ok(Self(letter)),
            _ => Err(de::Error::custom("one letter, A to Z")),
        }
    }
}

impl JsonSchema for FirstLetter {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FirstLetter".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Z]$" })
    }
}

/// A brand as staff give it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BrandContent")]
pub(crate) struct BrandDraft {
    /// Its name.
    pub(crate) name: Text<1, 50>,
    /// What there is to say about it.
    #[serde(default)]
    pub(crate) description: Text<0, 2000>,
    /// The address of its logo.
    pub(crate) logo: Option<Address>,
    /// The letter it is filed under.
    pub(crate) first_letter: Option<FirstLetter>,
    /// Its place among the brands of a category, lowest first.
    #[serde(default)]
    pub(crate) sort: SortNumber,
    /// Whether the storefront shows it among the brands of a category.
    #[serde(default = "visible")]
    pub(crate) visible: bool,
    /// The categories that it serves, of any level; one stands for all below it.
    #[serde(default)]
    #[schemars(length(max = MOST_CATEGORIES))]
    pub(crate) category_ids: Vec<CategoryId>,
}

fn visible() -> bool {
    true
}

/// A brand. Products hold its id only, so what it is called is written here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Brand {
    pub(crate) id: BrandId,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) logo: Option<String>,
    pub(crate) first_letter: Option<FirstLetter>,
    pub(crate) sort: SortNumber,
    pub(crate) visible: bool,
    pub(crate) category_ids: Vec<CategoryId>,
    /// Counts its changes, from 1.
    pub(crate) version: u64,
}

/// Why a brand cannot be as it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BrandRefusal {
    #[error("a new brand of this name has the id {0}")]
    OtherId(BrandId),
    #[error("a name has a letter or a digit")]
    NameWithoutId,
    #[error("a brand serves at most {MOST_CATEGORIES} categories; name one above them instead")]
    TooManyCategories,
}

impl Brand {
    /// The brand that a draft makes, in place of `known` where there is one.
    pub(crate) fn of_draft(
        id: BrandId,
        draft: BrandDraft,
        known: Option<&Self>,
    ) -> Result<Self, BrandRefusal> {
        if known.is_none() {
            let named = BrandId::of_name(&draft.name).map_err(|_| BrandRefusal::NameWithoutId)?;
            if named != id {
                return Err(BrandRefusal::OtherId(named));
            }
        }
        let mut category_ids = draft.category_ids;
        category_ids.sort_unstable();
        category_ids.dedup();
        if category_ids.len() > MOST_CATEGORIES {
            return Err(BrandRefusal::TooManyCategories);
        }
        Ok(Self {
            id,
            name: draft.name.into_string(),
            description: draft.description.into_string(),
            logo: draft.logo.map(Address::into_string),
            first_letter: draft.first_letter,
            sort: draft.sort,
            visible: draft.visible,
            category_ids,
            version: known.map_or(0, |known| known.version) + 1,
        })
    }

    /// The brand, seen in the storefront's lists or not.
    pub(crate) fn shown(&self, visible: bool) -> Self {
        if self.visible == visible {
            return self.clone();
        }
        Self {
            visible,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Whether it serves the last category of this path, or one above it.
    pub(crate) fn serves(&self, path: &[CategoryId]) -> bool {
        path.iter().any(|id| self.category_ids.contains(id))
    }
}
