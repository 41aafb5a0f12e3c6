//! The endpoints.

pub(crate) mod start_payment;
pub(crate) mod take_alipay_notice;
