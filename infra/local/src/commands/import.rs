//! `mall import`: fills a mall from files.

use std::process::ExitCode;

use import::{MallClient, Progress, Source, Sources};

use super::password::read_password;
use super::{CommandError, block_on};
use crate::cli::ImportOptions;
use crate::state::read_endpoints;

pub(crate) fn run(options: &ImportOptions) -> Result<ExitCode, CommandError> {
    let ImportOptions {
        catalog: options,
        clients,
    } = options;
    if options.categories.is_none() && options.products.is_none() {
        return Err(CommandError::NoFiles);
    }
    let url = match &options.url {
        Some(url) => url.clone(),
        None => read_endpoints(&options.place.data()?)?.url,
    };
    let password = read_password(&options.login, options.password_stdin)?;
    let sources = Sources {
        categories: options
            .categories
            .as_deref()
            .map(Source::read)
            .transpose()?,
        products: options.products.as_deref().map(Source::read).transpose()?,
    };
    let report = block_on(async {
        let mall = MallClient::sign_in(&url, &options.login, &password).await?;
        let mall = mall.with_requests_in_flight(*clients);
        Ok(import::import(&mall, sources, &Progress::on_stderr()).await?)
    })?;
    super::say(&report);
    Ok(if report.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
