//! Makes a product, as a draft, or replaces the document of one. What is on sale changes at once, for everyone: who changes that
//! may also put products on sale.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Json, Path, Permission, Problem, ProblemKind, Refusal, Reply, Staff, Stored,
    Unmatched, Versioned,
};
use futures::future::try_join3;

use super::product::{
    ChangeProducts, ProductPath, ProductState, PublishProducts, SKU_TAKEN, flawed, unwritten,
};
use crate::{
    Catalog,
    domain::{Change, ChangeKind, Flaw, Product, ProductDocument, Status, Terms},
    store::{Latest, ProductChange, ProductUnwritten, StoredProduct},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutProductError {
    #[error("the product is not as it must be")]
    Flawed(Vec<Flaw>),
    #[error("the product is on sale: to change it needs the permission {name} too", name = PublishProducts::NAME)]
    OnSale,
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NotWritten(#[from] ProductUnwritten),
    #[error("the catalog cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for PutProductError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::FORBIDDEN,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::IF_MATCH_REQUIRED,
        SKU_TAKEN,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::Flawed(flaws) => flawed(flaws),
            Self::OnSale => Problem::from(ProblemKind::FORBIDDEN).because(self.to_string()),
            Self::Unmatched(unmatched) => (*unmatched).into(),
            Self::NotWritten(failure) => unwritten(failure),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn put_product(
    app: &Catalog,
    (staff, Path(path), if_match, Json(document)): (
        Staff<ChangeProducts>,
        Path<ProductPath>,
        IfMatch,
        Json<ProductDocument>,
    ),
) -> Result<Reply<ProductState, Versioned<Stored>>, PutProductError> {
    let (latest, (category, brand), attributes) = try_join3(
        app.store.latest_product(&path.product_id),
        app.belongings_of(&document),
        app.store
            .attributes_of(document.category_id, Consistency::Strong),
    )
    .await?;
    let Latest {
        product: known,
        version,
    } = latest;
    if let Some(known) = known
        .as_ref()
        .filter(|known| known.product.document == document)
        && app
            .store
            .keeps_skus(&known.product.sku_records(&attributes))
            .await?
    {
        // It has taken effect already, sent by whomever: nothing to write, and nothing to lose. Where the names of its options
        // have changed since, writing it again gives them to its SKUs.
        return Ok(Reply::stored(false, ProductState::of(known)).version(known.version));
    }
    let before = known.as_ref().map(|known| &known.product);
    let is_on_sale = before.is_some_and(|before| before.status == Status::OnSale);
    if is_on_sale && !staff.permissions.allow(PublishProducts::NAME) {
        return Err(PutProductError::OnSale);
    }
    if_match.check(known.as_ref().map(|known| known.version))?;
    let now = app.clock.now();
    let terms = Terms {
        category: category.as_ref(),
        brand: brand.as_ref(),
        attributes: &attributes,
    };
    let product = Product::written(path.product_id, document, before, &terms, now)
        .map_err(PutProductError::Flawed)?;
    let version = version + 1;
    let entry = match before {
        None => Change::new(ChangeKind::Created, version, staff.id, now),
        Some(before) => Change::new(ChangeKind::Edited, version, staff.id, now)
            .between(&before.document, &product.document),
    };
    // Without a category there were flaws.
    let category = category.ok_or(ProductUnwritten::ChangedMeanwhile)?;
    let change = ProductChange {
        product: &product,
        known: known.as_ref(),
        entry: &entry,
        category: &category,
        now,
    };
    let skus = product.sku_records(&attributes);
    match app.store.put_product(&change, &skus).await {
        Err(ProductUnwritten::ChangedMeanwhile) if !if_match.is_unsaid() => {
            return Err(Unmatched::Changed.into());
        }
        written => written?,
    }
    let stored = StoredProduct {
        category_path: category.path.clone(),
        product,
        version,
    };
    Ok(Reply::stored(known.is_none(), ProductState::of(&stored)).version(version))
}
