//! The refusals of this service, and what several operations are refused for.

use credentials::HashError;
use dynamo::DynamoError;
use edge::{Problem, ProblemKind, Refusal, Unmatched};
use kernel::RoleId;

use crate::{
    domain::{Beyond, ChangeRefused},
    store::{RoleError, SaveError},
};

/// No account has this login and this password, or it is disabled.
pub(crate) const WRONG_CREDENTIALS: ProblemKind =
    ProblemKind::new(401, "18001", "Wrong login or password");
/// The password that was given as the present one is another.
pub(crate) const WRONG_PASSWORD: ProblemKind = ProblemKind::new(403, "18002", "Wrong password");
/// Somebody decides about permissions that they do not have themselves.
pub(crate) const BEYOND_OWN: ProblemKind =
    ProblemKind::new(403, "18003", "Beyond your own permissions");
/// Another account has the login name.
pub(crate) const LOGIN_TAKEN: ProblemKind = ProblemKind::new(409, "18004", "Login name taken");
/// Nobody does this to their own account.
pub(crate) const OWN_ACCOUNT: ProblemKind = ProblemKind::new(409, "18005", "Not your own account");
/// Nobody would be left who may do everything.
pub(crate) const LAST_ADMINISTRATOR: ProblemKind =
    ProblemKind::new(409, "18006", "Last administrator");
/// An account has the role.
pub(crate) const ROLE_IN_USE: ProblemKind = ProblemKind::new(409, "18007", "Role in use");

/// Why an account is not made or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountError {
    #[error("there is no such account")]
    NotFound,
    #[error("there is no role {0}")]
    NoRole(RoleId),
    #[error(transparent)]
    Refused(#[from] ChangeRefused),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error("the password cannot be hashed")]
    Hash(#[from] HashError),
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl From<DynamoError> for AccountError {
    fn from(error: DynamoError) -> Self {
        Self::Save(error.into())
    }
}

impl From<Beyond> for AccountError {
    fn from(beyond: Beyond) -> Self {
        Self::Refused(beyond.into())
    }
}

impl Refusal for AccountError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::INVALID,
        BEYOND_OWN,
        LOGIN_TAKEN,
        OWN_ACCOUNT,
        LAST_ADMINISTRATOR,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::IF_MATCH_REQUIRED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        let of = |kind: ProblemKind| Problem::from(kind).because(self.to_string());
        match self {
            Self::NotFound => of(ProblemKind::NOT_FOUND),
            Self::NoRole(_) => Problem::invalid("/roles", self.to_string()),
            Self::Refused(ChangeRefused::Beyond(_)) => of(BEYOND_OWN),
            Self::Refused(ChangeRefused::OwnAccount) => of(OWN_ACCOUNT),
            Self::Unmatched(unmatched) => (*unmatched).into(),
            Self::Hash(_) => ProblemKind::INTERNAL.into(),
            Self::Save(SaveError::Changed) => of(ProblemKind::CHANGED_MEANWHILE),
            Self::Save(SaveError::LoginTaken) => of(LOGIN_TAKEN),
            Self::Save(SaveError::LastAdministrator) => of(LAST_ADMINISTRATOR),
            Self::Save(SaveError::Store(error)) => Problem::of_store(error),
        }
    }
}

/// Why a role is not made, changed or removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeRoleError {
    #[error("there is no such role")]
    NotFound,
    #[error("the mall has no such permission")]
    UnknownPermission(usize),
    #[error(transparent)]
    Beyond(#[from] Beyond),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    Save(#[from] RoleError),
}

impl From<DynamoError> for ChangeRoleError {
    fn from(error: DynamoError) -> Self {
        Self::Save(error.into())
    }
}

impl Refusal for ChangeRoleError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::INVALID,
        BEYOND_OWN,
        ROLE_IN_USE,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::IF_MATCH_REQUIRED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        let of = |kind: ProblemKind| Problem::from(kind).because(self.to_string());
        match self {
            Self::NotFound => of(ProblemKind::NOT_FOUND),
            Self::UnknownPermission(place) => {
                Problem::invalid(format!("/permissions/{place}"), self.to_string())
            }
            Self::Beyond(_) => of(BEYOND_OWN),
            Self::Unmatched(unmatched) => (*unmatched).into(),
            Self::Save(RoleError::Changed) => of(ProblemKind::CHANGED_MEANWHILE),
            Self::Save(RoleError::Held) => of(ROLE_IN_USE),
            Self::Save(RoleError::Store(error)) => Problem::of_store(error),
        }
    }
}
