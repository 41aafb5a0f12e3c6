//! Staff of a local mall: sessions for whoever stands at the machine, who may do everything there anyway.

use std::collections::BTreeMap;

use backends::REGION;
use dynamo::{DynamoError, Table, WriteError};
use edge::{Access, Boot, Cookies, Grant, StaffAccess};
use kernel::{Clock, ConfigError, Environment, RoleId, StaffId};

use crate::function::AccessKey;
use crate::state::Endpoints;

/// Why nobody acts as staff.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The mall's tables give no answer.
    #[error("the mall's tables give no answer")]
    Store(#[from] DynamoError),
    /// A name that is written here is none.
    #[error("the role is no role")]
    Role(#[from] kernel::InvalidId),
}

/// Opens a session with every permission in the mall that answers there: the cookie, name and value.
///
/// # Errors
/// When its tables give no answer.
pub async fn open_session(endpoints: &Endpoints) -> Result<String, StaffError> {
    let boot = Boot::new(environment(endpoints))?;
    let access = StaffAccess::from_env(&boot)?;
    let (role, staff) = (
        RoleId::parse("mall")?,
        StaffId::generate(boot.clock().now()),
    );
    let account = Access {
        login: "mall".to_owned(),
        active: true,
        roles: vec![role.clone()],
    };
    let everything = [Grant::everything()].into_iter().collect();
    for write in [
        access.put_role(&role, &everything),
        access.grant(&staff, &account, false),
    ] {
        Table::write(write).await.map_err(of_write)?;
    }
    let opened = access.open(&staff).await?;
    let (token, _) = opened.ok_or_else(|| DynamoError::Malformed("no access".to_owned()))?;
    let cookie = Cookies::from_env(boot.environment())?.staff(&token, 0);
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn of_write(error: WriteError) -> DynamoError {
    match error {
        WriteError::Call(error) => error,
        failed => DynamoError::Malformed(failed.to_string()),
    }
}

/// What a function of the mall would be given, in the name of its administrator.
fn environment(endpoints: &Endpoints) -> Environment {
    let variables = [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", &AccessKey::of("mall").id),
        ("AWS_SECRET_ACCESS_KEY", "any"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb_url),
        ("SESSION_TABLE", &format!("{}-session", endpoints.prefix)),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::of(BTreeMap::from(variables), Clock::System)
}
