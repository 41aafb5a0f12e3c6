//! Replaces an address in a member's book.

use dynamo::DynamoError;
use edge::{Json, Member, Path, Problem, ProblemKind, Refusal, Reply};

use crate::{
    Membership,
    api::address::{AddressInput, AddressPath, AddressView},
    domain::AddressBook,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeAddressError {
    #[error("the member has no such address")]
    NotFound,
    #[error("the address cannot be written")]
    Store(#[from] DynamoError),
}

impl Refusal for ChangeAddressError {
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

pub(crate) async fn change_address(
    app: &Membership,
    (member, Path(path), Json(input)): (Member, Path<AddressPath>, Json<AddressInput>),
) -> Result<Reply<AddressView>, ChangeAddressError> {
    let (destination, as_default) = input.into_parts();
    let decide = |book: &AddressBook| {
        let changed = book.change(&path.address_id, destination.clone(), as_default);
        changed
            .map(|(listed, change)| (listed, Some(change)))
            .ok_or(ChangeAddressError::NotFound)
    };
    let listed = app.members.edit_book(&member.id, decide).await?;
    Ok(Reply::ok(listed.into()))
}
