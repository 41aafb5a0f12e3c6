//! Signs staff in. Every sign-in begins a fresh session; none is ever taken from outside.
//!
//! A login of nobody, a wrong password and a disabled account are refused alike, in words and in time, and count as tries. A try that
//! counts is in the audit log before the password is looked at, with what came of it afterwards; one that comes too early writes nothing.

use credentials::{CountError, Password, proves};
use dynamo::DynamoError;
use edge::{
    Created, Json, Problem, ProblemKind, Public, Refusal, Reply, SettingCookies, StaffSession,
    StaffToken, Statuses, Trail,
};
use futures::future::{join, try_join};
use kernel::{StaffId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problems::WRONG_CREDENTIALS;
use crate::{SignIns, StaffLogin, store::Credentials};

/// As the audit log calls it.
const OPERATION: &str = "sign-in-staff";

/// What somebody signs in with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInStaff {
    /// Login name.
    login: StaffLogin,
    /// Password.
    password: Password,
}

/// A session of staff. Its token is in the cookie and nowhere else.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StaffSessionView {
    /// Who is signed in.
    staff_id: StaffId,
    /// When the session is over at the latest; half an hour without a request ends it earlier.
    ends_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInStaffError {
    #[error("the login or the password is wrong")]
    WrongCredentials,
    #[error("the try does not count")]
    Tries(#[from] CountError),
    #[error("the session cannot be opened")]
    Store(#[from] DynamoError),
}

impl Refusal for SignInStaffError {
    const KINDS: &'static [ProblemKind] = &[
        WRONG_CREDENTIALS,
        ProblemKind::TOO_MANY_REQUESTS,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::WrongCredentials => WRONG_CREDENTIALS.into(),
            Self::Tries(error) => error.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn sign_in_staff(
    app: &SignIns,
    (_, trail, Json(attempt)): (Public, Trail, Json<SignInStaff>),
) -> Result<Reply<StaffSessionView, SettingCookies<Created>>, SignInStaffError> {
    let (now, login) = (app.clock.now(), attempt.login.as_str());
    let (counted, known) = join(
        app.tries.count(login, now),
        app.accounts.credentials(&attempt.login),
    )
    .await;
    counted?;
    let known = known?;
    let record = match &known {
        Some(known) => {
            let who = (&known.staff, login);
            app.audit.begin(who, OPERATION, &trail).await?
        }
        None => app.audit.begin_for_nobody(OPERATION, &trail).await?,
    };
    let opened = open(app, &attempt, known.as_ref()).await;
    let status = opened.as_ref().map_or_else(
        |error| error.problem().kind().status,
        |_| Created::STATUSES[0],
    );
    record.complete(status).await;
    let (token, session) = opened?;
    let lifetime = now.until(session.absolute_end).as_secs();
    let view = StaffSessionView {
        staff_id: session.staff,
        ends_at: session.absolute_end,
    };
    let reply = Reply::created("/api/staff/sessions/current".to_owned(), view);
    Ok(reply.cookies([app.cookies.staff(&token, lifetime)]))
}

/// Opens a session for whoever has the password, if the account may be used.
async fn open(
    app: &SignIns,
    attempt: &SignInStaff,
    known: Option<&Credentials>,
) -> Result<(StaffToken, StaffSession), SignInStaffError> {
    let hash = known.map(|known| &known.password_hash);
    let proved = proves(hash, &attempt.password);
    let known = known
        .filter(|_| proved)
        .ok_or(SignInStaffError::WrongCredentials)?;
    let forgotten = app.tries.forget(attempt.login.as_str());
    let (opened, ()) =
        try_join(app.accounts.open_session(&attempt.login, known), forgotten).await?;
    opened.ok_or(SignInStaffError::WrongCredentials)
}
