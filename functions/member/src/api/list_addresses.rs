//! Lists a member's own addresses: all of them, as there are at most fifty.

use dynamo::DynamoError;
use edge::{Member, Problem, ProblemKind, Refusal, Reply};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Membership, api::address::AddressView};

/// All addresses of the member, the default first, then in the order in which they were added.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AddressList {
    items: Vec<AddressView>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListAddressesError {
    #[error("the addresses cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListAddressesError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        let Self::Store(error) = self;
        Problem::of_store(error)
    }
}

pub(crate) async fn list_addresses(
    app: &Membership,
    (member,): (Member,),
) -> Result<Reply<AddressList>, ListAddressesError> {
    let book = app.members.addresses(&member.id).await?;
    Ok(Reply::ok(AddressList {
        items: book.list().map(AddressView::from).collect(),
    }))
}
