#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;
mod worker;

use edge::{Boot, Service};
use kernel::ConfigError;

pub use domain::{OrderedLine, StockLevel};
pub use store::{Levels, NotEnough};
pub use worker::release_stock::ReleaseStock;

/// What the operations of this service share.
struct Stock {
    levels: Levels,
}

impl Stock {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            levels: Levels::new(boot.table("STOCK_TABLE")?),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("stock")
        .endpoint(
            "list-availability",
            Stock::from_env,
            api::list_availability::list_availability,
        )
        .endpoint(
            "receive-stock",
            Stock::from_env,
            api::receive_stock::receive_stock,
        )
        .worker(
            "release-stock",
            Stock::from_env,
            worker::release_stock::release_stock,
        )
}
