//! The endpoints.

pub(crate) mod attach_attributes;
pub(crate) mod change_brand_visibility;
pub(crate) mod detach_attributes;
pub(crate) mod list_attribute_groups;
pub(crate) mod list_attributes;
pub(crate) mod list_brands;
pub(crate) mod list_categories;
pub(crate) mod list_category_brands;
pub(crate) mod list_product_changes;
pub(crate) mod list_products;
pub(crate) mod list_staff_categories;
pub(crate) mod list_staff_products;
pub(crate) mod list_staff_skus;
pub(crate) mod move_categories;
mod product;
mod product_page;
pub(crate) mod put_attribute;
pub(crate) mod put_attribute_group;
pub(crate) mod put_brand;
pub(crate) mod put_category;
pub(crate) mod put_on_sale;
pub(crate) mod put_product;
pub(crate) mod remove_attribute;
pub(crate) mod remove_attribute_group;
pub(crate) mod remove_brand;
pub(crate) mod remove_categories;
pub(crate) mod remove_product;
pub(crate) mod show_attribute;
pub(crate) mod show_brand;
pub(crate) mod show_category;
pub(crate) mod show_product;
pub(crate) mod show_publish_form;
pub(crate) mod show_sku;
pub(crate) mod show_staff_product;
pub(crate) mod take_off_sale;

use std::time::Duration;

use dynamo::DynamoError;
use edge::{IfMatch, Permission, Problem, ProblemKind, Refusal, Unmatched};

use crate::storefront::NotRead;

/// May see what the back office sees of the catalog.
pub(crate) enum ReadCatalog {}
impl Permission for ReadCatalog {
    const NAME: &'static str = "catalog:read";
}

/// May make, change, move and remove categories.
pub(crate) enum WriteCategories {}
impl Permission for WriteCategories {
    const NAME: &'static str = "catalog:category:write";
}

/// May make, change and remove brands.
pub(crate) enum WriteBrands {}
impl Permission for WriteBrands {
    const NAME: &'static str = "catalog:brand:write";
}

/// May make, change and remove attributes and their groups.
pub(crate) enum WriteAttributes {}
impl Permission for WriteAttributes {
    const NAME: &'static str = "catalog:attribute:write";
}

/// For how long nothing new may refer to what is about to be removed. Longer than a function runs, so that whoever removes
/// it is done or dead by then.
const CLOSING: Duration = Duration::from_secs(60);

/// Whether a thing in version `current` may be put, or brought into another state, by a client that need not say what it knows
/// of it, and maybe does.
fn may_put(known: &IfMatch, current: Option<u64>) -> Result<(), Unmatched> {
    if known.is_unsaid() {
        Ok(())
    } else {
        known.check(current)
    }
}

/// Whether `text` holds `part`, whatever the case of either.
fn holds(text: &str, part: Option<&str>) -> bool {
    part.is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
}

/// Why something of the catalog cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
    #[error("the catalog cannot be read")]
    NotRead(#[from] NotRead),
}

impl Refusal for ShowError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound(_) => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
            Self::NotRead(error) => Problem::of_store(error),
        }
    }
}
