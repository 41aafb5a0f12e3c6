//! Rules of the catalog: values in, values out.

mod attribute;
pub(crate) mod brand;
mod category;
mod product;
#[cfg(test)]
mod tests;
mod tree;
mod values;

pub(crate) use attribute::{
    Attribute, AttributeDraft, AttributeGroup, AttributeGroupDraft, AttributeRefusal, AttributeSet,
    AttributeUse,
};
pub use category::CategoryId;
pub(crate) use category::{Category, CategoryDraft, CategoryRefusal};
pub(crate) use product::{
    Change, ChangeKind, DraftIsNotOnSale, Flaw, Image, MAXIMUM_SKUS, NotFitForSale, OnlyDraftsGo,
    Product, ProductCard, ProductDocument, SkuRecord, Spec, Status, Terms, choices,
};
pub use product::{Choice, Sku};
pub(crate) use tree::{Placement, TreeMove, TreeRefusal};
pub(crate) use values::{Address, SortNumber};
