#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;
mod worker;

use dynamo::Signer;
use edge::{Boot, Service};
use kernel::{Clock, ConfigError};

use store::{Purchases, Warehouses};

pub use domain::{OrderedLine, StockLevel};
pub use store::{Levels, NotEnough, StockBook, StockBooks, StockPlace};
pub use worker::release_stock::ReleaseStock;

/// What the operations of this service share.
struct Stock {
    levels: Levels,
    warehouses: Warehouses,
    purchases: Purchases,
    cursors: Signer,
    clock: Clock,
}

impl Stock {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        let table = boot.table("STOCK_TABLE")?;
        Ok(Self {
            levels: Levels::new(table.clone()),
            warehouses: Warehouses::new(table.clone()),
            purchases: Purchases::new(table),
            cursors: boot.signer("stock cursor")?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    warehouses(purchases(movements(Service::new("stock"))))
}

/// What changes how much there is, and what shows it.
fn movements(service: Service) -> Service {
    service
        .endpoint(
            "list-availability",
            Stock::from_env,
            api::list_availability::list_availability,
        )
        .endpoint(
            "list-stock-levels",
            Stock::from_env,
            api::list_stock_levels::list_stock_levels,
        )
        .endpoint(
            "list-stock-movements",
            Stock::from_env,
            api::list_stock_movements::list_stock_movements,
        )
        .endpoint(
            "receive-stock",
            Stock::from_env,
            api::receive_stock::receive_stock,
        )
        .endpoint(
            "adjust-stock",
            Stock::from_env,
            api::adjust_stock::adjust_stock,
        )
        .worker(
            "release-stock",
            Stock::from_env,
            worker::release_stock::release_stock,
        )
}

/// The purchase flow.
fn purchases(service: Service) -> Service {
    service
        .endpoint(
            "add-purchase-need",
            Stock::from_env,
            api::add_purchase_need::add_purchase_need,
        )
        .endpoint(
            "list-purchase-needs",
            Stock::from_env,
            api::list_purchase_needs::list_purchase_needs,
        )
        .endpoint(
            "remove-purchase-need",
            Stock::from_env,
            api::remove_purchase_need::remove_purchase_need,
        )
        .endpoint(
            "merge-purchase-needs",
            Stock::from_env,
            api::merge_purchase_needs::merge_purchase_needs,
        )
        .endpoint(
            "list-purchases",
            Stock::from_env,
            api::list_purchases::list_purchases,
        )
        .endpoint(
            "show-purchase",
            Stock::from_env,
            api::show_purchase::show_purchase,
        )
        .endpoint(
            "assign-purchase",
            Stock::from_env,
            api::assign_purchase::assign_purchase,
        )
        .endpoint(
            "receive-purchase",
            Stock::from_env,
            api::receive_purchase::receive_purchase,
        )
        .endpoint(
            "finish-purchase",
            Stock::from_env,
            api::finish_purchase::finish_purchase,
        )
}

/// The warehouses.
fn warehouses(service: Service) -> Service {
    service
        .endpoint(
            "put-warehouse",
            Stock::from_env,
            api::put_warehouse::put_warehouse,
        )
        .endpoint(
            "list-warehouses",
            Stock::from_env,
            api::list_warehouses::list_warehouses,
        )
        .endpoint(
            "remove-warehouse",
            Stock::from_env,
            api::remove_warehouse::remove_warehouse,
        )
}
