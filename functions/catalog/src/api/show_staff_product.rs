//! Shows a product to staff, on sale or not: its whole document, as it is written back.

use dynamo::Consistency;
use edge::{Ok200, Path, Reply, Staff, Versioned};
use kernel::{ProductId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{ReadCatalog, ShowError, product::ProductPath};
use crate::{
    Catalog,
    domain::{CategoryId, ProductDocument, Status},
};

/// A product as staff see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StaffProductView {
    product_id: ProductId,
    status: Status,
    /// Counts its changes, from 1, and on where a draft is made again that was removed; also the answer's `ETag`.
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// From the first level down to the product's own category.
    category_path: Vec<CategoryId>,
    /// All of it: change this and put it back with `If-Match`.
    document: ProductDocument,
}

pub(crate) async fn show_staff_product(
    app: &Catalog,
    (_, Path(path)): (Staff<ReadCatalog>, Path<ProductPath>),
) -> Result<Reply<StaffProductView, Versioned<Ok200>>, ShowError> {
    let stored = app
        .store
        .product(&path.product_id, Consistency::Strong)
        .await?
        .ok_or(ShowError::NotFound("product"))?;
    let product = stored.product;
    let view = StaffProductView {
        product_id: product.id,
        status: product.status,
        version: stored.version,
        created_at: product.created_at,
        updated_at: product.updated_at,
        category_path: stored.category_path,
        document: product.document,
    };
    Ok(Reply::ok(view).version(stored.version))
}
