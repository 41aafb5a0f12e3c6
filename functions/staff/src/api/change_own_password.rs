//! Changes the caller's own password and ends all their sessions; the answer begins a new one. A wrong present password counts as
//! a try of the account, apart from those of its login: whoever found an open session does not find the password with it, and
//! whoever has none keeps nobody from changing theirs.

use credentials::{CountError, HashError, Password, proves};
use dynamo::DynamoError;
use edge::{AnyStaff, Json, NoContent, Problem, ProblemKind, Refusal, Reply, SettingCookies};
use futures::future::try_join;
use schemars::JsonSchema;
use serde::Deserialize;

use super::problems::WRONG_PASSWORD;
use crate::{
    SignIns,
    store::{Credentials, SaveError},
};

/// The present password and the next.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeOwnPassword {
    /// The present password.
    old_password: Password,
    /// The password from now on.
    new_password: Password,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeOwnPasswordError {
    #[error("the account is gone or disabled, or has been given another password")]
    Gone,
    #[error("the present password is another")]
    WrongPassword,
    #[error("the try does not count")]
    Tries(#[from] CountError),
    #[error("the password cannot be hashed")]
    Hash(#[from] HashError),
    #[error("the password was changed meanwhile")]
    Changed,
    #[error("the password cannot be changed")]
    Store(#[from] DynamoError),
}

impl From<SaveError> for ChangeOwnPasswordError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Store(error) => Self::Store(error),
            SaveError::Changed | SaveError::LoginTaken | SaveError::LastAdministrator => {
                Self::Changed
            }
        }
    }
}

impl Refusal for ChangeOwnPasswordError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::UNAUTHENTICATED,
        WRONG_PASSWORD,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::TOO_MANY_REQUESTS,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::Gone => ProblemKind::UNAUTHENTICATED.into(),
            Self::WrongPassword => WRONG_PASSWORD.into(),
            Self::Tries(error) => error.problem(),
            Self::Hash(_) => ProblemKind::INTERNAL.into(),
            Self::Changed => ProblemKind::CHANGED_MEANWHILE.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn change_own_password(
    app: &SignIns,
    (staff, Json(change)): (AnyStaff, Json<ChangeOwnPassword>),
) -> Result<Reply<(), SettingCookies<NoContent>>, ChangeOwnPasswordError> {
    let account = app.accounts.account(&staff.id).await?;
    let login = account.ok_or(ChangeOwnPasswordError::Gone)?.login;
    let now = app.clock.now();
    app.tries.count(staff.id.as_str(), now).await?;
    let known = app.accounts.credentials(&login).await?;
    let known = known.ok_or(ChangeOwnPasswordError::Gone)?;
    if !proves(Some(&known.password_hash), &change.old_password) {
        return Err(ChangeOwnPasswordError::WrongPassword);
    }
    let password_hash = change.new_password.hash()?;
    app.accounts
        .set_password(&login, &known, &password_hash)
        .await?;
    try_join(
        app.tries.forget(staff.id.as_str()),
        app.tries.forget(login.as_str()),
    )
    .await?;
    let own = Credentials {
        password_hash,
        ..known
    };
    let opened = app.accounts.open_session(&login, &own).await?;
    let (token, session) = opened.ok_or(ChangeOwnPasswordError::Gone)?;
    let lifetime = now.until(session.absolute_end).as_secs();
    Ok(Reply::no_content().cookies([app.cookies.staff(&token, lifetime)]))
}
