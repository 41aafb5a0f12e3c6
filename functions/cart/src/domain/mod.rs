//! Rules of carts: values in, values out.

mod cart;
mod line;
mod merge;
mod rev;
#[cfg(test)]
pub(crate) mod samples;

pub(crate) use cart::{Cart, CartLimit};
pub(crate) use line::Line;
pub use line::{CheckedLine, OrderedCartLine};
pub(crate) use merge::{Merge, merge};
pub(crate) use rev::Rev;
