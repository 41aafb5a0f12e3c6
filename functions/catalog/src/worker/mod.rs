//! The workers.

pub(crate) mod move_products;
pub(crate) mod start_category_moves;

use edge::Boot;
use kernel::ConfigError;
use queue::Sender;

use crate::store::Store;
use move_products::MoveProducts;

/// What the workers share.
pub(crate) struct Moves {
    store: Store,
    /// Brings products after their category.
    moving: Sender<MoveProducts>,
}

impl Moves {
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(boot.table("CATALOG_TABLE")?),
            moving: boot.sender("MOVE_PRODUCTS_QUEUE_URL")?,
        })
    }
}
