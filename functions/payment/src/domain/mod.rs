//! Rules of payment: values in, values out.

mod refund;

pub(crate) use refund::RefundDue;
