//! Rules of orders: values in, values out.

mod audit;
mod basket;
mod bill;
mod closing;
mod freight;
mod order;
mod order_sn;
mod payment;
mod quote;
#[cfg(test)]
pub(crate) mod samples;
mod snapshot;
mod status;

pub use audit::{Difference, StockAuditReport, Taken};
pub(crate) use audit::{Suspects, Takings};
pub(crate) use basket::{Basket, BasketRefusal, WantedLine};
pub use bill::NotPayable;
pub(crate) use bill::bill_for;
pub(crate) use closing::Closing;
pub(crate) use freight::FreightRules;
pub(crate) use order::{Actor, Draft, Order, OrderLine, PaidStep, Step};
pub use order_sn::{InvalidOrderSn, OrderSn};
pub(crate) use payment::Stored;
pub use payment::{MarkPaid, PayableOrder, Payment};
pub(crate) use quote::Quote;
pub use status::OrderStatus;
