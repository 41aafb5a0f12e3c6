//! The workers.

pub(crate) mod release_stock;
