#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;

use dynamo::Signer;
use edge::{Boot, Service};
use kernel::{Clock, ConfigError};

pub use domain::{CategoryId, Choice, Sku};
pub use store::Skus;

/// What the operations of this service share.
struct Catalog {
    store: store::Store,
    levels: stock::Levels,
    cursors: Signer,
    clock: Clock,
}

impl Catalog {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            store: store::Store::new(boot.table("CATALOG_TABLE")?),
            levels: stock::Levels::from_env(boot)?,
            cursors: boot.signer("catalog cursor")?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("catalog")
        .endpoint(
            "list-categories",
            Catalog::from_env,
            api::list_categories::list_categories,
        )
        .endpoint(
            "list-products",
            Catalog::from_env,
            api::list_products::list_products,
        )
        .endpoint(
            "show-product",
            Catalog::from_env,
            api::show_product::show_product,
        )
        .endpoint("show-sku", Catalog::from_env, api::show_sku::show_sku)
        .endpoint(
            "put-category",
            Catalog::from_env,
            api::put_category::put_category,
        )
        .endpoint(
            "put-product",
            Catalog::from_env,
            api::put_product::put_product,
        )
}
