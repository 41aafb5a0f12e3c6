//! Makes somebody a member. A repeat within ten minutes, with the same phone number, name and password, is answered as the first
//! was: a client that got no answer may simply send again.

use credentials::HashError;
use dynamo::DynamoError;
use edge::{Created, Json, Problem, ProblemKind, Public, Refusal, Reply};
use kernel::MemberId;

use crate::{
    Credentials, Membership,
    api::profile::ProfileView,
    domain::{Clash, Registration},
    store::Registered,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterMemberError {
    #[error("the phone number is another member's")]
    PhoneTaken,
    #[error("the login name is another member's")]
    LoginNameTaken,
    #[error("the member {0} has credentials and no profile")]
    NoProfile(MemberId),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error("the member cannot be written")]
    Store(#[from] DynamoError),
}

/// The login name is taken (USER_EXIST of the original system).
const LOGIN_NAME_TAKEN: ProblemKind = ProblemKind::new(409, "15001", "Login name taken");
/// The phone number is taken (PHONE_EXIST of the original system).
const PHONE_TAKEN: ProblemKind = ProblemKind::new(409, "15002", "Phone number taken");

impl Refusal for RegisterMemberError {
    const KINDS: &'static [ProblemKind] = &[
        LOGIN_NAME_TAKEN,
        PHONE_TAKEN,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::PhoneTaken => Problem::from(PHONE_TAKEN).with_error("/phone", self.to_string()),
            Self::LoginNameTaken => {
                Problem::from(LOGIN_NAME_TAKEN).with_error("/login_name", self.to_string())
            }
            Self::NoProfile(_) | Self::Hash(_) => ProblemKind::INTERNAL.into(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn register_member(
    app: &Membership,
    (_, Json(registration)): (Public, Json<Registration>),
) -> Result<Reply<ProfileView, Created>, RegisterMemberError> {
    let now = app.clock.now();
    let profile = registration.profile(MemberId::generate(now), now);
    let credentials = Credentials {
        member_id: profile.member_id.clone(),
        password_hash: registration.password.hash()?,
        registered_at: now,
    };
    let profile = match app.members.register(&profile, &credentials).await? {
        Registered::Done => profile,
        Registered::Held { phone, name } => {
            match registration.clash(phone.as_deref(), name.as_deref(), now) {
                Clash::Earlier(member) => app
                    .members
                    .profile(&member)
                    .await?
                    .ok_or(RegisterMemberError::NoProfile(member))?,
                Clash::PhoneTaken => return Err(RegisterMemberError::PhoneTaken),
                Clash::LoginNameTaken => return Err(RegisterMemberError::LoginNameTaken),
            }
        }
    };
    Ok(Reply::created("/api/members/me".to_owned(), profile.into()))
}
