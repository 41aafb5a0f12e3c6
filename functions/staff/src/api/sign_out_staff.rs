//! Signs staff out: the session is over for everyone who knows its token, at once.

use dynamo::DynamoError;
use edge::{AnyStaff, NoContent, Problem, ProblemKind, Refusal, Reply, SettingCookies};

use crate::OwnSession;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SignOutStaffError {
    #[error("the session cannot be ended")]
    Store(#[from] DynamoError),
}

impl Refusal for SignOutStaffError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        let Self::Store(error) = self;
        Problem::of_store(error)
    }
}

pub(crate) async fn sign_out_staff(
    app: &OwnSession,
    (staff,): (AnyStaff,),
) -> Result<Reply<(), SettingCookies<NoContent>>, SignOutStaffError> {
    app.access.close(&staff.session).await?;
    Ok(Reply::no_content().cookies([app.cookies.no_staff()]))
}
