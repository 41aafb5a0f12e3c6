//! Staff of a mall, for whoever holds the keys of its tables: the account that stands for this machine, the account that loads the
//! demo data, and the first account of everybody else.

use backends::REGION;
use credentials::Password;
use dynamo::DynamoError;
use edge::{Boot, Cookies};
use import::{ImportError, MallClient};
use kernel::{Clock, ConfigError, Environment, InvalidId, InvalidText, RoleId, StaffId, Text};
use staff::{InvalidStaffLogin, NewAccount, Owner, OwnerError, StaffLogin};

use crate::function::AccessKey;
use crate::state::{Endpoints, random_secret};

/// The account of whoever stands at the machine. Nobody knows its password.
const MACHINE: &str = "this-machine";
/// The account that loads the demo data, and goes afterwards.
const DEMO_LOADER: &str = "demo-loader";
/// The account whose login and password the sample events show.
const SAMPLE: &str = "sample-staff";
/// The account that samples of changes to accounts are about.
const COLLEAGUE: &str = "sample-colleague";

/// Why nobody acts as staff.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The account cannot be made, used or removed.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// Signing in over HTTP fails.
    #[error("cannot sign in")]
    SignIn(#[from] ImportError),
    /// A name that is written here is none.
    #[error("the account has a name that no account can have")]
    Name(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The owner of the mall that answers there.
///
/// # Errors
/// When its tables cannot be named.
pub(crate) fn owner(endpoints: &Endpoints) -> Result<Owner, StaffError> {
    let key = AccessKey::of("mall").id;
    Ok(Owner::from_env(&Boot::new(local(
        &endpoints.dynamodb_url,
        &endpoints.prefix,
        &key,
    ))?)?)
}

/// The owner of a mall on AWS, by the prefix of its tables and the variables that every tool of AWS knows.
///
/// # Errors
/// When one of them is missing.
pub(crate) fn owner_on_aws(prefix: &str) -> Result<Owner, StaffError> {
    let process = Environment::of_process();
    let region = process
        .optional("AWS_REGION")
        .or(process.optional("AWS_DEFAULT_REGION"))
        .ok_or_else(|| ConfigError::Missing("AWS_REGION".to_owned()))?;
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_DYNAMODB",
    ];
    let given = names.map(|name| (name, process.optional(name).unwrap_or_default()));
    let mut variables = given.to_vec();
    variables.push(("AWS_REGION", region));
    Ok(Owner::from_env(&Boot::new(environment(
        &variables, prefix,
    ))?)?)
}

/// The owner of a mall whose DynamoDB answers there, by an access key that may do everything.
pub(crate) fn owner_at(
    dynamodb_url: &str,
    prefix: &str,
    access_key: &str,
) -> Result<Owner, StaffError> {
    Ok(Owner::from_env(&Boot::new(local(
        dynamodb_url,
        prefix,
        access_key,
    ))?)?)
}

/// Opens a session that may do everything in the mall that answers there: the cookie, name and value.
///
/// # Errors
/// When its tables give no answer.
pub async fn open_session(endpoints: &Endpoints) -> Result<String, StaffError> {
    let owner = owner(endpoints)?;
    let staff = account(&owner, MACHINE, &random_secret(), &[administrator()?]).await?;
    cookie(&owner, &staff).await
}

/// A session of the account that the samples show, whose password this is; made when it is not there yet.
pub(crate) async fn open_sample_session(
    endpoints: &Endpoints,
    password: &str,
) -> Result<(String, String), StaffError> {
    let owner = owner(endpoints)?;
    let staff = account(&owner, SAMPLE, password, &[administrator()?]).await?;
    Ok((SAMPLE.to_owned(), cookie(&owner, &staff).await?))
}

/// The account that samples are about.
pub(crate) async fn colleague(endpoints: &Endpoints) -> Result<StaffId, StaffError> {
    account(&owner(endpoints)?, COLLEAGUE, &random_secret(), &[]).await
}

/// Does something over HTTP as an account that is there only meanwhile.
///
/// # Errors
/// When the account cannot be made, signed in or removed, or the work fails.
pub(crate) async fn as_demo_loader<T, E: From<StaffError>>(
    endpoints: &Endpoints,
    work: impl AsyncFnOnce(&MallClient) -> Result<T, E>,
) -> Result<T, E> {
    let (owner, login) = (owner(endpoints)?, login(DEMO_LOADER)?);
    // Of a start that was broken off.
    if let Some(left) = owner.account_of(&login).await.map_err(StaffError::from)? {
        owner.remove(&left).await.map_err(StaffError::from)?;
    }
    let password = random_secret();
    let staff = account(&owner, DEMO_LOADER, &password, &[administrator()?]).await?;
    let done = async {
        let client = MallClient::sign_in(&endpoints.url, login.as_str(), &password)
            .await
            .map_err(StaffError::from)?;
        work(&client).await
    };
    let done = done.await;
    owner.remove(&staff).await.map_err(StaffError::from)?;
    done
}

/// The account of this login, made when it is not there yet.
async fn account(
    owner: &Owner,
    name: &str,
    password: &str,
    roles: &[RoleId],
) -> Result<StaffId, StaffError> {
    let login = login(name)?;
    if let Some(staff) = owner.account_of(&login).await? {
        return Ok(staff);
    }
    let new = NewAccount {
        login: login.clone(),
        name: Text::parse(name).map_err(|error: InvalidText| StaffError::Name(error.into()))?,
        password: Password::parse(password).map_err(|error| StaffError::Name(error.into()))?,
        roles: roles.to_vec(),
    };
    match owner.create(new).await {
        Ok(staff) => Ok(staff),
        Err(error) => match owner.account_of(&login).await? {
            // Another command made it first.
            Some(staff) => Ok(staff),
            None => Err(error.into()),
        },
    }
}

async fn cookie(owner: &Owner, staff: &StaffId) -> Result<String, StaffError> {
    let opened = owner.open_session(staff).await?;
    let (token, _) = opened.ok_or_else(|| {
        let disabled = "the account of this machine was disabled".to_owned();
        OwnerError::Store(DynamoError::Malformed(disabled))
    })?;
    let cookie = Cookies::from_env(&Environment::default())?.staff(&token, 0);
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn login(name: &str) -> Result<StaffLogin, StaffError> {
    StaffLogin::parse(name).map_err(|error: InvalidStaffLogin| StaffError::Name(error.into()))
}

fn administrator() -> Result<RoleId, StaffError> {
    RoleId::parse("administrator").map_err(|error: InvalidId| StaffError::Name(error.into()))
}

/// What a function of the local mall would be given, but for the key.
fn local(dynamodb_url: &str, prefix: &str, access_key: &str) -> Environment {
    let variables = [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", access_key),
        ("AWS_SECRET_ACCESS_KEY", "any"),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_url),
    ];
    environment(&variables, prefix)
}

fn environment(variables: &[(&str, &str)], prefix: &str) -> Environment {
    let tables = [("STAFF_TABLE", "staff"), ("SESSION_TABLE", "session")]
        .map(|(name, table)| (name, format!("{prefix}-{table}")));
    let tables = tables.iter().map(|(name, table)| (*name, table.as_str()));
    let variables = variables.iter().copied().chain(tables);
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::of(variables.collect(), Clock::System)
}
