//! Proving to be a member.

use kernel::MemberId;
use member::{Credentials, Password, PasswordHash};

/// The member whose password this is. An account that does not exist is tried against the hash of nobody, so that the time
/// of a refusal does not tell which accounts do.
pub(crate) fn proven(credentials: Option<Credentials>, password: &Password) -> Option<MemberId> {
    let Some(credentials) = credentials else {
        // Whatever this says, there is no member; only the time it takes counts.
        std::hint::black_box(PasswordHash::of_nobody().verifies(password));
        return None;
    };
    credentials
        .password_hash
        .verifies(password)
        .then_some(credentials.member_id)
}
