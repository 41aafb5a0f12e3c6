//! `mall bench`: drives a mall over HTTP as its visitors do, and tells how fast it was.
//!
//! ```text
//! options    the command line
//! goods      products of its own, put on sale as an import does
//! members    registered and signed in before anything is measured
//! browser    one client's connection: sends, measures, reads only what the next step needs
//! flows      what a client does in a turn
//! race       the flow that has no turns: buyers race for the last pieces
//! load       closed and open loop
//! meter      times, errors and bytes, while they come
//! machine    processor time and memory of a mall that runs here
//! report     what is printed
//! ```
//!
//! The driver must be far cheaper than what it drives: one thread, a connection a client, histograms in place of lists, and no
//! JSON is read but the few fields that a next step needs.

mod browser;
mod flows;
mod goods;
mod load;
mod machine;
mod members;
mod meter;
mod options;
mod race;
mod report;

use std::path::Path;
use std::process::ExitCode;

use import::{ImportError, MallClient};

pub(crate) use options::{AFTER_HELP, BenchOptions};

use self::browser::Browser;
use self::flows::Client;
use self::load::{Load, Measured};
use self::machine::Tree;
use self::options::{End, Flow};
use self::report::Report;
use super::CommandError;
use super::password::read_password;
use crate::client::http_client;
use crate::staff::open_session;
use crate::state::{Endpoints, read_endpoints};

/// Why a benchmark does not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("nobody can act as staff")]
    Staff(#[from] crate::staff::StaffError),
    #[error("the mall does not take the staff's requests")]
    Mall(#[from] ImportError),
    #[error("there is nothing to sell")]
    Goods(#[from] goods::GoodsError),
    #[error("nobody can buy")]
    Members(#[from] members::MemberError),
    #[error("{file} holds no report of `mall bench --json`")]
    Earlier {
        file: String,
        source: serde_json::Error,
    },
}

pub(crate) fn run(options: &BenchOptions) -> Result<ExitCode, CommandError> {
    let earlier = options.compare.as_deref().map(read_report).transpose()?;
    // The processes of a mall elsewhere cannot be looked at.
    let (endpoints, tree) = match &options.url {
        Some(url) => (elsewhere(url), None),
        None => {
            let endpoints = read_endpoints(&options.place.data()?)?;
            let tree = Tree::of(endpoints.pid);
            (endpoints, Some(tree))
        }
    };
    let password = options
        .login
        .as_deref()
        .map(|login| read_password(login, false));
    let password = password.transpose()?;
    // One thread is enough for thousands of requests a second, and leaves the other cores to the mall.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)?;
    let browser = Browser::new(
        http_client().map_err(CommandError::Http)?,
        endpoints.url.trim_end_matches('/'),
    );
    let report = runtime.block_on(measure(options, &browser, &endpoints, password, tree))?;
    if options.json {
        let text = serde_json::to_string_pretty(&report);
        super::say(text.unwrap_or_default());
    } else {
        super::say(&report);
    }
    if let Some(earlier) = earlier {
        super::say(report.compared_with(&earlier));
    }
    Ok(if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn elsewhere(url: &str) -> Endpoints {
    Endpoints {
        url: url.to_owned(),
        ..Endpoints::default()
    }
}

fn read_report(file: &Path) -> Result<Report, CommandError> {
    let text = std::fs::read(file).map_err(|source| CommandError::File {
        path: file.to_owned(),
        source,
    })?;
    serde_json::from_slice(&text).map_err(|source| {
        let file = file.display().to_string();
        BenchError::Earlier { file, source }.into()
    })
}

async fn measure(
    options: &BenchOptions,
    browser: &Browser,
    endpoints: &Endpoints,
    password: Option<String>,
    tree: Option<Tree>,
) -> Result<Report, BenchError> {
    let mall = match options.login.as_deref().zip(password) {
        Some((login, password)) => MallClient::sign_in(&endpoints.url, login, &password).await?,
        None => MallClient::new(&endpoints.url, &open_session(endpoints).await?)?,
    };
    if options.flow == Flow::Race {
        let (measured, promises) = race::run(options, browser, &mall).await?;
        return Ok(Report::new(options, &measured).with_promises(promises));
    }
    let mut clients = clients(options, browser, &mall).await?;
    warm_up(options, &mut clients).await;
    let before = tree.and_then(Tree::processor_time);
    let load = Load {
        rate: options.rate,
        end: options.end(),
    };
    let measured = load.run(&mut clients, "measure").await;
    let report = Report::new(options, &measured);
    Ok(match tree {
        Some(tree) => report.with_machine(tree, before),
        None => report,
    })
}

/// The same load, not counted: starts functions, fills caches, opens connections.
async fn warm_up(options: &BenchOptions, clients: &mut [Client]) {
    if options.warm_up().is_zero() {
        return;
    }
    let load = Load {
        rate: options.rate,
        end: End::After(options.warm_up()),
    };
    let Measured { .. } = load.run(clients, "warm-up").await;
}

async fn clients(
    options: &BenchOptions,
    browser: &Browser,
    mall: &MallClient,
) -> Result<Vec<Client>, BenchError> {
    let goods = goods::put_on_sale(mall).await?;
    let count = usize::from(options.clients);
    let buys = matches!(options.flow, Flow::Checkout | Flow::Mixed);
    let mut members = members::register(browser, if buys { count } else { 0 }).await?;
    let client = |index| {
        let member = members.pop();
        Client::new(browser.another(), options.flow, &goods, member, index)
    };
    Ok((0..count).map(client).collect())
}
