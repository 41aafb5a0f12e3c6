//! Shows the brands of a category: those that serve it or a category above it, and are to be seen.

use dynamo::Consistency;
use edge::{Cacheable, Path, Public, Reply};
use kernel::BrandId;
use schemars::JsonSchema;
use serde::Serialize;

use super::{ShowError, show_category::CategoryPath};
use crate::{
    Catalog,
    domain::brand::{Brand, FirstLetter},
};

/// How long browsers and the CDN may show the brands without asking, in seconds.
const FRESH_SECONDS: u32 = 60;

/// The brands of a category, in the order that staff gave them.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryBrands {
    items: Vec<CategoryBrand>,
}

/// A brand as the storefront shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CategoryBrand {
    brand_id: BrandId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_letter: Option<FirstLetter>,
}

pub(crate) async fn list_category_brands(
    app: &Catalog,
    (_, Path(path)): (Public, Path<CategoryPath>),
) -> Result<Reply<CategoryBrands, Cacheable>, ShowError> {
    let found = app
        .store
        .category(path.category_id, Consistency::Eventual)
        .await?;
    let category = found.ok_or(ShowError::NotFound("category"))?;
    let mut brands = app.store.brands_serving(&category.path).await?;
    brands.retain(|brand| brand.visible);
    brands.sort_by(|a, b| (a.sort, &a.id).cmp(&(b.sort, &b.id)));
    let items = brands.into_iter().map(view).collect();
    Ok(Reply::ok(CategoryBrands { items }).public_for(FRESH_SECONDS))
}

fn view(brand: Brand) -> CategoryBrand {
    CategoryBrand {
        brand_id: brand.id,
        name: brand.name,
        logo: brand.logo,
        first_letter: brand.first_letter,
    }
}
