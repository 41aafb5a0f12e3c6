//! The endpoints.

pub(crate) mod cancel_order;
pub(crate) mod list_orders;
mod problems;
pub(crate) mod quote_order;
mod quote_view;
pub(crate) mod show_order;
pub(crate) mod show_stock_audit;
pub(crate) mod submit_order;
mod view;
