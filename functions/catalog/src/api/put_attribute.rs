//! Makes or changes an attribute of a category, or brings one back that was removed.

use dynamo::{Consistency, DynamoError};
use edge::{
    IfMatch, Json, Path, Problem, ProblemKind, Refusal, Reply, Staff, Stored, Unmatched, Versioned,
};
use futures::future::try_join;

use super::{
    WriteAttributes, may_put,
    show_attribute::{AttributePath, AttributeView},
};
use crate::{
    Catalog,
    domain::{AttributeDraft, AttributeRefusal, Category},
    store::Unwritten,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PutAttributeError {
    #[error("there is no such category of the third level")]
    NoSuchCategory,
    #[error(transparent)]
    Refused(#[from] AttributeRefusal),
    #[error(transparent)]
    Unmatched(#[from] Unmatched),
    #[error(transparent)]
    NotWritten(#[from] Unwritten),
    #[error("the attributes cannot be read")]
    Store(#[from] DynamoError),
}

/// A category has as many attributes, or groups, as it can.
pub(super) const TOO_MANY: ProblemKind =
    ProblemKind::new(409, "11016", "Too many attributes in the category");

impl Refusal for PutAttributeError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        ProblemKind::INVALID,
        TOO_MANY,
        ProblemKind::CHANGED_MEANWHILE,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchCategory => Problem::from(ProblemKind::NOT_FOUND).because(self.to_string()),
            Self::Refused(refusal) => refused(refusal, ""),
            Self::Unmatched(unmatched) => Problem::from(*unmatched),
            Self::NotWritten(unwritten) => unwritten.problem(),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

/// What a client is told of a refused attribute or group; `place` is the pointer to what was refused.
pub(super) fn refused(refusal: &AttributeRefusal, place: &str) -> Problem {
    let field = match refusal {
        AttributeRefusal::TooMany => return Problem::from(TOO_MANY).because(refusal.to_string()),
        AttributeRefusal::OtherId(_)
        | AttributeRefusal::NameWithoutId
        | AttributeRefusal::NameTaken => "name",
        AttributeRefusal::Values => "values",
        AttributeRefusal::NoSuchGroup | AttributeRefusal::SaleInGroup => "group_id",
        AttributeRefusal::NoSuchAttribute => "attribute_id",
    };
    Problem::invalid(format!("{place}/{field}"), refusal.to_string())
}

pub(crate) async fn put_attribute(
    app: &Catalog,
    (_, Path(path), if_match, Json(draft)): (
        Staff<WriteAttributes>,
        Path<AttributePath>,
        IfMatch,
        Json<AttributeDraft>,
    ),
) -> Result<Reply<AttributeView, Versioned<Stored>>, PutAttributeError> {
    let (set, category) = try_join(
        app.store
            .attributes_of(path.category_id, Consistency::Strong),
        app.store.category(path.category_id, Consistency::Eventual),
    )
    .await?;
    let category = category
        .filter(Category::holds_products)
        .ok_or(PutAttributeError::NoSuchCategory)?;
    let known = set
        .attribute(&path.attribute_id)
        .filter(|attribute| !attribute.removed);
    may_put(&if_match, known.map(|attribute| attribute.version))?;
    let attribute = set.attribute_of_draft(path.category_id, path.attribute_id, draft)?;
    app.store
        .put_attributes(std::slice::from_ref(&attribute))
        .await?;
    let version = attribute.version;
    let view = AttributeView::of(attribute, &[category], &set.groups);
    Ok(Reply::stored(known.is_none(), view).version(version))
}
