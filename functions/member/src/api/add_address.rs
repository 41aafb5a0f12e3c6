//! Adds an address to a member's book. One that is there word for word is answered with 200 and not added again, so a
//! request that got no answer may be sent again.

use dynamo::DynamoError;
use edge::{Json, Member, Problem, ProblemKind, Refusal, Reply, Stored};
use kernel::AddressId;

use crate::{
    Membership,
    api::address::{AddressInput, AddressView},
    domain::{Address, AddressBook, BookFull},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AddAddressError {
    #[error("the address book is full")]
    Full,
    #[error("the address cannot be written")]
    Store(#[from] DynamoError),
}

/// The member has as many addresses as one may have.
const BOOK_FULL: ProblemKind = ProblemKind::new(409, "15004", "Address book full");

impl From<BookFull> for AddAddressError {
    fn from(_: BookFull) -> Self {
        Self::Full
    }
}

impl Refusal for AddAddressError {
    const KINDS: &'static [ProblemKind] = &[BOOK_FULL, ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        match self {
            Self::Full => Problem::from(BOOK_FULL)
                .because(format!("a member may have {} addresses", AddressBook::MAX)),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn add_address(
    app: &Membership,
    (member, Json(input)): (Member, Json<AddressInput>),
) -> Result<Reply<AddressView, Stored>, AddAddressError> {
    let now = app.clock.now();
    let (destination, as_default) = input.into_parts();
    let address = Address {
        id: AddressId::generate(now),
        destination,
        added_at: now,
    };
    let as_default = as_default.unwrap_or(false);
    let decide =
        |book: &AddressBook| Ok::<_, AddAddressError>(book.add(address.clone(), as_default)?);
    let addition = app.members.edit_book(&member.id, decide).await?;
    Ok(Reply::stored(addition.is_new, addition.listed.into()))
}
