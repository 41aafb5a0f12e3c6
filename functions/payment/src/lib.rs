#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;

use alipay::NoticeReader;
use edge::{Boot, Service};
use kernel::{Clock, ConfigError};
use order::{Cashiers, Orders};

use store::Refunds;

/// What it takes to start a payment.
struct Checkout {
    orders: Orders,
    cashiers: Cashiers,
    clock: Clock,
}

/// What it takes to believe a notice. The merchant's private key is not part of it: anyone reaches this endpoint.
struct Notices {
    orders: Orders,
    alipay: NoticeReader,
    refunds: Refunds,
    clock: Clock,
}

impl Checkout {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            orders: Orders::from_env(boot)?,
            cashiers: Cashiers::from_env(boot)?,
            clock: boot.clock(),
        })
    }
}

impl Notices {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            orders: Orders::from_env(boot)?,
            alipay: NoticeReader::from_env(boot.environment())?,
            refunds: Refunds::from_env(boot)?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("payment")
        .endpoint(
            "start-payment",
            Checkout::from_env,
            api::start_payment::start_payment,
        )
        .endpoint(
            "take-alipay-notice",
            Notices::from_env,
            api::take_alipay_notice::take_alipay_notice,
        )
}
