//! Takes a published picture away. Whether anything still shows it is not asked: this service stands below those that keep
//! addresses of pictures, so whoever removes one looks first, and what still names it shows nothing there.
//!
//! Browsers and the edge were told that they may keep the picture; they go on showing what they have.

use bucket::BucketError;
use dynamo::DynamoError;
use edge::{NoContent, Path, Problem, ProblemKind, Refusal, Reply, Staff};

use super::{RemovePictures, view::UploadPath};
use crate::{Media, store::Removal};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RemovePictureError {
    #[error("there is no such picture")]
    NotFound,
    #[error("the upload is not published")]
    NotPublished,
    #[error("the removal cannot be written down")]
    Store(#[from] DynamoError),
    #[error("the picture cannot be deleted")]
    Bucket(#[from] BucketError),
}

/// The upload is pending or was refused: there is no picture to remove.
const NOT_PUBLISHED: ProblemKind = ProblemKind::new(409, "17001", "Not a published picture");

impl Refusal for RemovePictureError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::NOT_FOUND,
        NOT_PUBLISHED,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemKind::NOT_FOUND.into(),
            Self::NotPublished => NOT_PUBLISHED.into(),
            Self::Store(error) => Problem::of_store(error),
            Self::Bucket(_) => ProblemKind::BUSY.into(),
        }
    }
}

pub(crate) async fn remove_picture(
    app: &Media,
    (_, Path(path)): (Staff<RemovePictures>, Path<UploadPath>),
) -> Result<Reply<(), NoContent>, RemovePictureError> {
    match app.uploads.remove(&path.upload_id, app.clock.now()).await? {
        Removal::Unknown => return Err(RemovePictureError::NotFound),
        Removal::NotPublished => return Err(RemovePictureError::NotPublished),
        Removal::Removed => {}
    }
    // Also when it was removed before: whoever did that may have died here.
    app.objects.withdraw(&path.upload_id).await?;
    Ok(Reply::no_content())
}
