//! What a product has to keep to be written: everything that is wrong with a form, at once, each thing with its place.

use std::collections::BTreeSet;

use kernel::{AttributeId, Money};

use super::document::{
    HIGHEST_BOUND, HIGHEST_PRICE, Image, Ladder, MAXIMUM_MEMBER_PRICES, MAXIMUM_OPTIONS,
    MAXIMUM_PARTS, MAXIMUM_SKU_IMAGES, MAXIMUM_SKUS, ProductDocument, SkuDocument, SkuOption, Spec,
};
use crate::domain::{Attribute, AttributeSet, Category, brand::Brand};

/// One thing that is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// A JSON pointer into the document.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) detail: String,
}

/// What a document refers to, as it is now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'t> {
    /// Its category, where there is one.
    pub(crate) category: Option<&'t Category>,
    /// Its brand, where there is one.
    pub(crate) brand: Option<&'t Brand>,
    /// The attributes of its category.
    pub(crate) attributes: &'t AttributeSet,
}

/// As many flaws as are told at once.
const MOST_FLAWS: usize = 100;

/// The flaws found so far.
#[derive(Default)]
struct Flaws(Vec<Flaw>);

impl Flaws {
    fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.0.len() < MOST_FLAWS {
            self.0.push(Flaw {
                pointer: pointer.into(),
                detail: detail.into(),
            });
        }
    }

    fn add_if(&mut self, wrong: bool, pointer: impl Into<String>, detail: &'static str) {
        if wrong {
            self.add(pointer, detail);
        }
    }
}

impl ProductDocument {
    /// Everything that is wrong with it, all at once; empty when nothing is. What `known`, the product as it is, has
    /// already may stay as it is there, also after its attribute was taken from the form.
    pub(crate) fn flaws(&self, known: Option<&Self>, terms: &Terms<'_>) -> Vec<Flaw> {
        let mut flaws = Flaws::default();
        let known = known.filter(|known| known.category_id == self.category_id);
        self.check_product(&mut flaws);
        self.check_specs(known, terms.attributes, &mut flaws);
        self.check_skus(known, terms.attributes, &mut flaws);
        match terms.category {
            None => flaws.add("/category_id", "there is no such category"),
            Some(category) if !category.holds_products() => flaws.add(
                "/category_id",
                "products belong to a category of the third level",
            ),
            Some(_) => {}
        }
        flaws.add_if(terms.brand.is_none(), "/brand_id", "there is no such brand");
        flaws.0
    }

    fn check_product(&self, flaws: &mut Flaws) {
        check_images("/images", &self.images, MAXIMUM_PARTS, flaws);
        check_images(
            "/description_images",
            &self.description_images,
            MAXIMUM_PARTS,
            flaws,
        );
        for (pointer, bound) in [
            ("/bounds/growth", self.bounds.growth),
            ("/bounds/points", self.bounds.points),
        ] {
            flaws.add_if(bound > HIGHEST_BOUND, pointer, "at most 100,000,000");
        }
    }

    fn check_specs(&self, known: Option<&Self>, attributes: &AttributeSet, flaws: &mut Flaws) {
        flaws.add_if(self.specs.len() > MAXIMUM_PARTS, "/specs", "at most 100");
        let mut seen = BTreeSet::new();
        for (index, spec) in self.specs.iter().enumerate() {
            let place = |part: &str| format!("/specs/{index}/{part}");
            flaws.add_if(
                spec.values.is_empty() || spec.values.len() > MAXIMUM_PARTS,
                place("values"),
                "a spec has 1 to 100 values",
            );
            flaws.add_if(
                !seen.insert(&spec.attribute_id),
                place("attribute_id"),
                "another spec of the product is of this attribute",
            );
            if known.is_some_and(|known| known.has_spec(spec)) {
                continue;
            }
            match offered(attributes, &spec.attribute_id, |it| it.usage.is_spec()) {
                Err(detail) => flaws.add(place("attribute_id"), detail),
                Ok(attribute) => check_values(spec, attribute, place, flaws),
            }
        }
    }

    fn has_spec(&self, spec: &Spec) -> bool {
        let same =
            |known: &Spec| known.attribute_id == spec.attribute_id && known.values == spec.values;
        self.specs.iter().any(same)
    }

    fn check_skus(&self, known: Option<&Self>, attributes: &AttributeSet, flaws: &mut Flaws) {
        flaws.add_if(
            self.skus.len() > MAXIMUM_SKUS,
            "/skus",
            "a product has at most 96 SKUs",
        );
        let expected = self.skus.first().map(attributes_of).unwrap_or_default();
        let (mut codes, mut combinations) = (BTreeSet::new(), BTreeSet::new());
        for (index, sku) in self.skus.iter().enumerate() {
            let place = format!("/skus/{index}");
            sku.check(&place, flaws);
            flaws.add_if(
                !codes.insert(&sku.code),
                format!("{place}/code"),
                "another SKU of the product has this code",
            );
            let mut combination = sku.options.clone();
            combination.sort();
            if attributes_of(sku) != expected || expected.len() != sku.options.len() {
                flaws.add(
                    format!("{place}/options"),
                    "every SKU of a product has the same options, each once",
                );
            } else {
                flaws.add_if(
                    !combinations.insert(combination),
                    format!("{place}/options"),
                    "another SKU of the product has the same values",
                );
            }
            for (number, option) in sku.options.iter().enumerate() {
                if !known.is_some_and(|known| known.has_option(option)) {
                    check_option(
                        &format!("{place}/options/{number}"),
                        option,
                        attributes,
                        flaws,
                    );
                }
            }
        }
    }

    fn has_option(&self, option: &SkuOption) -> bool {
        self.skus.iter().any(|sku| sku.options.contains(option))
    }
}

impl SkuDocument {
    fn check(&self, place: &str, flaws: &mut Flaws) {
        let at = |part: &str| format!("{place}/{part}");
        check_images(&at("images"), &self.images, MAXIMUM_SKU_IMAGES, flaws);
        flaws.add_if(
            !is_price(self.price_fen),
            at("price_fen"),
            "a price is more than nothing and at most 100,000,000.00",
        );
        flaws.add_if(
            self.options.len() > MAXIMUM_OPTIONS,
            at("options"),
            "at most 10",
        );
        if let Some(ladder) = &self.ladder {
            check_ladder(&at("ladder"), ladder, flaws);
        }
        if let Some(reduction) = &self.full_reduction {
            flaws.add_if(
                !is_price(reduction.full_price_fen),
                at("full_reduction/full_price_fen"),
                "an amount is more than nothing and at most 100,000,000.00",
            );
            flaws.add_if(
                reduction.reduce_fen <= Money::ZERO
                    || reduction.reduce_fen >= reduction.full_price_fen,
                at("full_reduction/reduce_fen"),
                "a reduction is more than nothing and less than the amount from which on it counts",
            );
        }
        flaws.add_if(
            self.member_prices.len() > MAXIMUM_MEMBER_PRICES,
            at("member_prices"),
            "at most 20",
        );
        let mut levels = BTreeSet::new();
        for (number, price) in self.member_prices.iter().enumerate() {
            flaws.add_if(
                !(1..=100).contains(&price.level) || !levels.insert(price.level),
                at(&format!("member_prices/{number}/level")),
                "a level is from 1 to 100 and stands once",
            );
            flaws.add_if(
                price.price_fen <= Money::ZERO || price.price_fen > self.price_fen,
                at(&format!("member_prices/{number}/price_fen")),
                "a member's price is more than nothing and at most the price of everyone",
            );
        }
    }
}

fn check_ladder(place: &str, ladder: &Ladder, flaws: &mut Flaws) {
    flaws.add_if(
        !(1..=1_000_000).contains(&ladder.full_count),
        format!("{place}/full_count"),
        "a number of pieces is from 1 to 1,000,000",
    );
    flaws.add_if(
        !(1..=999).contains(&ladder.discount_per_mille),
        format!("{place}/discount_per_mille"),
        "what is paid is from 1 to 999 thousandths",
    );
}

fn check_images(place: &str, images: &[Image], most: usize, flaws: &mut Flaws) {
    if images.len() > most {
        flaws.add(place, format!("at most {most}"));
    }
    flaws.add_if(
        images.iter().filter(|image| image.main).count() > 1,
        place,
        "one picture is the main one",
    );
}

fn check_values(
    spec: &Spec,
    attribute: &Attribute,
    place: impl Fn(&str) -> String,
    flaws: &mut Flaws,
) {
    flaws.add_if(
        spec.values.len() > 1 && !attribute.multiple,
        place("values"),
        "the attribute takes one value",
    );
    let mut seen = BTreeSet::new();
    for (number, value) in spec.values.iter().enumerate() {
        let place = || place(&format!("values/{number}"));
        flaws.add_if(!seen.insert(value), place(), "the value stands twice");
        flaws.add_if(!allows(attribute, value), place(), NOT_ALLOWED);
    }
}

fn check_option(place: &str, option: &SkuOption, attributes: &AttributeSet, flaws: &mut Flaws) {
    match offered(attributes, &option.attribute_id, |it| it.usage.is_sale()) {
        Err(detail) => flaws.add(format!("{place}/attribute_id"), detail),
        Ok(attribute) => flaws.add_if(
            !allows(attribute, &option.value),
            format!("{place}/value"),
            NOT_ALLOWED,
        ),
    }
}

const NOT_ALLOWED: &str = "the attribute does not allow this value";

/// The attribute of this id, if the publish form offers it for this use.
fn offered<'a>(
    attributes: &'a AttributeSet,
    id: &AttributeId,
    fits: impl Fn(&Attribute) -> bool,
) -> Result<&'a Attribute, &'static str> {
    match attributes.attribute(id).filter(|known| !known.removed) {
        None => Err("the category has no such attribute"),
        Some(attribute) if !fits(attribute) => Err("the attribute is for another use"),
        Some(attribute) if !attribute.enabled => Err("the attribute is not in use"),
        Some(attribute) => Ok(attribute),
    }
}

/// Whether an attribute takes a value: any, unless it names those that it takes.
fn allows(attribute: &Attribute, value: &str) -> bool {
    attribute.values.is_empty() || attribute.values.iter().any(|allowed| **allowed == *value)
}

fn attributes_of(sku: &SkuDocument) -> BTreeSet<&AttributeId> {
    sku.options
        .iter()
        .map(|option| &option.attribute_id)
        .collect()
}

fn is_price(price: Money) -> bool {
    price > Money::ZERO && price <= HIGHEST_PRICE
}
