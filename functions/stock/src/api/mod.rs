//! The endpoints.

pub(crate) mod list_availability;
pub(crate) mod receive_stock;
