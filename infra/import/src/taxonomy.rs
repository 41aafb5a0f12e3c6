//! What products refer to, gathered from the products themselves: brands, and the attributes of each category with their groups.
//!
//! Ids are the slugs of names, as in the mall: names that differ by case or punctuation alone are one thing, under the name that
//! stands first.

use std::collections::BTreeMap;

use kernel::{AttributeGroupId, AttributeId, BrandId, InvalidId};
use serde::Serialize;

use crate::product::{Attribute, Brand, Product};

/// Everything that the products of a file refer to.
#[derive(Debug, Default)]
pub(crate) struct Taxonomy {
    pub(crate) brands: BTreeMap<BrandId, Gathered<BrandBody>>,
    pub(crate) forms: BTreeMap<u64, Form>,
}

/// The attributes of one category and their groups.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) groups: BTreeMap<AttributeGroupId, Gathered<GroupBody>>,
    pub(crate) attributes: BTreeMap<AttributeId, Gathered<AttributeBody>>,
}

/// Something that products refer to, and the line that does so first.
#[derive(Debug)]
pub(crate) struct Gathered<B> {
    pub(crate) line: u64,
    pub(crate) body: B,
}

/// A brand as the mall takes it.
#[derive(Debug, Serialize)]
pub(crate) struct BrandBody {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_letter: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
}

/// A group of attributes as the mall takes it.
#[derive(Debug, Serialize)]
pub(crate) struct GroupBody {
    pub(crate) name: String,
    sort: usize,
}

/// An attribute as the mall takes it.
#[derive(Debug, Serialize)]
pub(crate) struct AttributeBody {
    pub(crate) name: String,
    #[serde(rename = "use")]
    usage: Usage,
    searchable: bool,
    multiple: bool,
    quick_show: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<AttributeGroupId>,
    position: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Usage {
    Spec,
    Sale,
    Both,
}

impl Taxonomy {
    /// Gathers what a product refers to.
    ///
    /// # Errors
    /// Never for a product that was read: its names were seen to make ids.
    pub(crate) fn gather(&mut self, line: u64, product: &Product) -> Result<(), InvalidId> {
        let id = BrandId::of_name(&product.brand.name)?;
        let brand = self.brands.entry(id).or_insert_with(|| Gathered {
            line,
            body: BrandBody::of(&product.brand),
        });
        brand.body.complete(&product.brand);
        let form = self.forms.entry(product.category_id).or_default();
        for attribute in &product.attributes {
            form.gather_spec(line, attribute)?;
        }
        for (name, _) in product.skus.iter().flat_map(|sku| &sku.options.0) {
            form.gather_option(line, name)?;
        }
        Ok(())
    }

    /// How many things it holds.
    pub(crate) fn len(&self) -> usize {
        let of_form = |form: &Form| form.groups.len() + form.attributes.len();
        self.brands.len() + self.forms.values().map(of_form).sum::<usize>()
    }
}

impl BrandBody {
    fn of(brand: &Brand) -> Self {
        Self {
            name: brand.name.clone(),
            first_letter: None,
            logo: None,
        }
    }

    /// Takes over what no product said so far.
    fn complete(&mut self, brand: &Brand) {
        let letter = brand
            .first_letter
            .as_ref()
            .and_then(|text| text.chars().next());
        let letter = letter.map(|letter| letter.to_ascii_uppercase());
        self.first_letter = self
            .first_letter
            .or(letter.filter(char::is_ascii_uppercase));
        self.logo = self.logo.take().or_else(|| brand.logo.clone());
    }
}

impl Form {
    fn gather_spec(&mut self, line: u64, attribute: &Attribute) -> Result<(), InvalidId> {
        let group_id = attribute
            .group
            .as_ref()
            .map(|name| self.gather_group(line, name))
            .transpose()?;
        let known = self.attribute(line, &attribute.name, Usage::Spec)?;
        known.searchable |= attribute.searchable;
        known.quick_show |= attribute.quick_show;
        known.multiple |= attribute.values.len() > 1;
        known.group_id = known.group_id.take().or(group_id);
        Ok(())
    }

    fn gather_option(&mut self, line: u64, name: &str) -> Result<(), InvalidId> {
        self.attribute(line, name, Usage::Sale).map(drop)
    }

    fn gather_group(&mut self, line: u64, name: &str) -> Result<AttributeGroupId, InvalidId> {
        let id = AttributeGroupId::of_name(name)?;
        let sort = self.groups.len();
        self.groups.entry(id.clone()).or_insert_with(|| Gathered {
            line,
            body: GroupBody {
                name: name.to_owned(),
                sort,
            },
        });
        Ok(id)
    }

    fn attribute(
        &mut self,
        line: u64,
        name: &str,
        usage: Usage,
    ) -> Result<&mut AttributeBody, InvalidId> {
        let position = self.attributes.len();
        let known = self
            .attributes
            .entry(AttributeId::of_name(name)?)
            .or_insert_with(|| Gathered {
                line,
                body: AttributeBody {
                    name: name.to_owned(),
                    usage,
                    searchable: false,
                    multiple: false,
                    quick_show: false,
                    group_id: None,
                    position,
                },
            });
        if known.body.usage != usage {
            known.body.usage = Usage::Both;
        }
        Ok(&mut known.body)
    }
}
