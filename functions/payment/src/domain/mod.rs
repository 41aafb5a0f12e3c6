//! Rules of payment: values in, values out.

mod checkout;
mod refund;

pub(crate) use checkout::{NotPayable, bill_for};
pub(crate) use refund::RefundDue;
