//! What products refer to, gathered from the products themselves: brands, and the attributes of each category with their groups.
//!
//! A file names a thing by its name, and by its id beside it where it was exported. Without an id the slug of the name stands
//! for it, as in the mall: names that differ by case or punctuation alone are one thing, under the name that stands first.

use std::collections::BTreeMap;

use kernel::{AttributeGroupKind, AttributeId, AttributeKind, BrandId, BrandKind, Id, InvalidId};

use crate::product::{Attribute, Product};
use crate::said::{AttributeSaid, BrandSaid, GroupSaid, Usage};

/// Things by the ids that the file has for them.
pub(crate) type Mentions<K, S> = BTreeMap<Id<K>, Mention<S>>;

/// Something that products refer to.
#[derive(Debug)]
pub(crate) struct Mention<S> {
    /// The line that does so first.
    pub(crate) line: u64,
    /// Whether the file says its id, and not its name alone.
    pub(crate) by_id: bool,
    pub(crate) said: S,
}

/// Everything that the products of a file refer to.
#[derive(Debug, Default)]
pub(crate) struct Taxonomy {
    pub(crate) brands: Mentions<BrandKind, BrandSaid>,
    pub(crate) forms: BTreeMap<u64, Form>,
}

/// The attributes of one category and their groups.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) groups: Mentions<AttributeGroupKind, GroupSaid>,
    pub(crate) attributes: Mentions<AttributeKind, AttributeSaid>,
}

/// The ids by which the mall knows things, where they are not those that the file has for them.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    pub(crate) brands: BTreeMap<BrandId, BrandId>,
    pub(crate) attributes: BTreeMap<(u64, AttributeId), AttributeId>,
}

impl Ids {
    /// The brand that the file means by an id.
    pub(crate) fn brand(&self, id: BrandId) -> BrandId {
        self.brands.get(&id).cloned().unwrap_or(id)
    }

    /// The attribute of a category that the file means by an id.
    pub(crate) fn attribute(&self, category: u64, id: AttributeId) -> AttributeId {
        let place = (category, id);
        match self.attributes.get(&place) {
            Some(known) => known.clone(),
            None => place.1,
        }
    }
}

impl Taxonomy {
    /// Gathers what a product refers to.
    ///
    /// # Errors
    /// Never for a product that was read: its names were seen to make ids.
    pub(crate) fn gather(&mut self, line: u64, product: &Product) -> Result<(), InvalidId> {
        let brand = &product.brand;
        let mention = self
            .brands
            .entry(brand.own_id()?)
            .or_insert_with(|| Mention {
                line,
                by_id: false,
                said: BrandSaid::named(&brand.name),
            });
        mention.by_id |= brand.id.is_some();
        mention.said.complete(brand);
        let form = self.forms.entry(product.category_id).or_default();
        for attribute in &product.attributes {
            form.gather_spec(line, attribute)?;
        }
        for (name, _) in product.skus.iter().flat_map(|sku| &sku.options.0) {
            let known = form.attribute(line, product.option_id(name)?, name, Usage::Sale);
            known.by_id |= product.option_ids.contains_key(name);
        }
        Ok(())
    }

    /// How many things it holds.
    pub(crate) fn len(&self) -> usize {
        let of_form = |form: &Form| form.groups.len() + form.attributes.len();
        self.brands.len() + self.forms.values().map(of_form).sum::<usize>()
    }
}

impl Form {
    fn gather_spec(&mut self, line: u64, attribute: &Attribute) -> Result<(), InvalidId> {
        let group_id = match &attribute.group {
            Some(name) => Some(self.gather_group(line, attribute, name)?),
            None => None,
        };
        let mention = self.attribute(line, attribute.own_id()?, &attribute.name, Usage::Spec);
        mention.by_id |= attribute.id.is_some();
        mention.said.complete(attribute, group_id);
        Ok(())
    }

    fn gather_group(
        &mut self,
        line: u64,
        attribute: &Attribute,
        name: &str,
    ) -> Result<Id<AttributeGroupKind>, InvalidId> {
        let id = match &attribute.group_id {
            Some(id) => id.clone(),
            None => Id::of_name(name)?,
        };
        let place = self.groups.len();
        let mention = self.groups.entry(id.clone()).or_insert_with(|| Mention {
            line,
            by_id: false,
            said: GroupSaid::named(name, place),
        });
        mention.by_id |= attribute.group_id.is_some();
        Ok(id)
    }

    fn attribute(
        &mut self,
        line: u64,
        id: AttributeId,
        name: &str,
        usage: Usage,
    ) -> &mut Mention<AttributeSaid> {
        let place = self.attributes.len();
        let mention = self.attributes.entry(id).or_insert_with(|| Mention {
            line,
            by_id: false,
            said: AttributeSaid::named(name, usage, place),
        });
        mention.said.use_for(usage);
        mention
    }
}
