//! Brands, attributes and their groups: all that the mall has of them, and what a file of products says.

use kernel::AttributeGroupId;
use serde::{Deserialize, Serialize};

use crate::product::{Attribute, Brand};
use crate::settle::Said;

/// A brand as the mall takes and shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct BrandContent {
    pub(crate) name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_letter: Option<char>,
    pub(crate) sort: u32,
    pub(crate) visible: bool,
    category_ids: Vec<u64>,
}

/// A group of attributes as the mall takes and shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct GroupContent {
    pub(crate) name: String,
    sort: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    description: String,
}

/// An attribute as the mall takes and shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct AttributeContent {
    pub(crate) name: String,
    #[serde(rename = "use")]
    usage: Usage,
    searchable: bool,
    multiple: bool,
    values: Vec<String>,
    quick_show: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<AttributeGroupId>,
    position: usize,
}

/// What an attribute is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Usage {
    Spec,
    Sale,
    Both,
}

impl Usage {
    /// For the one and for the other.
    fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}

/// What a file calls a thing.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(crate) name: String,
    /// Whether the thing is to bear this name. Where a file gives no id, the name only tells which thing it means.
    pub(crate) renames: bool,
}

impl Called {
    fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            renames: false,
        }
    }

    fn or(&self, now: String) -> String {
        if self.renames { self.name.clone() } else { now }
    }
}

/// What a file says of a brand.
#[derive(Clone, Debug)]
pub(crate) struct BrandSaid {
    pub(crate) called: Called,
    first_letter: Option<char>,
    logo: Option<String>,
    sort: Option<u32>,
    visible: Option<bool>,
}

impl BrandSaid {
    pub(crate) fn named(name: &str) -> Self {
        Self {
            called: Called::of(name),
            first_letter: None,
            logo: None,
            sort: None,
            visible: None,
        }
    }

    /// Takes over what no product said so far.
    pub(crate) fn complete(&mut self, brand: &Brand) {
        let letter = brand
            .first_letter
            .as_ref()
            .and_then(|text| text.chars().next());
        let letter = letter.map(|letter| letter.to_ascii_uppercase());
        self.first_letter = self
            .first_letter
            .or(letter.filter(char::is_ascii_uppercase));
        self.logo = self.logo.take().or_else(|| brand.logo.clone());
        self.sort = self.sort.or(brand.sort);
        self.visible = self.visible.or(brand.visible);
    }
}

impl Said for BrandSaid {
    type Content = BrandContent;

    fn over(&self, now: Option<BrandContent>) -> BrandContent {
        let now = now.unwrap_or_else(|| BrandContent {
            name: self.called.name.clone(),
            description: String::new(),
            logo: None,
            first_letter: None,
            sort: 0,
            visible: true,
            category_ids: Vec::new(),
        });
        BrandContent {
            name: self.called.or(now.name),
            logo: self.logo.clone().or(now.logo),
            first_letter: self.first_letter.or(now.first_letter),
            sort: self.sort.unwrap_or(now.sort),
            visible: self.visible.unwrap_or(now.visible),
            ..now
        }
    }
}

/// What a file says of a group of attributes: what it is called, and where a new one comes.
#[derive(Clone, Debug)]
pub(crate) struct GroupSaid {
    pub(crate) called: Called,
    place: usize,
}

impl GroupSaid {
    pub(crate) fn named(name: &str, place: usize) -> Self {
        Self {
            called: Called::of(name),
            place,
        }
    }
}

impl Said for GroupSaid {
    type Content = GroupContent;

    const SHOWN_ALONE: bool = false;

    fn over(&self, now: Option<GroupContent>) -> GroupContent {
        let now = now.unwrap_or_else(|| GroupContent {
            name: self.called.name.clone(),
            sort: self.place,
            icon: None,
            description: String::new(),
        });
        GroupContent {
            name: self.called.or(now.name),
            ..now
        }
    }
}

/// What a file says of an attribute, and what its products need of it.
#[derive(Clone, Debug)]
pub(crate) struct AttributeSaid {
    pub(crate) called: Called,
    usage: Usage,
    searchable: Option<bool>,
    multiple: bool,
    quick_show: bool,
    /// As the file has it; as the mall has it once that is known.
    pub(crate) group_id: Option<AttributeGroupId>,
    place: usize,
}

impl AttributeSaid {
    pub(crate) fn named(name: &str, usage: Usage, place: usize) -> Self {
        Self {
            called: Called::of(name),
            usage,
            searchable: None,
            multiple: false,
            quick_show: false,
            group_id: None,
            place,
        }
    }

    pub(crate) fn use_for(&mut self, usage: Usage) {
        self.usage = self.usage.and(usage);
    }

    /// Takes over what no product said so far, and what one more of them needs.
    pub(crate) fn complete(&mut self, spec: &Attribute, group_id: Option<AttributeGroupId>) {
        if let Some(searchable) = spec.searchable {
            self.searchable = Some(self.searchable == Some(true) || searchable);
        }
        self.quick_show |= spec.quick_show;
        self.multiple |= spec.values.len() > 1;
        self.group_id = self.group_id.take().or(group_id);
    }
}

impl Said for AttributeSaid {
    type Content = AttributeContent;

    /// An attribute that is there comes to serve what the products need of it, and never less than it did. The values that
    /// staff allow are theirs: a product with another one is refused.
    fn over(&self, now: Option<AttributeContent>) -> AttributeContent {
        let now = now.unwrap_or_else(|| AttributeContent {
            name: self.called.name.clone(),
            usage: self.usage,
            searchable: false,
            multiple: false,
            values: Vec::new(),
            quick_show: self.quick_show,
            icon: None,
            enabled: true,
            group_id: None,
            position: self.place,
        });
        AttributeContent {
            name: self.called.or(now.name),
            usage: now.usage.and(self.usage),
            searchable: self.searchable.unwrap_or(now.searchable),
            multiple: now.multiple || self.multiple,
            group_id: self.group_id.clone().or(now.group_id),
            ..now
        }
    }
}
