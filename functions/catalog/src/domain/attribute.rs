//! Attributes: what products of a category are described by (specs) and what buyers choose between (sale attributes), and
//! the groups they are shown in.

use kernel::{AttributeGroupId, AttributeId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Address, CategoryId, SortNumber};

/// The most values that an attribute allows.
pub(crate) const MOST_VALUES: usize = 100;
/// The most attributes of one category.
pub(crate) const MOST_ATTRIBUTES: usize = 300;
/// The most groups of one category.
pub(crate) const MOST_GROUPS: usize = 50;

/// What an attribute is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttributeUse {
    /// It describes the product as a whole.
    Spec,
    /// The SKUs of a product differ by it.
    Sale,
    /// Either, as the product has it.
    Both,
}

impl AttributeUse {
    /// Whether it may describe a product as a whole.
    pub(crate) fn is_spec(self) -> bool {
        self != Self::Sale
    }

    /// Whether SKUs may differ by it.
    pub(crate) fn is_sale(self) -> bool {
        self != Self::Spec
    }
}

/// One value of an attribute.
pub(crate) type AttributeValue = Text<1, 100>;

/// An attribute as staff give it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeDraft {
    /// Its name.
    pub(crate) name: Text<1, 30>,
    /// What it is for.
    #[serde(rename = "use")]
    pub(crate) usage: AttributeUse,
    /// Whether lists can be narrowed by it.
    #[serde(default)]
    pub(crate) searchable: bool,
    /// Whether a product may have several values of it.
    #[serde(default)]
    pub(crate) multiple: bool,
    /// The values to choose from; none: any text.
    #[serde(default)]
    #[schemars(length(max = MOST_VALUES))]
    pub(crate) values: Vec<AttributeValue>,
    /// Whether it is shown at once, beside the price.
    #[serde(default)]
    pub(crate) quick_show: bool,
    /// The address of its icon.
    pub(crate) icon: Option<Address>,
    /// Whether the publish form offers it.
    #[serde(default = "enabled")]
    pub(crate) enabled: bool,
    /// The group it is shown in. Never of an attribute that is for sale only.
    pub(crate) group_id: Option<AttributeGroupId>,
    /// Its place within its group, lowest first.
    #[serde(default)]
    pub(crate) position: SortNumber,
}

fn enabled() -> bool {
    true
}

/// An attribute of a category. Products hold its id only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    /// Unique within its category.
    pub(crate) id: AttributeId,
    pub(crate) category_id: CategoryId,
    pub(crate) name: String,
    #[serde(rename = "use")]
    pub(crate) usage: AttributeUse,
    pub(crate) searchable: bool,
    pub(crate) multiple: bool,
    /// Empty: any text.
    pub(crate) values: Vec<AttributeValue>,
    pub(crate) quick_show: bool,
    pub(crate) icon: Option<String>,
    pub(crate) enabled: bool,
    /// A group that is no more counts as none.
    pub(crate) group_id: Option<AttributeGroupId>,
    pub(crate) position: SortNumber,
    /// Nothing offers it any more; products that have it go on showing it by its name.
    #[serde(default)]
    pub(crate) removed: bool,
    /// Counts its changes, from 1.
    pub(crate) version: u64,
}

impl Attribute {
    /// Whether the publish form offers it.
    pub(crate) fn is_offered(&self) -> bool {
        self.enabled && !self.removed
    }

    /// The attribute as it is once it is removed.
    pub(crate) fn gone(&self) -> Self {
        Self {
            removed: true,
            version: self.version + 1,
            ..self.clone()
        }
    }
}

/// A group as staff give it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeGroupDraft {
    /// Its name.
    pub(crate) name: Text<1, 20>,
    /// Its place among the groups of its category, lowest first.
    #[serde(default)]
    pub(crate) sort: SortNumber,
    /// The address of its icon.
    pub(crate) icon: Option<Address>,
    /// What there is to say about it.
    #[serde(default)]
    pub(crate) description: Text<0, 500>,
}

/// A group of attributes of a category, such as 屏幕.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AttributeGroup {
    /// Unique within its category.
    pub(crate) id: AttributeGroupId,
    pub(crate) category_id: CategoryId,
    pub(crate) name: String,
    pub(crate) sort: SortNumber,
    pub(crate) icon: Option<String>,
    pub(crate) description: String,
    /// Counts its changes, from 1.
    pub(crate) version: u64,
}

/// The groups and the attributes of one category, in the order of their ids; removed attributes are among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AttributeSet {
    pub(crate) groups: Vec<AttributeGroup>,
    pub(crate) attributes: Vec<Attribute>,
}

/// Why an attribute or a group cannot be as it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AttributeRefusal {
    #[error("a new one of this name has the id {0}")]
    OtherId(String),
    #[error("a name has a letter or a digit")]
    NameWithoutId,
    #[error("another one of the category has this name")]
    NameTaken,
    #[error("the category has as many as it can")]
    TooMany,
    #[error("an attribute allows at most {MOST_VALUES} values, each once")]
    Values,
    #[error("the category has no such group")]
    NoSuchGroup,
    #[error("an attribute that is for sale only is in no group")]
    SaleInGroup,
    #[error("the category has no such attribute")]
    NoSuchAttribute,
}

impl AttributeSet {
    /// The attribute of this id, removed or not.
    pub(crate) fn attribute(&self, id: &AttributeId) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.id == *id)
    }

    /// The group of this id.
    pub(crate) fn group(&self, id: &AttributeGroupId) -> Option<&AttributeGroup> {
        self.groups.iter().find(|group| group.id == *id)
    }

    /// The group that an attribute is in, if that group still is.
    pub(crate) fn group_of(&self, attribute: &Attribute) -> Option<&AttributeGroup> {
        attribute.group_id.as_ref().and_then(|id| self.group(id))
    }

    /// The groups in their order, each with those of these attributes that are in it in theirs; last those in no group,
    /// if there are any.
    pub(crate) fn grouped(
        &self,
        of: impl Fn(&Attribute) -> bool,
    ) -> Vec<(Option<&AttributeGroup>, Vec<&Attribute>)> {
        let members = |group: Option<&AttributeGroup>| {
            let belongs = |attribute: &&Attribute| {
                of(attribute) && self.group_of(attribute).map(|g| &g.id) == group.map(|g| &g.id)
            };
            let mut members: Vec<_> = self.attributes.iter().filter(belongs).collect();
            members.sort_by_key(|attribute| (attribute.position, &attribute.id));
            members
        };
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|group| (group.sort, &group.id));
        let mut grouped: Vec<_> = groups
            .into_iter()
            .map(|group| (Some(group), members(Some(group))))
            .collect();
        let alone = members(None);
        if !alone.is_empty() {
            grouped.push((None, alone));
        }
        grouped
    }

    /// The attribute that a draft makes of the category, in place of the one with this id where there is one.
    pub(crate) fn attribute_of_draft(
        &self,
        category_id: CategoryId,
        id: AttributeId,
        draft: AttributeDraft,
    ) -> Result<Attribute, AttributeRefusal> {
        let known = self.attribute(&id);
        let others = || {
            self.attributes
                .iter()
                .filter(|other| other.id != id && !other.removed)
        };
        if known.is_none() {
            let named =
                AttributeId::of_name(&draft.name).map_err(|_| AttributeRefusal::NameWithoutId)?;
            if named != id {
                return Err(AttributeRefusal::OtherId(named.to_string()));
            }
            if self.attributes.len() >= MOST_ATTRIBUTES {
                return Err(AttributeRefusal::TooMany);
            }
        }
        if others().any(|other| other.name == *draft.name) {
            return Err(AttributeRefusal::NameTaken);
        }
        let mut once = draft.values.clone();
        once.sort_unstable();
        once.dedup();
        if once.len() != draft.values.len() || once.len() > MOST_VALUES {
            return Err(AttributeRefusal::Values);
        }
        if let Some(group) = &draft.group_id {
            self.may_be_in(draft.usage, group)?;
        }
        Ok(Attribute {
            version: known.map_or(0, |known| known.version) + 1,
            id,
            category_id,
            name: draft.name.into_string(),
            usage: draft.usage,
            searchable: draft.searchable,
            multiple: draft.multiple,
            values: draft.values,
            quick_show: draft.quick_show,
            icon: draft.icon.map(Address::into_string),
            enabled: draft.enabled,
            group_id: draft.group_id,
            position: draft.position,
            removed: false,
        })
    }

    /// The group that a draft makes of the category, in place of the one with this id where there is one.
    pub(crate) fn group_of_draft(
        &self,
        category_id: CategoryId,
        id: AttributeGroupId,
        draft: AttributeGroupDraft,
    ) -> Result<AttributeGroup, AttributeRefusal> {
        let known = self.group(&id);
        if known.is_none() {
            let named = AttributeGroupId::of_name(&draft.name)
                .map_err(|_| AttributeRefusal::NameWithoutId)?;
            if named != id {
                return Err(AttributeRefusal::OtherId(named.to_string()));
            }
            if self.groups.len() >= MOST_GROUPS {
                return Err(AttributeRefusal::TooMany);
            }
        }
        let mut others = self.groups.iter().filter(|other| other.id != id);
        if others.any(|other| other.name == *draft.name) {
            return Err(AttributeRefusal::NameTaken);
        }
        Ok(AttributeGroup {
            version: known.map_or(0, |known| known.version) + 1,
            id,
            category_id,
            name: draft.name.into_string(),
            sort: draft.sort,
            icon: draft.icon.map(Address::into_string),
            description: draft.description.into_string(),
        })
    }

    /// An attribute of the category as it is once it is put into a group, or into none.
    pub(crate) fn attached(
        &self,
        id: &AttributeId,
        group: Option<(&AttributeGroupId, SortNumber)>,
    ) -> Result<Attribute, AttributeRefusal> {
        let known = self
            .attribute(id)
            .filter(|attribute| !attribute.removed)
            .ok_or(AttributeRefusal::NoSuchAttribute)?;
        if let Some((group, _)) = group {
            self.may_be_in(known.usage, group)?;
        }
        Ok(Attribute {
            group_id: group.map(|(group, _)| group.clone()),
            position: group.map_or(known.position, |(_, position)| position),
            version: known.version + 1,
            ..known.clone()
        })
    }

    fn may_be_in(
        &self,
        usage: AttributeUse,
        group: &AttributeGroupId,
    ) -> Result<(), AttributeRefusal> {
        if usage == AttributeUse::Sale {
            return Err(AttributeRefusal::SaleInGroup);
        }
        self.group(group)
            .map(drop)
            .ok_or(AttributeRefusal::NoSuchGroup)
    }
}
