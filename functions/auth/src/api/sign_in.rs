//! Signs a member in. Whatever session the request carried ends, and a fresh one begins, so nobody signs in to a session that somebody
//! else knows. The guest cookie stays: the cart merges at the next request that carries both.
//!
//! An account that does not exist and a wrong password are refused alike, in words and in time, and both count as tries.

use std::time::Duration;

use credentials::{CountError, Password, proves};
use dynamo::DynamoError;
use edge::{Created, Json, Problem, ProblemKind, Refusal, Reply, Session, SettingCookies, Visitor};
use futures::future::{join, try_join3};
use kernel::{MemberId, Timestamp};
use member::Login;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Auth;

/// What somebody signs in with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Phone number or login name.
    login: Login,
    /// Password.
    password: Password,
}

/// A session. Its token is in the cookie and nowhere else.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SessionView {
    /// Who is signed in.
    member_id: MemberId,
    /// When the session is over at the latest; half an hour without a request ends it earlier.
    ends_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    #[error("the login or the password is wrong")]
    WrongCredentials,
    #[error("the try does not count")]
    Tries(#[from] CountError),
    #[error("the session cannot be opened")]
    Store(#[from] DynamoError),
}

/// No member has this login and this password (LOGINACCT_PASSWORD of the original system).
const WRONG_CREDENTIALS: ProblemKind = ProblemKind::new(401, "15003", "Wrong login or password");

impl Refusal for SignInError {
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

pub(crate) async fn sign_in(
    app: &Auth,
    (visitor, Json(attempt)): (Visitor, Json<SignIn>),
) -> Result<Reply<SessionView, SettingCookies<Created>>, SignInError> {
    let now = app.clock.now();
    let (counted, credentials) = join(
        app.tries.count(attempt.login.as_str(), now),
        app.members.credentials(&attempt.login),
    )
    .await;
    counted?;
    let credentials = credentials?;
    let hash = credentials.as_ref().map(|known| &known.password_hash);
    if !proves(hash, &attempt.password) {
        return Err(SignInError::WrongCredentials);
    }
    let member = credentials
        .map(|known| known.member_id)
        .ok_or(SignInError::WrongCredentials)?;
    let ((token, session), (), ()) = try_join3(
        app.sessions.open(&member),
        app.tries.forget(attempt.login.as_str()),
        end(app, visitor.session),
    )
    .await?;
    let lifetime: Duration = now.until(session.absolute_end);
    let view = SessionView {
        member_id: member,
        ends_at: session.absolute_end,
    };
    let reply = Reply::created("/api/auth/sessions/current".to_owned(), view);
    Ok(reply.cookies([app.cookies.session(&token, lifetime.as_secs())]))
}

/// Ends the session that the request came with, if it came with one.
async fn end(app: &Auth, session: Option<Session>) -> Result<(), DynamoError> {
    match session {
        Some(session) => app.sessions.close(&session).await,
        None => Ok(()),
    }
}
