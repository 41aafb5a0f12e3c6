//! Shows how far an upload has come: published with its addresses, or refused with the reason.

use dynamo::DynamoError;
use edge::{Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{
    UploadMedia,
    view::{UploadPath, UploadView},
};
use crate::Media;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowUploadError {
    #[error("there is no such upload")]
    NotFound,
    #[error("the upload cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ShowUploadError {
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

pub(crate) async fn show_upload(
    app: &Media,
    (_, Path(path)): (Staff<UploadMedia>, Path<UploadPath>),
) -> Result<Reply<UploadView>, ShowUploadError> {
    let found = app.uploads.find(&path.upload_id).await?;
    let upload = found.ok_or(ShowUploadError::NotFound)?;
    Ok(Reply::ok(upload.into()))
}
