//! The endpoints.

mod permissions;
mod problems;
mod purchase_view;

pub(crate) mod add_purchase_need;
pub(crate) mod adjust_stock;
pub(crate) mod assign_purchase;
pub(crate) mod finish_purchase;
pub(crate) mod list_availability;
pub(crate) mod list_purchase_needs;
pub(crate) mod list_purchases;
pub(crate) mod list_stock_levels;
pub(crate) mod list_stock_movements;
pub(crate) mod list_warehouses;
pub(crate) mod merge_purchase_needs;
pub(crate) mod put_warehouse;
pub(crate) mod receive_purchase;
pub(crate) mod receive_stock;
pub(crate) mod remove_purchase_need;
pub(crate) mod remove_warehouse;
pub(crate) mod show_purchase;
