//! One run: read, refuse what is wrong at sight, send the rest, report.

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::categories::{self, Category, LEVELS};
use crate::client::{MallClient, Outcome};
use crate::products::{self, Product};
use crate::progress::Progress;
use crate::report::{ImportError, Refusal, Report, Written};
use crate::source::{Line, Lines, Sources};

/// Imports what the files say and reports what was done and what was refused.
///
/// Categories go first, level by level, because a parent must exist before its children; then products, and each product's
/// receipts after the mall has accepted it. A SKU without stock gets no receipt. Every request is the same in every run:
/// ids are those of the file, a receipt's number is `import/<product>/<sku>`. So a run can be repeated, nothing doubles, and
/// a line that was corrected replaces its object (stock excepted: a receipt once booked stands).
///
/// # Files
/// UTF-8; a byte order mark, CRLF, blank lines and space around texts do no harm.
/// - Categories are CSV with the header `id,parent_id,level,name` and, if wanted, `sort`, `unit`, `icon`, in any order.
///   `parent_id` 0 is the root; levels are 1 to 3.
/// - Products are JSON lines: `id`, `name`, `subtitle`, `brand` (`name`, optional `first_letter`, `logo`), `category_id` (of
///   level 3), `unit`, `weight_grams`, `description`, `attributes` (`name`, `values`, `searchable`, optional `group`,
///   `quick_show`), `skus` (`code`, `price_fen`, `stock`, `options` as an object whose order is kept, optional `image`) and
///   optional `images` (`url`, `alt`). Unknown fields are refused: a misspelt one would be lost unnoticed.
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
    let products = sources.products.as_ref().map(products::read);
    send(mall, categories, products, progress).await
}

/// Sends what was read from the files.
pub(crate) async fn send(
    mall: &MallClient,
    categories: Option<Lines<Category>>,
    products: Option<Lines<Product>>,
    progress: &Progress,
) -> Result<Report, ImportError> {
    let mut report = Report::default();
    if let Some(categories) = categories {
        send_categories(mall, categories, progress, &mut report).await?;
    }
    if let Some(products) = products {
        send_products(mall, products, progress, &mut report).await?;
    }
    Ok(report)
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
        let requests = of_level.into_iter().map(
            |Line {
                 number,
                 value: category,
             }| async move {
                let outcome = mall.put_category(&category).await?;
                stage.step();
                Ok((number, category.id, outcome))
            },
        );
        let mut outcomes = stream::iter(requests).buffer_unordered(mall.requests_in_flight());
        while let Some((number, id, outcome)) = outcomes.try_next().await? {
            if let Some(reason) = count(outcome, &mut report.categories) {
                refused.push(refusal(&file, number, categories::name(id), reason));
            }
        }
    }
    report.refuse(refused);
    Ok(())
}

async fn send_products(
    mall: &MallClient,
    lines: Lines<Product>,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), ImportError> {
    let Lines {
        file,
        accepted,
        mut refused,
    } = lines;
    let (file, stage) = (&file, &progress.stage("products", accepted.len()));
    let requests = accepted.into_iter().map(|line| async move {
        let sent = send_product(mall, file, line).await;
        stage.step();
        sent
    });
    let mut parts = stream::iter(requests).buffer_unordered(mall.requests_in_flight());
    while let Some(part) = parts.try_next().await? {
        report.products.created += part.products.created;
        report.products.replaced += part.products.replaced;
        report.receipts.booked += part.receipts.booked;
        report.receipts.unchanged += part.receipts.unchanged;
        refused.extend(part.refused);
    }
    report.refuse(refused);
    Ok(())
}

/// Sends one product and then, one after the other, the receipts of its SKUs; reports on these alone.
async fn send_product(
    mall: &MallClient,
    file: &str,
    line: Line<Product>,
) -> Result<Report, ImportError> {
    let Line {
        number,
        value: product,
    } = line;
    let mut part = Report::default();
    let outcome = mall.put_product(&product).await?;
    if let Some(reason) = count(outcome, &mut part.products) {
        part.refused
            .push(refusal(file, number, products::name(&product.id), reason));
        return Ok(part);
    }
    for sku in product.skus.iter().filter(|sku| sku.stock > 0) {
        match mall.post_receipt(&product, sku).await? {
            Outcome::Created => part.receipts.booked += 1,
            Outcome::Repeated => part.receipts.unchanged += 1,
            Outcome::Refused(reason) => {
                part.refused.push(refusal(
                    file,
                    number,
                    format!("stock of SKU {}", sku.code),
                    reason,
                ));
            }
        }
    }
    Ok(part)
}

/// Counts an object that was written, or hands back why it was not.
fn count(outcome: Outcome, written: &mut Written) -> Option<String> {
    match outcome {
        Outcome::Created => written.created += 1,
        Outcome::Repeated => written.replaced += 1,
        Outcome::Refused(reason) => return Some(reason),
    }
    None
}

fn refusal(file: &str, line: u64, what: String, reason: String) -> Refusal {
    Refusal {
        file: file.to_owned(),
        line,
        what,
        reason,
    }
}
