//! `mall export`: writes what a mall has into files that `mall import` reads.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::ExitCode;

use import::{ListFormat, MallClient, Progress, export_categories, export_products};

use super::password::read_password;
use super::{CommandError, block_on};
use crate::cli::CatalogFiles;
use crate::state::read_endpoints;

pub(crate) fn run(options: &CatalogFiles) -> Result<ExitCode, CommandError> {
    if options.categories.is_none() && options.products.is_none() {
        return Err(CommandError::NothingToImport);
    }
    let url = match &options.url {
        Some(url) => url.clone(),
        None => read_endpoints(&options.place.data()?)?.url,
    };
    let password = read_password(&options.login, options.password_stdin)?;
    let (categories, products) = block_on(async {
        let mall = MallClient::sign_in(&url, &options.login, &password).await?;
        let mut written = (None, None);
        if let Some(file) = &options.categories {
            written.0 = Some(export_categories(&mall, &mut list(file)?).await?);
        }
        if let Some(file) = &options.products {
            let progress = Progress::on_stderr();
            let count = export_products(&mall, format(file), &mut list(file)?, &progress).await?;
            written.1 = Some(count);
        }
        Ok(written)
    })?;
    for (count, things) in [(categories, "categories"), (products, "products")] {
        if let Some(count) = count {
            super::say(format!("{count} {things} written"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(file: &Path) -> Result<BufWriter<File>, CommandError> {
    let created = File::create(file).map(BufWriter::new);
    created.map_err(|source| CommandError::Write {
        path: file.to_owned(),
        source,
    })
}

/// A spreadsheet where the name says so, JSON Lines otherwise.
fn format(file: &Path) -> ListFormat {
    match file.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("csv") => ListFormat::Csv,
        _ => ListFormat::JsonLines,
    }
}
