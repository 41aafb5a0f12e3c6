//! The catalog table: its keys and attributes, here and nowhere else.

mod attributes;
mod brands;
mod moves;
mod products;
mod taxonomy;
mod tree;

use dynamo::Table;

pub(crate) use moves::moving_category;
pub use products::Skus;
pub(crate) use products::{PutProductFailure, product_list};
pub(crate) use taxonomy::Unwritten;

/// The table of this service.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    table: Table,
}

impl Store {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}
