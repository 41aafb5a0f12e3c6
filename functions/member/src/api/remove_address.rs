//! Removes an address from a member's book. Removing it again is 404: it is gone.

use dynamo::DynamoError;
use edge::{Member, NoContent, Path, Problem, ProblemKind, Refusal, Reply};

use crate::{Membership, api::address::AddressPath, domain::AddressBook};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoveAddressError {
    #[error("the member has no such address")]
    NotFound,
    #[error("the address cannot be removed")]
    Store(#[from] DynamoError),
}

impl Refusal for RemoveAddressError {
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

pub(crate) async fn remove_address(
    app: &Membership,
    (member, Path(path)): (Member, Path<AddressPath>),
) -> Result<Reply<(), NoContent>, RemoveAddressError> {
    let decide = |book: &AddressBook| {
        book.remove(&path.address_id)
            .map(|change| ((), Some(change)))
            .ok_or(RemoveAddressError::NotFound)
    };
    app.members.edit_book(&member.id, decide).await?;
    Ok(Reply::no_content())
}
