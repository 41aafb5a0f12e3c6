//! One run: read, refuse what is wrong at sight, send the rest, report.

mod categories;
mod products;
mod taxonomy;

use crate::categories::{Category, read as read_categories};
use crate::client::{MallClient, Put};
use crate::product::Product;
use crate::products::Products;
use crate::progress::Progress;
use crate::report::{ImportError, Refusal, Report, Written};
use crate::source::{Lines, Source, Sources};
use crate::taxonomy::Taxonomy;

/// Imports what the files say and reports what was done and what was refused.
///
/// Categories go first, level by level, because a parent must exist before its children; then the brands and the attributes
/// that the products refer to; then products, each brought where the file says in its life, and its receipts after the mall has
/// accepted it. Every request is the same in every run: ids are those of the file or the slugs of its names, a receipt's
/// number is `import/<product>/<sku>`. So a run can be repeated, nothing doubles, a line that was corrected replaces its object
/// (stock excepted: a receipt once booked stands), and what is as the file says already is not written. What the file does not
/// say of a category, a brand or an attribute stays as it is there: staff may have changed it.
///
/// The product list is read twice, a product at a time, and never held: a run needs the same memory whatever its length, but
/// for 16 bytes of each id and SKU code, and for what the products refer to.
///
/// What files look like is in this crate's README.
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
        .map(read_categories)
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
        categories::send(mall, categories, progress, &mut report).await?;
    }
    if let (Some(source), Some((count, taxonomy))) = (products, gathered) {
        let (ids, refused) =
            taxonomy::send(mall, &source, taxonomy, progress, &mut report.taxonomy).await?;
        let run = products::ProductRun {
            mall,
            file: source.name(),
            ids: &ids,
            stage: &progress.stage("products", count),
        };
        run.send(Products::of(&source)?, amend, refused, &mut report)
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

/// Counts an object that was written, or hands back why it was not.
fn count<A>(put: Put<A>, written: &mut Written) -> Result<(), String> {
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
