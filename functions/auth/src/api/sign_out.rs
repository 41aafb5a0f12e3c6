//! Signs a member out: the session is over for everyone who knows its token, at once. The guest cookie goes too, so that
//! the next person at this browser starts with an empty cart.

use dynamo::DynamoError;
use edge::{Member, NoContent, Problem, ProblemKind, Refusal, Reply, SettingCookies};

use crate::Auth;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SignOutError {
    #[error("the session cannot be ended")]
    Store(#[from] DynamoError),
}

impl Refusal for SignOutError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        let Self::Store(error) = self;
        Problem::of_store(error)
    }
}

pub(crate) async fn sign_out(
    app: &Auth,
    (member,): (Member,),
) -> Result<Reply<(), SettingCookies<NoContent>>, SignOutError> {
    app.sessions.close(&member.session).await?;
    Ok(Reply::no_content().cookies([app.cookies.no_session(), app.cookies.no_guest()]))
}
