#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod audit;
mod cashiers;
mod domain;
mod orders;
mod quotes;
mod store;
mod terms;
mod worker;

use cart::Carts;
use catalog::Skus;
use dynamo::Signer;
use edge::{Boot, Service};
use kernel::{Clock, ConfigError};
use member::Members;
use queue::Sender;
use stock::{Levels, ReleaseStock};

use quotes::Quotes;
use store::Store;
use terms::Terms;
use worker::close_order::CloseOrder;

pub use audit::StockAudit;
pub use cashiers::{Cashiers, NoPage, PaymentPage, Provider};
pub use domain::{
    Difference, InvalidOrderSn, MarkPaid, NotPayable, OrderSn, OrderStatus, PayableOrder, Payment,
    StockAuditReport, Taken,
};
pub use orders::Orders;

/// What the operations of this service share.
struct Sales {
    store: Store,
    levels: Levels,
    skus: Skus,
    members: Members,
    carts: Carts,
    quotes: Quotes,
    cursors: Signer,
    /// Closes an order when its time is over.
    closing: Sender<CloseOrder>,
    /// Brings the stock of a closed order back.
    releasing: Sender<ReleaseStock>,
    terms: Terms,
    clock: Clock,
}

impl Sales {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(boot.table("ORDER_TABLE")?),
            levels: Levels::from_env(boot)?,
            skus: Skus::from_env(boot)?,
            members: Members::from_env(boot)?,
            carts: Carts::from_env(boot)?,
            quotes: Quotes::from_env(boot)?,
            cursors: boot.signer("order cursor")?,
            closing: boot.sender("CLOSE_ORDER_QUEUE_URL")?,
            releasing: boot.sender("RELEASE_STOCK_QUEUE_URL")?,
            terms: Terms::from_env(boot.environment())?,
            clock: boot.clock(),
        })
    }
}

/// What it takes to place an order, and to say where it is paid.
struct Checkout {
    sales: Sales,
    cashiers: Cashiers,
}

impl Checkout {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            sales: Sales::from_env(boot)?,
            cashiers: Cashiers::from_env(boot)?,
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("order")
        .endpoint(
            "quote-order",
            Sales::from_env,
            api::quote_order::quote_order,
        )
        .endpoint(
            "submit-order",
            Checkout::from_env,
            api::submit_order::submit_order,
        )
        .endpoint(
            "list-orders",
            Sales::from_env,
            api::list_orders::list_orders,
        )
        .endpoint("show-order", Sales::from_env, api::show_order::show_order)
        .endpoint(
            "cancel-order",
            Sales::from_env,
            api::cancel_order::cancel_order,
        )
        .worker(
            "close-order",
            Sales::from_env,
            worker::close_order::close_order,
        )
        .stream_worker(
            "remove-ordered-lines",
            Carts::from_env,
            worker::remove_ordered_lines::remove_ordered_lines,
        )
        .endpoint(
            "show-stock-audit",
            StockAudit::from_env,
            api::show_stock_audit::show_stock_audit,
        )
        .scheduled(
            "audit-stock",
            StockAudit::from_env,
            worker::audit_stock::audit_stock,
        )
}
