//! `mall import`: fills a mall from files.

use std::process::ExitCode;

use import::{MallClient, Progress, Source, Sources};

use super::{CommandError, block_on};
use crate::cli::ImportOptions;
use crate::state::{read_endpoints, read_staff_key};

pub(crate) fn run(options: &ImportOptions) -> Result<ExitCode, CommandError> {
    if options.categories.is_none() && options.products.is_none() {
        return Err(CommandError::NothingToImport);
    }
    let url = match &options.url {
        Some(url) => url.clone(),
        None => read_endpoints(&options.place.data()?)?.url,
    };
    let key = match &options.staff_key {
        Some(key) => key.clone(),
        None => read_staff_key(&options.place.data()?)?,
    };
    let sources = Sources {
        categories: options
            .categories
            .as_deref()
            .map(Source::read)
            .transpose()?,
        products: options.products.as_deref().map(Source::read).transpose()?,
    };
    let report = block_on(async {
        let mall = MallClient::new(&url, &key)?;
        Ok(import::import(&mall, sources, &Progress::on_stderr()).await?)
    })?;
    super::say(&report);
    Ok(if report.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
