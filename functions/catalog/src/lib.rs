#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod store;
mod storefront;
mod worker;

use dynamo::Signer;
use edge::{Boot, Service};
use kernel::{Clock, ConfigError};

pub use domain::{CategoryId, Choice, Sku};
pub use store::Skus;

use storefront::Storefront;

/// What the operations of this service share.
struct Catalog {
    store: store::Store,
    cursors: Signer,
    clock: Clock,
}

impl Catalog {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            store: store::Store::new(boot.table("CATALOG_TABLE")?),
            cursors: boot.signer("catalog cursor")?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    with_taxonomy(Service::new("catalog"))
        .endpoint(
            "list-products",
            Catalog::from_env,
            api::list_products::list_products,
        )
        .endpoint(
            "show-product",
            Storefront::from_env,
            api::show_product::show_product,
        )
        .endpoint("show-sku", Storefront::from_env, api::show_sku::show_sku)
        .endpoint(
            "put-product",
            Catalog::from_env,
            api::put_product::put_product,
        )
        .endpoint(
            "show-staff-product",
            Catalog::from_env,
            api::show_staff_product::show_staff_product,
        )
        .endpoint(
            "put-on-sale",
            Catalog::from_env,
            api::put_on_sale::put_on_sale,
        )
        .endpoint(
            "take-off-sale",
            Catalog::from_env,
            api::take_off_sale::take_off_sale,
        )
        .endpoint(
            "remove-product",
            Catalog::from_env,
            api::remove_product::remove_product,
        )
        .endpoint(
            "list-staff-products",
            Catalog::from_env,
            api::list_staff_products::list_staff_products,
        )
        .endpoint(
            "list-staff-skus",
            Catalog::from_env,
            api::list_staff_skus::list_staff_skus,
        )
        .endpoint(
            "list-product-changes",
            Catalog::from_env,
            api::list_product_changes::list_product_changes,
        )
}

/// Categories, brands and attributes: what products refer to.
fn with_taxonomy(service: Service) -> Service {
    service
        .stream_worker(
            "start-category-moves",
            worker::Moves::from_env,
            worker::start_category_moves::start_category_moves,
        )
        .worker(
            "move-products",
            worker::Moves::from_env,
            worker::move_products::move_products,
        )
        .endpoint(
            "put-category",
            Catalog::from_env,
            api::put_category::put_category,
        )
        .endpoint(
            "list-categories",
            Storefront::from_env,
            api::list_categories::list_categories,
        )
        .endpoint(
            "attach-attributes",
            Catalog::from_env,
            api::attach_attributes::attach_attributes,
        )
        .endpoint(
            "change-brand-visibility",
            Catalog::from_env,
            api::change_brand_visibility::change_brand_visibility,
        )
        .endpoint(
            "detach-attributes",
            Catalog::from_env,
            api::detach_attributes::detach_attributes,
        )
        .endpoint(
            "list-attribute-groups",
            Catalog::from_env,
            api::list_attribute_groups::list_attribute_groups,
        )
        .endpoint(
            "list-attributes",
            Catalog::from_env,
            api::list_attributes::list_attributes,
        )
        .endpoint(
            "list-brands",
            Catalog::from_env,
            api::list_brands::list_brands,
        )
        .endpoint(
            "list-category-brands",
            Catalog::from_env,
            api::list_category_brands::list_category_brands,
        )
        .endpoint(
            "list-staff-categories",
            Catalog::from_env,
            api::list_staff_categories::list_staff_categories,
        )
        .endpoint(
            "move-categories",
            Catalog::from_env,
            api::move_categories::move_categories,
        )
        .endpoint(
            "put-attribute",
            Catalog::from_env,
            api::put_attribute::put_attribute,
        )
        .endpoint(
            "put-attribute-group",
            Catalog::from_env,
            api::put_attribute_group::put_attribute_group,
        )
        .endpoint("put-brand", Catalog::from_env, api::put_brand::put_brand)
        .endpoint(
            "remove-attribute",
            Catalog::from_env,
            api::remove_attribute::remove_attribute,
        )
        .endpoint(
            "remove-attribute-group",
            Catalog::from_env,
            api::remove_attribute_group::remove_attribute_group,
        )
        .endpoint(
            "remove-brand",
            Catalog::from_env,
            api::remove_brand::remove_brand,
        )
        .endpoint(
            "remove-categories",
            Catalog::from_env,
            api::remove_categories::remove_categories,
        )
        .endpoint(
            "show-attribute",
            Catalog::from_env,
            api::show_attribute::show_attribute,
        )
        .endpoint("show-brand", Catalog::from_env, api::show_brand::show_brand)
        .endpoint(
            "show-category",
            Catalog::from_env,
            api::show_category::show_category,
        )
        .endpoint(
            "show-publish-form",
            Catalog::from_env,
            api::show_publish_form::show_publish_form,
        )
}
