//! Alipay's open platform, as far as a shop on the web needs it. Pure: values in, values out.
//!
//! - [`Cashier`] writes the signed address of the page on which a buyer pays (`alipay.trade.page.pay`).
//! - [`NoticeReader`] verifies and reads what the provider tells the shop's server afterwards.
//!
//! Both directions are signed with RSA2, the provider's name for RSASSA-PKCS1-v1_5 with SHA-256 (`keys`), over the
//! parameters as one text (`parameters`). Times are Beijing's (`beijing`), amounts yuan with two decimals.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod beijing;
mod cashier;
mod keys;
mod notice;
mod parameters;
mod spki;

pub use cashier::{Bill, CannotSign, Cashier};
pub use notice::{Event, Notice, NoticeError, NoticeReader};

/// How the provider is called in the mall: in requests, in orders and in the key of a refund.
pub const PROVIDER: &str = "alipay";
