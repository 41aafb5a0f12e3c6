//! Rules of stock: values in, values out.

mod level;
mod receipt;

pub use level::{OrderedLine, StockLevel};
pub(crate) use receipt::{Receipt, ReceiptNumber};
