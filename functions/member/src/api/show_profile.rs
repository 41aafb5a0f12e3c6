//! Shows a member their own profile.

use dynamo::DynamoError;
use edge::{Member, Problem, ProblemKind, Refusal, Reply};

use crate::{Membership, api::profile::ProfileView};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowProfileError {
    #[error("the member has no profile")]
    NotFound,
    #[error("the profile cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ShowProfileError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn show_profile(
    app: &Membership,
    (member,): (Member,),
) -> Result<Reply<ProfileView>, ShowProfileError> {
    let profile = app
        .members
        .profile(&member.id)
        .await?
        .ok_or(ShowProfileError::NotFound)?;
    Ok(Reply::ok(profile.into()))
}
