//! One run: read, refuse what is wrong at sight, send the rest, report.

use futures::stream::{self, StreamExt, TryStreamExt};
use reqwest::Method;
use serde_json::{Value, json};

use crate::categories::{self, Category, LEVELS};
use crate::client::{MallClient, Outcome, Precondition, Put, segment};
use crate::document::Document;
use crate::product::{Product, Sku, Status};
use crate::products::{Entry, Products};
use crate::progress::{Progress, Stage};
use crate::report::{ImportError, Refusal, Report, Written};
use crate::source::{Line, Lines, Source, Sources};
use crate::taxonomy::{Gathered, Taxonomy};

/// The warehouse that receives what a file says is in stock.
const WAREHOUSE: &str = "main";

/// Imports what the files say and reports what was done and what was refused.
///
/// Categories go first, level by level, because a parent must exist before its children; then the brands and the attributes
/// that the products refer to; then products, each put on sale unless the file says otherwise, and its receipts after the mall
/// has accepted it. Every request is the same in every run: ids are those of the file or the slugs of its names, a receipt's
/// number is `import/<product>/<sku>`. So a run can be repeated, nothing doubles, a line that was corrected replaces its object
/// (stock excepted: a receipt once booked stands), and what is as the file says already is not written. Brands and attributes
/// that the mall has are left as they are: staff may have changed them.
///
/// The product list is read twice, a product at a time, and never held: a run needs the same memory whatever its length, but
/// for 16 bytes of each id and SKU code.
///
/// # Files
/// UTF-8; a byte order mark, CRLF, blank lines and space around texts do no harm.
/// - Categories are CSV with the header `id,parent_id,level,name` and, if wanted, `sort`, `unit`, `icon`, in any order.
///   `parent_id` 0 is the root; levels are 1 to 3.
/// - Products are JSON lines, or CSV when the file's name ends so. JSON: `id`, `name`, `brand` (`name`, optional
///   `first_letter`, `logo`), `category_id` (of level 3), `skus` (`code`, `price_fen`, optional `stock`, `options` as an object
///   whose order is kept, `name`, `title`, `subtitle`, `image` or `images`, `weight_grams`, `ladder`, `full_reduction`,
///   `member_prices`), and optional `status` (`draft`, `on_sale`, `off_sale`), `subtitle`, `unit`, `weight_grams`,
///   `description`, `description_images`, `images` (`url`, `alt`, `main`), `bounds`, `attributes` (`name`, `values`, optional
///   `group`, `searchable`, `quick_show`). Unknown fields are refused: a misspelt one would be lost unnoticed.
/// - CSV has a row for each SKU and the columns that `mall export` writes, in any order.
///
/// # Errors
/// A refused line is part of the report, not an error. An [`ImportError`] means that the run as a whole could not go on;
/// repeat it when the cause is gone.
pub async fn import(
    mall: &MallClient,
    sources: Sources,
    progress: &Progress,
) -> Result<Report, ImportError> {
    let categories = sources
        .categories
        .as_ref()
        .map(categories::read)
        .transpose()?;
    send(mall, categories, sources.products, |_| (), progress).await
}

/// Sends what the files say, each product as `amend` leaves it.
pub(crate) async fn send(
    mall: &MallClient,
    categories: Option<Lines<Category>>,
    products: Option<Source>,
    amend: impl Fn(&mut Product),
    progress: &Progress,
) -> Result<Report, ImportError> {
    let mut report = Report::default();
    // Read before anything is sent: a header that is none ends the run with nothing done.
    let gathered = products.as_ref().map(gather).transpose()?;
    if let Some(categories) = categories {
        send_categories(mall, categories, progress, &mut report).await?;
    }
    if let (Some(products), Some((count, taxonomy))) = (products, gathered) {
        let refused = send_taxonomy(mall, &products, taxonomy, progress, &mut report).await?;
        let run = ProductRun {
            mall,
            file: products.name(),
            stage: &progress.stage("products", count),
        };
        run.send(Products::of(&products)?, amend, refused, &mut report)
            .await?;
    }
    Ok(report)
}

/// How many products a file has, and what they refer to.
fn gather(source: &Source) -> Result<(usize, Taxonomy), ImportError> {
    let (mut count, mut taxonomy) = (0, Taxonomy::default());
    for entry in Products::of(source)? {
        let entry = entry?;
        if let Ok(product) = &entry.product {
            count += 1;
            // A name that makes no id was refused where it was read.
            let _ = taxonomy.gather(entry.line, product);
        }
    }
    Ok((count, taxonomy))
}

async fn send_categories(
    mall: &MallClient,
    lines: Lines<Category>,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), ImportError> {
    let Lines {
        file,
        mut accepted,
        mut refused,
    } = lines;
    let stage = &progress.stage("categories", accepted.len());
    for level in LEVELS {
        let of_level: Vec<Line<Category>>;
        (of_level, accepted) = accepted
            .into_iter()
            .partition(|line| line.value.level == level);
        let requests = of_level.into_iter().map(|line| async move {
            let category = &line.value;
            let path = format!("/api/catalog/admin/categories/{}", category.id);
            let put = mall.put_unless_shown(&path, category).await?;
            stage.step();
            Ok((line.number, category.id, put))
        });
        let mut outcomes = stream::iter(requests).buffer_unordered(mall.requests_in_flight());
        while let Some((number, id, put)) = outcomes.try_next().await? {
            if let Err(reason) = count(put, &mut report.categories) {
                refused.push(refusal(&file, number, categories::name(id), reason));
            }
        }
    }
    report.refuse(refused);
    Ok(())
}

/// Something that products refer to, on its way to the mall.
struct Wanted {
    line: u64,
    what: String,
    path: String,
    body: Value,
}

impl Wanted {
    fn of<B: serde::Serialize>(what: String, path: String, gathered: &Gathered<B>) -> Self {
        Self {
            line: gathered.line,
            what,
            path,
            body: serde_json::to_value(&gathered.body).unwrap_or_default(),
        }
    }
}

/// Makes the brands and attributes that the mall does not have yet, groups before what is in them.
async fn send_taxonomy(
    mall: &MallClient,
    source: &Source,
    taxonomy: Taxonomy,
    progress: &Progress,
    report: &mut Report,
) -> Result<Vec<Refusal>, ImportError> {
    let stage = &progress.stage("taxonomy", taxonomy.len());
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (id, brand) in &taxonomy.brands {
        let path = format!("/api/catalog/admin/brands/{}", segment(id.as_str()));
        first.push(Wanted::of(
            format!("brand {}", brand.body.name),
            path,
            brand,
        ));
    }
    for (category, form) in &taxonomy.forms {
        let folder = format!("/api/catalog/admin/categories/{category}");
        for (id, group) in &form.groups {
            let path = format!("{folder}/attribute-groups/{}", segment(id.as_str()));
            first.push(Wanted::of(
                format!("group {}", group.body.name),
                path,
                group,
            ));
        }
        for (id, attribute) in &form.attributes {
            let path = format!("{folder}/attributes/{}", segment(id.as_str()));
            let what = format!("attribute {}", attribute.body.name);
            second.push(Wanted::of(what, path, attribute));
        }
    }
    drop(taxonomy);
    let mut refused = Vec::new();
    for wanted in [first, second] {
        let requests = wanted.into_iter().map(|wanted| async move {
            let outcome = mall
                .put(&wanted.path, &wanted.body, Precondition::Create)
                .await?;
            stage.step();
            Ok::<_, ImportError>((wanted, outcome))
        });
        let mut outcomes = stream::iter(requests).buffer_unordered(mall.requests_in_flight());
        while let Some((wanted, outcome)) = outcomes.try_next().await? {
            match outcome {
                Outcome::Created(_) => report.taxonomy.created += 1,
                Outcome::Done(_) | Outcome::Differs => report.taxonomy.unchanged += 1,
                Outcome::Refused(reason) => {
                    refused.push(refusal(source.name(), wanted.line, wanted.what, reason));
                }
            }
        }
    }
    Ok(refused)
}

/// The products of one file on their way to the mall.
struct ProductRun<'r> {
    mall: &'r MallClient,
    file: &'r str,
    stage: &'r Stage<'r>,
}

impl ProductRun<'_> {
    async fn send(
        &self,
        products: Products,
        amend: impl Fn(&mut Product),
        mut refused: Vec<Refusal>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let amend = &amend;
        let requests = products.map(|entry| async move {
            let mut entry = entry?;
            if let Ok(product) = &mut entry.product {
                amend(product);
            }
            self.send_entry(&entry).await
        });
        let mut parts = stream::iter(requests).buffer_unordered(self.mall.requests_in_flight());
        while let Some(part) = parts.try_next().await? {
            report.products.add(part.products);
            report.receipts.booked += part.receipts.booked;
            report.receipts.unchanged += part.receipts.unchanged;
            refused.extend(part.refused);
        }
        report.refuse(refused);
        Ok(())
    }

    async fn send_entry(&self, entry: &Entry) -> Result<Report, ImportError> {
        let mut part = Report::default();
        match &entry.product {
            Err(reason) => part.refused.push(entry.refusal(self.file, reason.clone())),
            Ok(product) => {
                let refused = match self.send_product(product, &mut part).await? {
                    Ok(()) => self.send_receipts(entry.line, product, &mut part).await?,
                    Err(reason) => vec![entry.refusal(self.file, reason)],
                };
                part.refused = refused;
                self.stage.step();
            }
        }
        Ok(part)
    }

    /// Writes a product and brings it where the file says in its life; a reason when the mall does not want it.
    async fn send_product(
        &self,
        product: &Product,
        part: &mut Report,
    ) -> Result<Result<(), String>, ImportError> {
        let document = match Document::of(product) {
            Ok(document) => document,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let path = format!("/api/catalog/admin/products/{}", segment(&product.id));
        let put = self.mall.put_over(&path, &document).await?;
        let status = match &put {
            Put::Created(answer) | Put::Replaced(answer) | Put::Unchanged(answer) => {
                serde_json::from_value(answer["status"].clone()).unwrap_or(Status::Draft)
            }
            Put::Refused(_) => Status::Draft,
        };
        if let Err(reason) = count(put, &mut part.products) {
            return Ok(Err(in_terms_of_the_file(reason)));
        }
        // What never was on sale cannot go off sale: a draft is as far from buyers.
        let method = match (status, product.status) {
            (Status::Draft | Status::OffSale, Status::OnSale) => Method::PUT,
            (Status::OnSale, Status::OffSale) => Method::DELETE,
            _ => return Ok(Ok(())),
        };
        match self.mall.act(method, &format!("{path}/sale"), None).await? {
            Outcome::Refused(reason) => Ok(Err(reason)),
            _ => Ok(Ok(())),
        }
    }

    /// Books the stock of the SKUs, one after the other. The numbers are made of ids that stay, so a second run finds them
    /// booked.
    async fn send_receipts(
        &self,
        line: u64,
        product: &Product,
        part: &mut Report,
    ) -> Result<Vec<Refusal>, ImportError> {
        let mut refused = Vec::new();
        for sku in product.skus.iter().filter(|sku| sku.stock > 0) {
            let receipt = receipt(product, sku);
            let path = "/api/stock/admin/receipts";
            match self.mall.act(Method::POST, path, Some(&receipt)).await? {
                Outcome::Created(_) => part.receipts.booked += 1,
                Outcome::Done(_) => part.receipts.unchanged += 1,
                Outcome::Refused(reason) => {
                    let what = format!("stock of SKU {}", sku.code);
                    refused.push(refusal(self.file, line, what, reason));
                }
                Outcome::Differs => {}
            }
        }
        Ok(refused)
    }
}

fn receipt(product: &Product, sku: &Sku) -> Value {
    json!({
        "number": format!("import/{}/{}", product.id, sku.code),
        "sku_id": sku.code,
        "warehouse_id": WAREHOUSE,
        "quantity": sku.stock,
    })
}

/// What the mall calls specs are attributes in a file, and a brand stands there by its name.
fn in_terms_of_the_file(reason: String) -> String {
    reason
        .replace("/specs", "/attributes")
        .replace("/attribute_id", "/name")
        .replace("/brand_id", "/brand/name")
}

/// Counts an object that was written, or hands back why it was not.
fn count(put: Put, written: &mut Written) -> Result<(), String> {
    match put {
        Put::Created(_) => written.created += 1,
        Put::Replaced(_) => written.replaced += 1,
        Put::Unchanged(_) => written.unchanged += 1,
        Put::Refused(reason) => return Err(reason),
    }
    Ok(())
}

impl Written {
    fn add(&mut self, other: Self) {
        self.created += other.created;
        self.replaced += other.replaced;
        self.unchanged += other.unchanged;
    }
}

fn refusal(file: &str, line: u64, what: String, reason: String) -> Refusal {
    Refusal {
        file: file.to_owned(),
        line,
        what,
        reason,
    }
}
