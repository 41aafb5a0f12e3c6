//! The catalog table: its keys and attributes, here and nowhere else.

mod attributes;
mod brands;
mod moves;
mod product_lists;
mod products;
mod skus;
mod taxonomy;
mod tree;

use dynamo::Table;

pub(crate) use moves::moving_category;
pub use product_lists::Skus;
pub(crate) use product_lists::{
    PageOf, StaffProductRow, StaffSkuRow, product_list, staff_product_list, staff_sku_list,
};
pub(crate) use products::{
    Latest, ProductChange, ProductUnwritten, StoredProduct, product_changes,
};
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
