//! Rules of stock: values in, values out.

mod level;
mod movement;
mod need;
mod purchase;
mod settlement;
mod voucher;
mod warehouse;

pub use level::{OrderedLine, StockLevel};
pub(crate) use movement::{Cause, Movement};
pub(crate) use need::{Need, NeedKey, NeedStatus};
pub(crate) use purchase::{
    AssignRefusal, Buyer, ClaimRefusal, MOST_NEEDS, Merge, MergeRefusal, Merged, Purchase,
    PurchaseStatus,
};
pub(crate) use settlement::{NeedResult, Outcome, SettleRefusal, Settlement};
pub(crate) use voucher::{Adjustment, Change, Receipt, VoucherNumber};
pub(crate) use warehouse::{FIRST, Warehouse, WarehouseDetails};
