//! The catalog table: its keys and attributes, here and nowhere else.

mod products;
mod taxonomy;

use dynamo::Table;

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
