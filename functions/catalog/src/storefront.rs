//! What anyone may see of the catalog, kept in the function for some seconds.
//!
//! Everybody sees the same, most look at the same few products, and an answer may be some seconds old anyway: browsers and the
//! CDN keep it as long. What decides about money or stock, in carts and orders, is read anew every time and never from here.

use std::{sync::Arc, time::Duration};

use cache::{Cache, Lifetime};
use dynamo::{Consistency, DynamoError};
use edge::Boot;
use futures::future::try_join_all;
use kernel::{BrandId, ConfigError, ProductId, SkuId};
use stock::{Levels, StockLevel};

use crate::{
    api::list_categories::RenderedTree,
    domain::{AttributeSet, Category, CategoryId, Sku, Status, brand::Brand},
    store::{Skus, Store, StoredProduct},
};

/// What is called, described and priced. A change shows at the latest after this and what browsers keep it for.
const CONTENT: Lifetime = Lifetime {
    present: Duration::from_secs(10),
    absent: Duration::from_secs(3),
};
/// How much there is of it.
const STOCK: Lifetime = Lifetime {
    present: Duration::from_secs(2),
    absent: Duration::from_secs(2),
};

/// The most of each kind that an instance keeps: some 10 MB of the 256 it has.
const MOST: u64 = 1_000;

type Kept<K, V> = Cache<K, V, DynamoError>;

/// Why something cannot be shown: shared by all who waited for the same answer.
pub(crate) type NotRead = Arc<DynamoError>;

/// The catalog as anyone sees it.
#[derive(Debug)]
pub(crate) struct Storefront {
    store: Store,
    skus: Skus,
    levels: Levels,
    trees: Kept<(), RenderedTree>,
    products: Kept<ProductId, Arc<StoredProduct>>,
    paths: Kept<CategoryId, Arc<Vec<Category>>>,
    brands: Kept<BrandId, Arc<Brand>>,
    attributes: Kept<CategoryId, Arc<AttributeSet>>,
    sold: Kept<SkuId, Arc<Sku>>,
    stock: Kept<SkuId, Arc<Vec<StockLevel>>>,
}

impl Storefront {
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        let store = Store::new(boot.table("CATALOG_TABLE")?);
        let clock = boot.clock();
        Ok(Self {
            skus: store.skus(),
            store,
            levels: Levels::from_env(boot)?,
            trees: Cache::new(1, CONTENT, clock.clone()),
            products: Cache::new(MOST, CONTENT, clock.clone()),
            paths: Cache::new(MOST, CONTENT, clock.clone()),
            brands: Cache::new(MOST, CONTENT, clock.clone()),
            attributes: Cache::new(MOST, CONTENT, clock.clone()),
            sold: Cache::new(MOST, CONTENT, clock.clone()),
            stock: Cache::new(MOST, STOCK, clock),
        })
    }

    /// The tree of categories.
    pub(crate) async fn tree(&self) -> Result<RenderedTree, NotRead> {
        let load = async {
            let categories = self.store.categories(Consistency::Eventual).await?;
            RenderedTree::of(categories).map(Some)
        };
        Ok(self.trees.get((), load).await?.unwrap_or_default())
    }

    /// A product that is on sale.
    pub(crate) async fn product(
        &self,
        id: &ProductId,
    ) -> Result<Option<Arc<StoredProduct>>, NotRead> {
        let load = async {
            let found = self.store.product(id, Consistency::Eventual).await?;
            let on_sale = |found: &StoredProduct| found.product.status == Status::OnSale;
            Ok(found.filter(on_sale).map(Arc::new))
        };
        self.products.get(id.clone(), load).await
    }

    /// The categories of this path, those that exist, in no order.
    pub(crate) async fn path(&self, path: &[CategoryId]) -> Result<Arc<Vec<Category>>, NotRead> {
        let Some(last) = path.last() else {
            return Ok(Arc::default());
        };
        let load = async {
            let found = self
                .store
                .categories_of(path, Consistency::Eventual)
                .await?;
            Ok(Some(Arc::new(found)))
        };
        Ok(self.paths.get(*last, load).await?.unwrap_or_default())
    }

    /// A brand.
    pub(crate) async fn brand(&self, id: &BrandId) -> Result<Option<Arc<Brand>>, NotRead> {
        let load = async {
            let ids = [id.clone()];
            let found = self.store.brands_of(&ids, Consistency::Eventual).await?;
            Ok(found.into_iter().next().map(Arc::new))
        };
        self.brands.get(id.clone(), load).await
    }

    /// The attributes of a category and their groups.
    pub(crate) async fn attributes(&self, id: CategoryId) -> Result<Arc<AttributeSet>, NotRead> {
        let load = async {
            let found = self.store.attributes_of(id, Consistency::Eventual).await?;
            Ok(Some(Arc::new(found)))
        };
        Ok(self.attributes.get(id, load).await?.unwrap_or_default())
    }

    /// A SKU that is on sale.
    pub(crate) async fn sku(&self, id: &SkuId) -> Result<Option<Arc<Sku>>, NotRead> {
        let load = async {
            let ids = [id.clone()];
            let found = self.skus.find(&ids, Consistency::Eventual).await?;
            Ok(found.into_iter().next().map(Arc::new))
        };
        self.sold.get(id.clone(), load).await
    }

    /// How much there is of these SKUs, in every warehouse, in no order.
    pub(crate) async fn levels(&self, ids: &[SkuId]) -> Result<Vec<StockLevel>, NotRead> {
        let levels = try_join_all(ids.iter().map(|id| self.levels_of(id))).await?;
        Ok(levels
            .iter()
            .flat_map(|levels| levels.iter())
            .cloned()
            .collect())
    }

    async fn levels_of(&self, id: &SkuId) -> Result<Arc<Vec<StockLevel>>, NotRead> {
        let load = async {
            let ids = std::slice::from_ref(id);
            let found = self.levels.of(ids, Consistency::Eventual).await?;
            Ok(Some(Arc::new(found)))
        };
        Ok(self.stock.get(id.clone(), load).await?.unwrap_or_default())
    }
}
