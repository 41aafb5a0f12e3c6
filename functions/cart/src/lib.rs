#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod loaded_cart;
mod store;

use edge::{Boot, Cookies, Service};
use kernel::ConfigError;

pub use domain::{CheckedLine, OrderedCartLine};
pub use store::Carts;

/// What the endpoints of this service share.
struct Shopping {
    carts: Carts,
    skus: catalog::Skus,
    levels: stock::Levels,
    cookies: Cookies,
}

impl Shopping {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            carts: Carts::from_env(boot)?,
            skus: catalog::Skus::from_env(boot)?,
            levels: stock::Levels::from_env(boot)?,
            cookies: Cookies::from_env(boot.environment())?,
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("cart")
        .endpoint("show-cart", Shopping::from_env, api::show_cart::show_cart)
        .endpoint(
            "add-cart-item",
            Shopping::from_env,
            api::add_cart_item::add_cart_item,
        )
        .endpoint(
            "change-cart-item",
            Shopping::from_env,
            api::change_cart_item::change_cart_item,
        )
        .endpoint(
            "remove-cart-item",
            Shopping::from_env,
            api::remove_cart_item::remove_cart_item,
        )
        .endpoint(
            "remove-checked-items",
            Shopping::from_env,
            api::remove_checked_items::remove_checked_items,
        )
}
