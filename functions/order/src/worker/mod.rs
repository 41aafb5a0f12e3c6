//! The workers.

pub(crate) mod audit_stock;
pub(crate) mod close_order;
pub(crate) mod remove_ordered_lines;
