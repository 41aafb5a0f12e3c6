//! Checks and generators over the templates: `cargo xtask check`.
//!
//! What the templates say and what the code does must agree, and only a program that sees both can tell: `check` reads the
//! deployment with the crate `template`, asks the service crates for their operations, and lists every disagreement.

mod cargo;
mod check;
mod openapi;
mod permissions;
mod rie;
mod services;
mod startup;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks and generators over the templates.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks template.yaml and infra/*.yaml against each other, the service crates and the event files.
    ///
    /// Prints one line for each finding, `file: logical id: what is wrong and the mend`, and fails when there is any.
    Check {
        /// The folder that holds template.yaml.
        #[arg(long, default_value = ".", value_name = "DIR")]
        root: PathBuf,
    },
    /// Lists permissions that no test needed: `file: function: statement: action and resource`, a line each; fails when there
    /// is any.
    ///
    /// What functions need is on record in the file `permissions` of the target folder, where every run of tests adds to it:
    /// forget it, run all the tests, then ask.
    Permissions {
        /// The folder that holds template.yaml.
        #[arg(long, default_value = ".", value_name = "DIR")]
        root: PathBuf,
        /// Lists nothing; empties the record.
        #[arg(long)]
        forget: bool,
    },
    /// Writes docs/openapi.json from the handlers' types, the templates' routes and the sample events.
    ///
    /// Refuses a change that breaks clients, and lists what breaks, unless the first number of the version is raised.
    Openapi {
        /// The folder that holds template.yaml.
        #[arg(long, default_value = ".", value_name = "DIR")]
        root: PathBuf,
        /// Writes nothing; fails when the file is not what it would write.
        #[arg(long)]
        check: bool,
        /// The document whose clients must not break; docs/openapi.json as it is now unless given.
        #[arg(long, value_name = "FILE")]
        base: Option<PathBuf>,
    },
    /// Runs a function's bootstrap under the emulator of Lambda's runtime, against the back ends of the running mall.
    ///
    /// Without --all a mall runs already (`cargo run`). The emulator is fetched from PyPI the first time. The answer is on
    /// standard output, what the function logs on standard error.
    Rie(rie::RieOptions),
    /// Builds the release bootstraps, starts every function behind a Runtime API, and prints how fast each asks for its first
    /// event, what that costs, and how soon a first GET is answered; beside an empty function. Linux.
    Startup {
        /// The folder that holds template.yaml.
        #[arg(long, default_value = ".", value_name = "DIR")]
        root: PathBuf,
        /// Measure what was built before.
        #[arg(long)]
        no_build: bool,
        /// How often each is started; medians are printed.
        #[arg(long, default_value_t = 21, value_name = "TIMES")]
        times: usize,
    },
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Check { root } => report(&check::check(&root, &services::all())),
        Command::Permissions { root, forget } => match permissions(&root, forget) {
            Ok(findings) => report(&findings),
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Command::Openapi { root, check, base } => {
            match openapi::command::run(&root, check, base.as_deref()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{}", kernel::causes(&error));
                    ExitCode::FAILURE
                }
            }
        }
        Command::Rie(options) => match rie::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{}", kernel::causes(&error));
                ExitCode::FAILURE
            }
        },
        Command::Startup {
            root,
            no_build,
            times,
        } => match startup::run(&root, !no_build, times) {
            Ok(table) => {
                println!("{table}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{}", kernel::causes(&error));
                ExitCode::FAILURE
            }
        },
    }
}

fn permissions(
    root: &std::path::Path,
    forget: bool,
) -> Result<Vec<check::Finding>, permissions::PermissionsError> {
    match forget {
        true => permissions::forget(root).map(|()| Vec::new()),
        false => permissions::unused(root),
    }
}

fn report(findings: &[check::Finding]) -> ExitCode {
    let lines: String = findings
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect();
    // A reader that closes the pipe early has seen enough; the exit code says the rest.
    let _ = std::io::stdout().write_all(lines.as_bytes());
    match findings.len() {
        0 => ExitCode::SUCCESS,
        count => {
            eprintln!("{count} finding{}", if count == 1 { "" } else { "s" });
            ExitCode::FAILURE
        }
    }
}
