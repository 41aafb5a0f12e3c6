//! `cargo xtask rie`: a function's bootstrap under the emulator of Lambda's runtime, where neither Docker nor an account is needed.
//!
//! The emulator is what `sam local` puts into its containers; aws-sam-cli ships it. The bootstrap gets the same environment as in
//! the local mall, and talks to the same back ends. With `--all` a mall of its own is started, every function of the templates
//! takes its sample event there and under the emulator, and the two answers must be the same but for [volatile](compare) fields.

mod all;
mod compare;
mod emulator;
mod install;
mod mall;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use ::mall::launch::{Launch, read_launches};
use ::mall::state::StateError;
use clap::Args;

use crate::cargo::cargo;
use emulator::Emulator;
use mall::Mall;

#[derive(Args)]
pub(crate) struct RieOptions {
    /// The function, such as submit-order
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    function: Option<String>,
    /// Event [default: the function's sample event with live values]
    #[arg(short, long, value_name = "FILE", requires = "function")]
    event: Option<PathBuf>,
    /// Every function, in a mall started for it, each answer compared with the local mall's
    #[arg(long)]
    all: bool,
    /// Bootstraps as the release profile makes them, not the development one
    #[arg(long)]
    release: bool,
    /// Packaged bootstraps, <DIR>/<service>/bootstrap, as `cargo lambda build` lays them out; builds none
    #[arg(long, value_name = "DIR", conflicts_with = "release")]
    bootstraps: Option<PathBuf>,
    /// The folder that holds template.yaml
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// Data folder of the running mall [default: .mall in the root]
    #[arg(long, value_name = "DIR", conflicts_with = "all")]
    data: Option<PathBuf>,
}

/// Why a function did not run under the emulator, or not as it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RieError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error("the emulator cannot be had: {0}; it comes with aws-sam-cli from PyPI")]
    NoEmulator(String),
    #[error("cannot start {what}")]
    Start {
        what: String,
        source: std::io::Error,
    },
    #[error("{0} failed; what it said is above")]
    Failed(String),
    #[error("the mall has no function {0}")]
    UnknownFunction(String),
    #[error("there is no bootstrap at {}", .0.display())]
    NoBootstrap(PathBuf),
    #[error("cannot read {}", .path.display())]
    Event {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{0} did not come up in time")]
    NotUp(&'static str),
    #[error("cannot make a folder for the mall")]
    Folder(#[source] std::io::Error),
    #[error("{function}: the answer is no JSON: {text}")]
    NoJson { function: String, text: String },
    #[error("cannot write {}", .path.display())]
    Logs {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{count} of the functions did not do under the emulator what they do in the local mall; they logged to {}",
        .logs.display()
    )]
    Differences { count: usize, logs: PathBuf },
}

/// Runs one function, or all of them, and prints what came of it.
pub(crate) fn run(options: &RieOptions) -> Result<(), RieError> {
    let emulator = install::emulator(&options.root)?;
    match &options.function {
        Some(function) => one(options, function, &emulator),
        None => all::run(options, &emulator),
    }
}

fn one(options: &RieOptions, function: &str, emulator: &Path) -> Result<(), RieError> {
    let data = match &options.data {
        Some(data) => data.clone(),
        None => options.root.join(".mall"),
    };
    let launches = read_launches(&data)?;
    let launch = launches
        .iter()
        .find(|launch| launch.handler == function || launch.logical_id == function)
        .ok_or_else(|| RieError::UnknownFunction(function.to_owned()))?;
    build(options, &[&launch.service])?;
    let mall = Mall::running(&options.root, &data, &target(&options.root));
    let event = match &options.event {
        Some(file) => std::fs::read_to_string(file).map_err(|source| RieError::Event {
            path: file.clone(),
            source,
        })?,
        None => mall.event(&launch.handler)?,
    };
    // Standard output is for the answer.
    let logs = [
        Stdio::from(std::io::stderr()),
        Stdio::from(std::io::stderr()),
    ];
    let emulator = Emulator::start(emulator, &bootstrap(options, launch)?, launch, logs)?;
    let answer = mall.invoke_at(&emulator.url(), &event)?;
    // A reader that closes the pipe early has seen enough.
    let _ = writeln!(std::io::stdout(), "{answer:#}");
    Ok(())
}

/// What cargo makes, where it makes it.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn bootstrap(options: &RieOptions, launch: &Launch) -> Result<PathBuf, RieError> {
    let file = match &options.bootstraps {
        Some(folder) => folder.join(&launch.service).join("bootstrap"),
        None => target(&options.root)
            .join(if options.release { "release" } else { "debug" })
            .join(&launch.service),
    };
    match std::path::absolute(&file) {
        Ok(file) if file.is_file() => Ok(file),
        _ => Err(RieError::NoBootstrap(file)),
    }
}

/// Builds the mall itself, and the bootstraps of the services unless they come packaged.
fn build(options: &RieOptions, services: &[&str]) -> Result<(), RieError> {
    match (&options.bootstraps, options.release) {
        // In one go with the mall, the services take its dependencies as they are built for it.
        (None, false) => cargo_build(options, &[&["mall"], services].concat(), &[]),
        (None, true) => {
            cargo_build(options, &["mall"], &[])?;
            cargo_build(options, services, &["--release"])
        }
        (Some(_), _) => cargo_build(options, &["mall"], &[]),
    }
}

fn cargo_build(options: &RieOptions, packages: &[&str], flags: &[&str]) -> Result<(), RieError> {
    let mut cargo = cargo();
    cargo.current_dir(&options.root).args(["build", "--bins"]);
    cargo
        .args(flags)
        .args(packages.iter().flat_map(|package| ["--package", package]));
    install::succeed(&mut cargo, "cargo build")
}
