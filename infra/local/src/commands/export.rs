//! `mall export`: writes what a mall has into files that `mall import` reads.

use std::path::Path;
use std::process::ExitCode;

use import::{ImportError, ListFormat, MallClient, Progress, export_categories, export_products};

use super::list_file::ListFile;
use super::password::read_password;
use super::{CommandError, block_on};
use crate::cli::CatalogFiles;
use crate::state::read_endpoints;

pub(crate) fn run(options: &CatalogFiles) -> Result<ExitCode, CommandError> {
    if options.categories.is_none() && options.products.is_none() {
        return Err(CommandError::NoFiles);
    }
    let url = match &options.url {
        Some(url) => url.clone(),
        None => read_endpoints(&options.place.data()?)?.url,
    };
    let password = read_password(&options.login, options.password_stdin)?;
    block_on(async {
        let mall = MallClient::sign_in(&url, &options.login, &password)
            .await
            .map_err(CommandError::SignIn)?;
        if let Some(path) = &options.categories {
            let write = async |list: &mut ListFile| export_categories(&mall, list).await;
            written(path, "categories", write).await?;
        }
        if let Some(path) = &options.products {
            let progress = Progress::on_stderr();
            let write = async |list: &mut ListFile| {
                export_products(&mall, format(path), list, &progress).await
            };
            written(path, "products", write).await?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Writes a list and tells how long it is. Whatever breaks off leaves the file as it was.
async fn written(
    path: &Path,
    things: &str,
    write: impl AsyncFnOnce(&mut ListFile) -> Result<u64, ImportError>,
) -> Result<(), CommandError> {
    let failed = |source| CommandError::Write {
        path: path.to_owned(),
        source,
    };
    let mut list = ListFile::create(path).map_err(failed)?;
    let count = write(&mut list)
        .await
        .map_err(|source| CommandError::Export {
            path: path.to_owned(),
            source,
        })?;
    list.finish().map_err(failed)?;
    super::say(format!("{count} {things} written"));
    Ok(())
}

/// A spreadsheet where the name says so, JSON Lines otherwise.
fn format(file: &Path) -> ListFormat {
    match file.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("csv") => ListFormat::Csv,
        _ => ListFormat::JsonLines,
    }
}
