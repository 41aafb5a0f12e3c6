//! The words of the command line.

pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod cost;
pub(crate) mod env;
pub(crate) mod event;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod invoke;
mod list_file;
mod password;
pub(crate) mod routes;
mod sample;
pub(crate) mod staff;
pub(crate) mod up;

use std::fmt::Display;
use std::future::Future;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::mall::StartError;
use crate::state::StateError;

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("no template.yaml here or above; go to the mall's folder, or name it with --root")]
    NoTemplates,
    #[error("cannot find the current folder")]
    CurrentFolder(#[source] io::Error),
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot start")]
    Start(#[from] StartError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("the templates cannot be read")]
    Template(#[from] template::TemplateError),
    #[error("cannot read {}", .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot write {}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the templates declare no function {0}; `mall routes` lists those with a route")]
    UnknownFunction(String),
    #[error("the mall at {url} does not answer; is it still running?")]
    NoAnswer { url: String, source: reqwest::Error },
    #[error("cannot make an HTTP client")]
    Http(#[source] reqwest::Error),
    #[error("the mall refused to invoke {function}: {answer}")]
    Refused { function: String, answer: String },
    #[error("the sample event of {function} cannot be filled in: {why}")]
    Sample { function: String, why: String },
    #[error("the sample event of {function} is not JSON once it is filled in")]
    SampleJson {
        function: String,
        source: serde_json::Error,
    },
    #[error("give --categories, --products, or both")]
    NoFiles,
    #[error("the prices cannot be read")]
    Prices(#[from] crate::cost::PricesError),
    #[error("cannot read the password")]
    Password(#[source] io::Error),
    #[error("the back ends do not start")]
    Backends(#[source] backends::BackendError),
    #[error("nobody can act as staff")]
    Staff(#[from] crate::staff::StaffError),
    #[error("the import broke off")]
    Import(#[from] ::import::ImportError),
    #[error("the export broke off, {} is as it was", .path.display())]
    Export {
        path: PathBuf,
        source: ::import::ImportError,
    },
    #[error("nothing was exported")]
    SignIn(#[source] ::import::ImportError),
    #[error("the audit cannot start")]
    Config(#[source] kernel::ConfigError),
    #[error("the audit broke off")]
    Audit(#[source] dynamo::DynamoError),
    #[error("the benchmark broke off")]
    Bench(#[from] bench::BenchError),
}

/// Runs an asynchronous command to its end.
fn block_on<T>(command: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)?;
    runtime.block_on(command)
}

/// Prints what a command answers. A reader that closes the pipe early has seen enough.
fn say(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}
