//! Writes lists of what a mall has, in the forms that an import reads.

use std::io::Write;

use futures::stream::{self, StreamExt, TryStreamExt};
use kernel::{AttributeGroupId, AttributeId, BrandId};
use serde::Deserialize;

use crate::client::{MallClient, segment};
use crate::csv_products;
use crate::csv_rows::defused;
use crate::document::{AttributeName, Document, Names};
use crate::product::{Brand, Product, Status};
use crate::progress::Progress;
use crate::read::{Pages, read};
use crate::report::ImportError;
use crate::said::BrandContent;

/// How a list of products is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListFormat {
    /// One JSON object a line, a whole product with its SKUs.
    JsonLines,
    /// One row a SKU, for spreadsheets: no cell is one that they would take for a formula.
    Csv,
}

/// As much of a product in a list as is not in its document.
#[derive(Deserialize)]
struct Card {
    product_id: String,
    brand: BrandCard,
}

/// A brand as lists of products show it.
#[derive(Deserialize)]
struct BrandCard {
    id: BrandId,
    name: String,
}

/// A brand in the list of brands.
#[derive(Deserialize)]
struct BrandRow {
    brand_id: BrandId,
    #[serde(flatten)]
    content: BrandContent,
}

/// As much of an attribute as files have.
#[derive(Deserialize)]
struct AttributeCard {
    attribute_id: AttributeId,
    name: String,
    searchable: bool,
    group_id: Option<AttributeGroupId>,
    group_name: Option<String>,
}

/// A product as staff see it.
#[derive(Deserialize)]
struct StaffProduct {
    product_id: String,
    status: Status,
    document: Document,
}

/// A category as staff see it.
#[derive(Deserialize)]
struct Category {
    category_id: u64,
    parent_id: Option<u64>,
    level: u8,
    name: String,
    sort: i64,
    unit: Option<String>,
    icon: Option<String>,
}

/// Writes all products of a mall, on sale or not; returns how many. Stock is not the catalog's, and not in the list. A page of
/// products is held at a time.
///
/// # Errors
/// When the mall cannot be read, or the list cannot be written.
pub async fn export_products(
    mall: &MallClient,
    format: ListFormat,
    list: &mut (dyn Write + Send),
    progress: &Progress,
) -> Result<u64, ImportError> {
    let stage = &progress.stage("products", 0);
    if format == ListFormat::Csv {
        list.write_all(&csv_products::header())
            .map_err(ImportError::WriteList)?;
    }
    let mut names = Names::default();
    names.learn_brands(mall).await?;
    let mut pages = Pages::of(mall, "/api/catalog/admin/products", "");
    let mut count = 0;
    while let Some(cards) = pages.next::<Card>().await? {
        for card in &cards {
            names.learn_late(&card.brand);
        }
        let reads = cards.iter().map(|card| async move {
            let path = format!("/api/catalog/admin/products/{}", segment(&card.product_id));
            let product: StaffProduct = read(mall, &path).await?;
            stage.step();
            Ok::<_, ImportError>(product)
        });
        let products: Vec<StaffProduct> = stream::iter(reads)
            .buffered(mall.requests_in_flight())
            .try_collect()
            .await?;
        for product in products {
            names.learn_form(mall, product.document.category_id).await?;
            let product = product
                .document
                .into_product(product.product_id, product.status, &names);
            written(format, &product)
                .and_then(|line| list.write_all(&line))
                .map_err(ImportError::WriteList)?;
            count += 1;
        }
    }
    list.flush().map_err(ImportError::WriteList)?;
    Ok(count)
}

/// Writes the categories of a mall as CSV, parents before children; returns how many.
///
/// # Errors
/// When the mall cannot be read, or the list cannot be written.
pub async fn export_categories(
    mall: &MallClient,
    list: &mut (dyn Write + Send),
) -> Result<u64, ImportError> {
    #[derive(Deserialize)]
    struct All {
        items: Vec<Category>,
    }
    let mut all: All = read(mall, "/api/catalog/admin/categories").await?;
    all.items
        .sort_by_key(|category| (category.level, category.category_id));
    let mut writer = csv::Writer::from_writer(list);
    let header = ["id", "parent_id", "level", "name", "sort", "unit", "icon"];
    let failed = |error: csv::Error| ImportError::WriteList(std::io::Error::other(error));
    writer.write_record(header).map_err(failed)?;
    for category in &all.items {
        let cells = [
            category.category_id.to_string(),
            category.parent_id.unwrap_or_default().to_string(),
            category.level.to_string(),
            defused(&category.name),
            category.sort.to_string(),
            defused(category.unit.as_deref().unwrap_or_default()),
            defused(category.icon.as_deref().unwrap_or_default()),
        ];
        writer.write_record(cells).map_err(failed)?;
    }
    writer.flush().map_err(ImportError::WriteList)?;
    Ok(all.items.len() as u64)
}

fn written(format: ListFormat, product: &Product) -> std::io::Result<Vec<u8>> {
    match format {
        ListFormat::Csv => Ok(csv_products::rows(product)),
        ListFormat::JsonLines => {
            let mut line = serde_json::to_vec(product)?;
            line.push(b'\n');
            Ok(line)
        }
    }
}

impl Names {
    /// Learns all brands.
    async fn learn_brands(&mut self, mall: &MallClient) -> Result<(), ImportError> {
        let mut pages = Pages::of(mall, "/api/catalog/admin/brands", "");
        while let Some(rows) = pages.next::<BrandRow>().await? {
            for BrandRow { brand_id, content } in rows {
                let brand = Brand {
                    id: Some(brand_id.clone()),
                    name: content.name,
                    first_letter: content.first_letter.map(String::from),
                    logo: content.logo,
                    sort: Some(content.sort),
                    visible: Some(content.visible),
                };
                self.brands.insert(brand_id, brand);
            }
        }
        Ok(())
    }

    /// Learns a brand that was made since.
    fn learn_late(&mut self, brand: &BrandCard) {
        self.brands
            .entry(brand.id.clone())
            .or_insert_with(|| Brand {
                id: Some(brand.id.clone()),
                name: brand.name.clone(),
                first_letter: None,
                logo: None,
                sort: None,
                visible: None,
            });
    }

    /// Learns the attributes of a category, once.
    async fn learn_form(&mut self, mall: &MallClient, category: u64) -> Result<(), ImportError> {
        if !self.categories.insert(category) {
            return Ok(());
        }
        let of_category = format!("&category_id={category}");
        let mut pages = Pages::of(mall, "/api/catalog/admin/attributes", &of_category);
        while let Some(cards) = pages.next::<AttributeCard>().await? {
            let named = cards.into_iter().map(|card| {
                let name = AttributeName {
                    name: card.name,
                    group: card.group_id.zip(card.group_name),
                    searchable: Some(card.searchable),
                };
                ((category, card.attribute_id), name)
            });
            self.attributes.extend(named);
        }
        Ok(())
    }
}
