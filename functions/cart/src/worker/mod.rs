//! The workers.

pub(crate) mod remove_ordered_lines;
