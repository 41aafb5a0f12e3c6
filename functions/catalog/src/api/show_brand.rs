//! Shows a brand to staff, with the version that a change of it names.

use dynamo::Consistency;
use edge::{Ok200, Path, Reply, Staff, Versioned};
use kernel::BrandId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReadCatalog, ShowError};
use crate::{
    Catalog,
    domain::{
        CategoryId, SortNumber,
        brand::{Brand, FirstLetter},
    },
};

/// Which brand.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct BrandPath {
    pub(super) brand_id: BrandId,
}

/// A brand as staff see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BrandView {
    brand_id: BrandId,
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_letter: Option<FirstLetter>,
    sort: SortNumber,
    visible: bool,
    category_ids: Vec<CategoryId>,
    version: u64,
}

pub(crate) async fn show_brand(
    app: &Catalog,
    (_, Path(path)): (Staff<ReadCatalog>, Path<BrandPath>),
) -> Result<Reply<BrandView, Versioned<Ok200>>, ShowError> {
    let found = app
        .store
        .brands_of(&[path.brand_id], Consistency::Strong)
        .await?;
    let brand = found
        .into_iter()
        .next()
        .ok_or(ShowError::NotFound("brand"))?;
    let version = brand.version;
    Ok(Reply::ok(BrandView::from(brand)).version(version))
}

impl From<Brand> for BrandView {
    fn from(brand: Brand) -> Self {
        Self {
            brand_id: brand.id,
            name: brand.name,
            description: brand.description,
            logo: brand.logo,
            first_letter: brand.first_letter,
            sort: brand.sort,
            visible: brand.visible,
            category_ids: brand.category_ids,
            version: brand.version,
        }
    }
}
