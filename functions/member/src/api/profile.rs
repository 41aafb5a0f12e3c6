//! How a profile is shown.

use kernel::{MemberId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{LoginName, domain::Profile};

/// A member, as they see themselves.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProfileView {
    /// The member's id.
    member_id: MemberId,
    /// The name to sign in with.
    login_name: LoginName,
    /// What the member is called.
    nickname: String,
    /// The mobile number, masked: `138****1234`.
    phone: String,
    /// When the member registered.
    registered_at: Timestamp,
}

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        Self {
            member_id: profile.member_id,
            login_name: profile.login_name,
            nickname: profile.nickname.into_string(),
            phone: profile.phone.masked(),
            registered_at: profile.registered_at,
        }
    }
}
