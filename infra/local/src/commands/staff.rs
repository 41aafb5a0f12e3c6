//! `mall staff`: the first accounts of a mall, made by whoever holds the keys of its tables. It works on a mall that runs here, on
//! the data of one that does not, and on AWS.

use std::path::Path;
use std::process::ExitCode;

use backends::{Backends, Options, Storage};
use clap::{Args, Subcommand};
use credentials::Password;
use kernel::{RoleId, Text};
use staff::{NewAccount, Owner, OwnerError, StaffLogin};

use super::password::read_line;
use super::{CommandError, block_on};
use crate::cli::PlaceOptions;
use crate::staff::{StaffError, owner, owner_at, owner_on_aws};
use crate::state::{DataFolder, StateError, random_secret, read_endpoints};
use crate::templates::read_for_names;

/// What the prefix of a local mall is that has not run yet, unless it will run with another.
const LOCAL_PREFIX: &str = "mall";

pub(crate) const AFTER_HELP: &str = "\
Examples:
  mall staff create li.lei                         an account that may do everything, on the mall here
  mall staff create mei --role editor --name 韩梅梅  one of a role that is there
  AWS_REGION=us-east-1 mall staff create li.lei --prefix mall   on AWS, with the usual variables

Its password is made up and printed once, unless --password-stdin gives one.";

#[derive(Debug, Args)]
pub(crate) struct StaffOptions {
    #[command(subcommand)]
    word: Word,
}

#[derive(Debug, Subcommand)]
enum Word {
    /// Make an account.
    #[command(after_help = AFTER_HELP)]
    Create(CreateOptions),
}

#[derive(Debug, Args)]
struct CreateOptions {
    /// What its owner signs in with
    login: StaffLogin,
    /// Whose it is [default: the login]
    #[arg(long)]
    name: Option<String>,
    /// A role of it; may be repeated. `administrator` may do everything
    #[arg(long = "role", value_name = "ROLE", default_value = "administrator")]
    roles: Vec<RoleId>,
    /// Read its password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// On AWS: the parameter Prefix of the mall
    #[arg(long, value_name = "PREFIX", conflicts_with = "data")]
    prefix: Option<String>,
    #[command(flatten)]
    place: PlaceOptions,
}

pub(crate) fn run(options: &StaffOptions) -> Result<ExitCode, CommandError> {
    let Word::Create(options) = &options.word;
    let given = options.password_stdin.then(read_line).transpose()?;
    let password = given.clone().unwrap_or_else(random_secret);
    let new = NewAccount {
        login: options.login.clone(),
        name: name_of(options)?,
        password: Password::parse(&password).map_err(invalid)?,
        roles: options.roles.clone(),
    };
    block_on(create(options, new))?;
    match given {
        Some(_) => super::say(format!("{} can sign in now.", options.login)),
        None => super::say(format!(
            "{} can sign in now, with this password, which is shown once:\n{password}",
            options.login
        )),
    }
    Ok(ExitCode::SUCCESS)
}

fn name_of(options: &CreateOptions) -> Result<Text<1, 64>, CommandError> {
    let name = options.name.as_deref().unwrap_or(options.login.as_str());
    Text::parse(name).map_err(invalid)
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> CommandError {
    StaffError::Name(error.into()).into()
}

async fn create(options: &CreateOptions, new: NewAccount) -> Result<(), CommandError> {
    if let Some(prefix) = &options.prefix {
        return made(&owner_on_aws(prefix)?, new).await;
    }
    let data = options.place.data()?;
    match DataFolder::open(&data, false) {
        // Nobody holds it: its back ends run for as long as this takes.
        Ok(folder) => on_stopped(&options.place.root()?, folder, new).await,
        Err(StateError::Held { .. }) => made(&owner(&read_endpoints(&data)?)?, new).await,
        Err(error) => Err(error.into()),
    }
}

async fn on_stopped(root: &Path, folder: DataFolder, new: NewAccount) -> Result<(), CommandError> {
    let prefix = folder.prefix().unwrap_or_else(|| LOCAL_PREFIX.to_owned());
    let storage = Storage::Directory(folder.path().join("data"));
    let backends = Backends::start_with(storage, Options::default())
        .await
        .map_err(CommandError::Backends)?;
    let done = async {
        let deployment = read_for_names(root, &prefix)?;
        let created = backends.create(&deployment).await;
        created.map_err(CommandError::Backends)?;
        let owner = owner_at(&backends.dynamodb_url(), &prefix, Options::ACCESS_KEY)?;
        made(&owner, new).await
    };
    let done = done.await;
    backends.stop().await;
    done
}

async fn made(owner: &Owner, new: NewAccount) -> Result<(), CommandError> {
    let made: Result<_, OwnerError> = owner.create(new).await;
    made.map(drop)
        .map_err(|error| StaffError::from(error).into())
}
