//! Rules of the catalog: values in, values out.

mod category;
mod product;
#[cfg(test)]
mod tests;

pub use category::CategoryId;
pub(crate) use category::{Category, CategoryDraft, CategoryRefusal};
pub(crate) use product::{Brand, Flaw, Product, ProductCard, ProductDraft, Spec};
pub use product::{Choice, Sku};
