//! The workers.

pub(crate) mod close_order;
