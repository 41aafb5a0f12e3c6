//! Writes lists of what a mall has, in the forms that an import reads.

use std::io::Write;

use futures::stream::{self, StreamExt, TryStreamExt};
use kernel::{AttributeId, BrandId};
use serde::Deserialize;
use serde_json::Value;

use crate::client::{MallClient, segment};
use crate::csv_products;
use crate::document::{AttributeName, Document, Names};
use crate::product::{Brand, Product, Status};
use crate::progress::Progress;
use crate::report::ImportError;

/// How a list of products is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListFormat {
    /// One JSON object a line, a whole product with its SKUs.
    JsonLines,
    /// One row a SKU, for spreadsheets: no cell is one that they would take for a formula.
    Csv,
}

/// A page of the list of products.
#[derive(Deserialize)]
struct Page {
    items: Vec<Card>,
    next_cursor: Option<String>,
}

/// As much of a product in a list as is not in its document.
#[derive(Deserialize)]
struct Card {
    product_id: String,
    brand: BrandCard,
}

#[derive(Deserialize)]
struct BrandCard {
    id: BrandId,
    name: String,
    first_letter: Option<String>,
    logo: Option<String>,
}

/// A page of the list of attributes.
#[derive(Deserialize)]
struct AttributePage {
    items: Vec<AttributeCard>,
    next_cursor: Option<String>,
}

/// As much of an attribute as files have.
#[derive(Deserialize)]
struct AttributeCard {
    attribute_id: AttributeId,
    name: String,
    searchable: bool,
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
    let (mut names, mut count, mut cursor) = (Names::default(), 0, String::new());
    loop {
        let path = format!("/api/catalog/admin/products?limit=100{cursor}");
        let page: Page = read(mall, &path).await?;
        for card in &page.items {
            names.learn(&card.brand);
        }
        let reads = page.items.iter().map(|card| async move {
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
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={}", segment(&next)),
            None => break,
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
            csv_products::defused(&category.name),
            category.sort.to_string(),
            csv_products::defused(category.unit.as_deref().unwrap_or_default()),
            csv_products::defused(category.icon.as_deref().unwrap_or_default()),
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
    fn learn(&mut self, brand: &BrandCard) {
        self.brands
            .entry(brand.id.clone())
            .or_insert_with(|| Brand {
                name: brand.name.clone(),
                first_letter: brand.first_letter.clone(),
                logo: brand.logo.clone(),
            });
    }

    /// Learns the attributes of a category, once.
    async fn learn_form(&mut self, mall: &MallClient, category: u64) -> Result<(), ImportError> {
        if !self.categories.insert(category) {
            return Ok(());
        }
        for (id, name) in attributes_of(mall, category).await? {
            self.attributes.insert((category, id), name);
        }
        Ok(())
    }
}

/// The attributes of a category.
async fn attributes_of(
    mall: &MallClient,
    category: u64,
) -> Result<Vec<(AttributeId, AttributeName)>, ImportError> {
    let (mut attributes, mut cursor) = (Vec::new(), String::new());
    loop {
        let path =
            format!("/api/catalog/admin/attributes?category_id={category}&limit=100{cursor}");
        let page: AttributePage = read(mall, &path).await?;
        let named = page.items.into_iter().map(|card| {
            let name = AttributeName {
                name: card.name,
                group: card.group_name,
                searchable: card.searchable,
            };
            (card.attribute_id, name)
        });
        attributes.extend(named);
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={}", segment(&next)),
            None => return Ok(attributes),
        }
    }
}

async fn read<T: serde::de::DeserializeOwned>(
    mall: &MallClient,
    path: &str,
) -> Result<T, ImportError> {
    let answer: Value = mall.get(path).await?;
    serde_json::from_value(answer).map_err(|error| ImportError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}
