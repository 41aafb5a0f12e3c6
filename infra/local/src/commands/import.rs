//! `mall import`: fills a mall from files.

use std::process::ExitCode;

use import::{MallClient, Progress, Source, Sources};

use super::{CommandError, block_on};
use crate::cli::ImportOptions;
use crate::staff::open_session;
use crate::state::read_endpoints;

pub(crate) fn run(options: &ImportOptions) -> Result<ExitCode, CommandError> {
    if options.categories.is_none() && options.products.is_none() {
        return Err(CommandError::NothingToImport);
    }
    let endpoints = read_endpoints(&options.place.data()?)?;
    let sources = Sources {
        categories: options
            .categories
            .as_deref()
            .map(Source::read)
            .transpose()?,
        products: options.products.as_deref().map(Source::read).transpose()?,
    };
    let report = block_on(async {
        let session = open_session(&endpoints).await?;
        let mall = MallClient::new(&endpoints.url, &session)?;
        Ok(import::import(&mall, sources, &Progress::on_stderr()).await?)
    })?;
    super::say(&report);
    Ok(if report.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
