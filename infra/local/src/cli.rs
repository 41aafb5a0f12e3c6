//! The command line.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::commands::bench::{self, BenchOptions};
use crate::commands::staff::StaffOptions;
use crate::commands::{self, CommandError};
use crate::instance::end_with_parent;
use crate::services;

const AFTER_HELP: &str = "\
Examples:
  mall                                   start, on http://127.0.0.1:8080
  mall --fresh --port 9000               start over, on another port
  mall --set PaymentWindowSeconds=60     start with a parameter of template.yaml changed
  mall routes                            every endpoint, its function, and who may call it
  mall event show-product > event.json   a function's sample event, with live values
  mall invoke show-product -e event.json send it, changed or not
  mall env -o env.json                   what its functions are given, for sam local
  mall staff create li.lei               the first account of staff; its password is printed once
  mall import --login li.lei --categories categories.csv --products products.jsonl
  mall cost                              what its requests, messages and orders cost on AWS
  mall audit                             whether the stock adds up: received = available + promised + sold
  mall bench checkout --clients 8        how many orders it takes in a second, and how long each step takes

Data stays in .mall/ beside template.yaml: databases, queues, pictures, keys and log.jsonl.";

/// The whole mall on one machine: every function, DynamoDB, SQS, S3, queues, schedules and a payment provider to practise with.
///
/// Without a command it starts the mall (`mall up`). It needs no account, no container and no network; what it starts, which
/// routes exist and what each function may see is read from template.yaml and infra/*.yaml.
#[derive(Debug, Parser)]
#[command(name = "mall", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: UpOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the mall; Ctrl-C ends it. The first start loads demo data.
    Up(UpOptions),
    /// Fill a mall from files, through its own HTTP API. Safe to repeat: nothing doubles.
    Import(ImportOptions),
    /// Write the catalog of a mall into files that an import reads.
    Export(CatalogFiles),
    /// Invoke a function of the running mall and print its answer.
    ///
    /// The event is a file, standard input (`-e -`), or the function's sample event with live values. The exit code is 1 when the
    /// function fails.
    Invoke(InvokeOptions),
    /// Print a function's sample event (events/<service>/<function>.json), its placeholders filled in from the running mall.
    Event(EventOptions),
    /// Print the environment of the running mall's functions, for running them elsewhere against the same back ends.
    ///
    /// Without a function: JSON for `sam local invoke --env-vars` and `sam local start-api --env-vars`. With one: lines
    /// `NAME=value` for `cargo lambda watch --env-file`. It holds keys, which are those of this run of the mall.
    Env(EnvOptions),
    /// List every endpoint: method, path, function, and who may call it.
    Routes(PlaceOptions),
    /// Say what requests, messages and whole orders cost on AWS, from what the functions logged (docs/COST.md).
    Cost(CostOptions),
    /// Hold all orders against all stock, as the nightly audit does, and print what does not add up.
    ///
    /// The exit code is 1 when anything does not, or moves too much to be judged. With --prefix it reads the tables of a
    /// deployed mall, with the region and the credentials of the environment (AWS_REGION, AWS_ACCESS_KEY_ID, ...).
    Audit(AuditOptions),
    /// Drive a mall over HTTP, as its visitors do, and tell how fast it was and what went wrong.
    #[command(after_help = bench::AFTER_HELP)]
    Bench(BenchOptions),
    /// Make accounts of staff, as the owner of a mall.
    Staff(StaffOptions),
    /// Run one function: what the mall starts as a child process.
    #[command(hide = true)]
    Function { service: String, handler: String },
}

/// Where templates and data are.
#[derive(Debug, Args)]
pub(crate) struct PlaceOptions {
    /// Folder that holds template.yaml [default: the nearest above the current one]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Folder for data, keys and logs [default: .mall beside template.yaml]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct UpOptions {
    /// Delete all data first and start over
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Port of the mall on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Set a parameter of template.yaml; may be repeated
    #[arg(long = "set", value_name = "PARAMETER=VALUE", value_parser = parse_parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Load no demo data
    #[arg(long)]
    pub(crate) no_demo: bool,
    /// Log JSON lines instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Append what each function needed and was allowed to a file, for `cargo xtask permissions`
    #[arg(long, value_name = "FILE")]
    pub(crate) permission_record: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

/// The files of a catalog, and the mall they go to or come from.
#[derive(Debug, Args)]
pub(crate) struct CatalogFiles {
    /// Categories: CSV with the columns id, parent_id, level, name and more
    #[arg(long, value_name = "FILE")]
    pub(crate) categories: Option<PathBuf>,
    /// Products: CSV when the name ends so, one JSON object a line otherwise
    #[arg(long, value_name = "FILE")]
    pub(crate) products: Option<PathBuf>,
    /// URL of the mall [default: the one that runs here]
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Account of its staff; its password is asked for, or read from MALL_STAFF_PASSWORD
    #[arg(long)]
    pub(crate) login: String,
    /// Read the password from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    #[command(flatten)]
    pub(crate) catalog: CatalogFiles,
    /// How many requests may be under way at once
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) clients: usize,
}

#[derive(Debug, Args)]
pub(crate) struct InvokeOptions {
    /// The function, such as submit-order
    pub(crate) function: String,
    /// Event: a file, or - for standard input [default: the function's sample event]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) event: Option<PathBuf>,
    /// Where Lambda's Invoke API answers, such as `cargo lambda watch` [default: the mall that runs here]
    #[arg(long, requires = "event")]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct EventOptions {
    /// The function, such as submit-order
    pub(crate) function: String,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct CostOptions {
    /// Log to read: a file, or - for standard input; may be repeated. Any form that functions or CloudWatch write
    /// [default: what is left of the log of the mall that runs here, or ran last]
    #[arg(long = "log", value_name = "FILE")]
    pub(crate) logs: Vec<PathBuf>,
    /// Price table [default: infra/local/prices.json]
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Take each invocation for so many billed milliseconds, whatever was measured
    #[arg(long, value_name = "MS")]
    pub(crate) billed_ms: Option<u64>,
    /// Print sums as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct AuditOptions {
    /// Prefix of a deployed mall's tables [default: the mall that runs here]
    #[arg(long)]
    pub(crate) prefix: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct EnvOptions {
    /// One function, such as submit-order [default: all of them]
    pub(crate) function: Option<String>,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Name under which a container reaches this machine, in place of 127.0.0.1; not needed in the host's own network
    #[arg(long, value_name = "NAME")]
    pub(crate) docker_host: Option<String>,
    /// Also write a template for `sam local`, which passes a function no variable that its template does not declare
    #[arg(long, value_name = "FILE")]
    pub(crate) sam_template: Option<PathBuf>,
    /// Folder of the packaged bootstraps for that template [default: target/lambda beside template.yaml]
    #[arg(long, value_name = "DIR", requires = "sam_template")]
    pub(crate) code: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceOptions,
}

impl PlaceOptions {
    /// The folder given, or the nearest one above that holds `template.yaml`.
    pub(crate) fn root(&self) -> Result<PathBuf, CommandError> {
        if let Some(root) = &self.root {
            return Ok(root.clone());
        }
        let here = std::env::current_dir().map_err(CommandError::CurrentFolder)?;
        let root = here
            .ancestors()
            .find(|folder| folder.join("template.yaml").is_file());
        root.map(PathBuf::from).ok_or(CommandError::NoTemplates)
    }

    /// The folder given, or `.mall` beside the templates.
    pub(crate) fn data(&self) -> Result<PathBuf, CommandError> {
        match &self.data {
            Some(data) => Ok(data.clone()),
            None => Ok(self.root()?.join(".mall")),
        }
    }
}

impl UpOptions {
    pub(crate) fn parameters(&self) -> BTreeMap<String, String> {
        self.parameters.iter().cloned().collect()
    }
}

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write PARAMETER=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Up(cli.up)) {
        Command::Function { service, handler } => return run_function(&service, &handler),
        Command::Up(options) => commands::up::run(&options),
        Command::Import(options) => commands::import::run(&options),
        Command::Export(options) => commands::export::run(&options),
        Command::Invoke(options) => commands::invoke::run(&options),
        Command::Event(options) => commands::event::run(&options),
        Command::Env(options) => commands::env::run(&options),
        Command::Routes(options) => commands::routes::run(&options),
        Command::Cost(options) => commands::cost::run(&options),
        Command::Audit(options) => commands::audit::run(&options),
        Command::Bench(options) => commands::bench::run(&options),
        Command::Staff(options) => commands::staff::run(&options),
    };
    done.unwrap_or_else(|error| {
        eprintln!("mall: {}", with_causes(&error));
        ExitCode::FAILURE
    })
}

/// The operation itself is named by `_HANDLER`; on the command line it is for whoever looks at the list of processes.
fn run_function(service: &str, handler: &str) -> ExitCode {
    end_with_parent();
    match services::service(service) {
        Some(service) => edge::run(service),
        None => {
            eprintln!("this mall has no service {service}, which should run {handler}");
            ExitCode::FAILURE
        }
    }
}

/// An error and what caused it, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_options_are_those_of_up() {
        let cli = Cli::parse_from(["mall", "--fresh", "--port", "0", "--set", "A=b=c"]);
        assert!(cli.command.is_none() && cli.up.fresh && cli.up.port == 0);
        assert_eq!(
            cli.up.parameters(),
            BTreeMap::from([("A".to_owned(), "b=c".to_owned())])
        );
    }

    #[test]
    fn the_command_for_child_processes_is_hidden() {
        let help = Cli::command().render_long_help().to_string();
        assert!(
            !help.contains("function <") && help.contains("routes"),
            "{help}"
        );
        assert!(Cli::try_parse_from(["mall", "function", "order", "submit-order"]).is_ok());
    }
}
