//! What anyone may see of the catalog, kept in the function for some seconds.
//!
//! Everybody sees the same, most look at the same few products, and an answer may be some seconds old anyway: browsers and the
//! CDN keep it as long. What decides about money or stock, in carts and orders, is read anew every time and never from here.

use std::{io, sync::Arc, time::Duration};

use cache::{Cache, Lifetime};
use dynamo::{Consistency, DynamoError};
use edge::Boot;
use futures::future::try_join_all;
use kernel::{BrandId, ConfigError, ProductId, SkuId};
use serde::Serialize;
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

/// A million bytes.
const MB: u64 = 1_000_000;

// The most of each kind that an instance keeps, by size: 32 MB of the 256 it has, beside the one tree.
const PRODUCTS: u64 = 16 * MB;
const FORMS: u64 = 6 * MB;
const SOLD: u64 = 4 * MB;
const LEVELS: u64 = 3 * MB;
const BRANDS: u64 = 2 * MB;
const PATHS: u64 = MB;

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
            products: Cache::of_size(PRODUCTS, size_of_content, CONTENT, clock.clone()),
            paths: Cache::of_size(PATHS, size_of_content, CONTENT, clock.clone()),
            brands: Cache::of_size(BRANDS, size_of_content, CONTENT, clock.clone()),
            attributes: Cache::of_size(FORMS, size_of_content, CONTENT, clock.clone()),
            sold: Cache::of_size(SOLD, size_of_content, CONTENT, clock.clone()),
            stock: Cache::of_size(LEVELS, size_of_levels, STOCK, clock),
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

/// What a thing takes in memory, about: twice its text in JSON, which names its fields and leaves out what structs and lists
/// take beside their texts.
fn size_of_content<T: Serialize>(thing: &Arc<T>) -> usize {
    let mut counted = Counted(0);
    match serde_json::to_writer(&mut counted, &**thing) {
        Ok(()) => counted.0.saturating_mul(2),
        // What cannot be measured is not kept.
        Err(_) => usize::MAX,
    }
}

/// The same for levels of stock, whose ids are short.
fn size_of_levels(levels: &Arc<Vec<StockLevel>>) -> usize {
    levels.len().saturating_mul(2 * size_of::<StockLevel>())
}

/// Counts the bytes that are written to it.
struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kernel::Timestamp;
    use serde_json::json;
    use testkit::Mall;

    use super::*;
    use crate::domain::Product;

    /// A product that is on sale, with some 200 kB to say.
    fn large_product() -> StoredProduct {
        let address = format!("/media/{}", "x".repeat(1_990));
        let images = vec![json!({ "url": address }); 100];
        let document = json!({ "name": "商品", "category_id": 3, "brand_id": "山海", "description_images": images });
        StoredProduct {
            product: Product {
                id: ProductId::parse("p").unwrap(),
                document: serde_json::from_value(document).unwrap(),
                status: Status::OnSale,
                created_at: Timestamp::from_millis(0),
                updated_at: Timestamp::from_millis(0),
            },
            category_path: Vec::new(),
            version: 1,
        }
    }

    #[tokio::test]
    async fn products_are_kept_by_their_size_and_not_by_their_number() {
        let mall = Mall::start(&[crate::service, stock::service]).await;
        let storefront = Storefront::from_env(&mall.boot("show-product")).unwrap();
        let product = Arc::new(large_product());
        let show = async || {
            let mut loads = 0;
            for number in 0..60 {
                let load = async {
                    loads += 1;
                    Ok(Some(product.clone()))
                };
                let id = ProductId::parse(format!("p{number}")).unwrap();
                storefront.products.get(id, load).await.unwrap();
            }
            loads
        };
        assert_eq!(show().await, 60);
        // Each counts as 400 kB of 16 MB, so some 40 are kept; the cache tidies up when it sees fit, so more for a moment. By
        // number, all would be.
        let again = show().await;
        assert!((1..60).contains(&again), "{again} of 60 were read again");
    }
}
