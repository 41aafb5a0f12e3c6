//! What the endpoints of products have in common: who may, how brands and cards are shown, what refusals mean.

use dynamo::{Consistency, DynamoError};
use edge::{Permission, Problem, ProblemKind};
use kernel::{BrandId, Money, Page, ProductId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Catalog,
    domain::{
        Category, CategoryId, Flaw, ProductCard, ProductDocument, Status, brand::Brand,
        brand::FirstLetter,
    },
    store::{ProductUnwritten, StoredProduct},
};

/// May write products. To change one that is on sale it takes [`PublishProducts`] too.
pub(crate) enum ChangeProducts {}
impl Permission for ChangeProducts {
    const NAME: &'static str = "catalog:product:write";
}

/// May put products on sale and take them off and, with [`ChangeProducts`], change what is on sale.
pub(crate) enum PublishProducts {}
impl Permission for PublishProducts {
    const NAME: &'static str = "catalog:product:publish";
}

/// Which product.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ProductPath {
    pub(super) product_id: ProductId,
}

/// What became of a product.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductState {
    product_id: ProductId,
    status: Status,
    /// Counts its changes, from 1, and on where a draft is made again that was removed; also the answer's `ETag`.
    version: u64,
    updated_at: Timestamp,
}

impl ProductState {
    pub(super) fn of(stored: &StoredProduct) -> Self {
        Self {
            product_id: stored.product.id.clone(),
            status: stored.product.status,
            version: stored.version,
            updated_at: stored.product.updated_at,
        }
    }
}

/// A brand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Brand")]
pub(crate) struct BrandView {
    /// Its id: the slug of its first name.
    id: BrandId,
    /// Its name.
    name: String,
    /// The letter it is filed under.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_letter: Option<FirstLetter>,
    /// The address of its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
}

impl BrandView {
    /// The brand of this id among those that were read. One that is no more is called by its id.
    pub(super) fn of(id: &BrandId, brands: &[Brand]) -> Self {
        let known = brands.iter().find(|brand| brand.id == *id);
        Self {
            id: id.clone(),
            name: known.map_or_else(|| id.to_string(), |known| known.name.clone()),
            first_letter: known.and_then(|known| known.first_letter),
            logo: known.and_then(|known| known.logo.clone()),
        }
    }
}

/// What lists show of a product.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductCard")]
pub(crate) struct CardView {
    /// Its id.
    pub(super) product_id: ProductId,
    /// Its name.
    pub(super) name: String,
    /// One line below the name.
    pub(super) subtitle: String,
    /// Who makes it.
    pub(super) brand: BrandView,
    /// Its category.
    pub(super) category_id: CategoryId,
    /// The address of its main picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<String>,
    /// The lowest price among its SKUs.
    pub(super) price_from_fen: Money,
    /// The highest price among its SKUs.
    pub(super) price_to_fen: Money,
}

impl CardView {
    pub(super) fn of(card: ProductCard, brands: &[Brand]) -> Self {
        Self {
            brand: BrandView::of(&card.brand_id, brands),
            product_id: card.product_id,
            name: card.name,
            subtitle: card.subtitle,
            category_id: card.category_id,
            image: card.image,
            price_from_fen: card.price_from,
            price_to_fen: card.price_to,
        }
    }
}

impl Catalog {
    /// The brands of the rows of a page, each read once.
    pub(super) async fn brands_of_page<T>(
        &self,
        page: &Page<T>,
        brand: impl Fn(&T) -> &BrandId,
    ) -> Result<Vec<Brand>, DynamoError> {
        let mut ids: Vec<BrandId> = page.items.iter().map(|row| brand(row).clone()).collect();
        ids.sort();
        ids.dedup();
        self.store.brands_of(&ids, Consistency::Eventual).await
    }

    /// The category of a product and its brand, as they are now; `None` for one that is no more.
    pub(super) async fn belongings_of(
        &self,
        document: &ProductDocument,
    ) -> Result<(Option<Category>, Option<Brand>), DynamoError> {
        let brand_ids = [document.brand_id.clone()];
        let (category, brands) = futures::future::try_join(
            self.store
                .category(document.category_id, Consistency::Strong),
            self.store.brands_of(&brand_ids, Consistency::Strong),
        )
        .await?;
        Ok((category, brands.into_iter().next()))
    }
}

/// A SKU's code belongs to the product that has it, and to one that had it and was ever on sale.
pub(super) const SKU_TAKEN: ProblemKind =
    ProblemKind::new(409, "11002", "SKU belongs to another product");
/// Something is missing for a product to be sold.
pub(super) const NOT_FIT_FOR_SALE: ProblemKind =
    ProblemKind::new(409, "11040", "Product cannot go on sale");
/// A draft was never on sale.
pub(super) const STILL_A_DRAFT: ProblemKind = ProblemKind::new(409, "11041", "Product is a draft");
/// What was on sale once stays for the carts and orders that know it.
pub(super) const NOT_A_DRAFT: ProblemKind = ProblemKind::new(409, "11042", "Product is no draft");

/// What a client is told of a document that is not as it must be.
pub(super) fn flawed(flaws: &[Flaw]) -> Problem {
    flaws
        .iter()
        .fold(Problem::from(ProblemKind::INVALID), |problem, flaw| {
            problem.with_error(&flaw.pointer, &flaw.detail)
        })
}

/// What a client is told of a product that was not written.
pub(super) fn unwritten(failure: &ProductUnwritten) -> Problem {
    match failure {
        ProductUnwritten::SkuTaken(_) => Problem::from(SKU_TAKEN).because(failure.to_string()),
        ProductUnwritten::TooManySkus(_) => Problem::invalid("/skus", failure.to_string()),
        ProductUnwritten::ChangedMeanwhile => {
            Problem::from(ProblemKind::BUSY).because(failure.to_string())
        }
        ProductUnwritten::Store(error) => Problem::of_store(error),
    }
}
