//! Publishes what was uploaded if it is the picture that was announced, and deletes it either way.
//!
//! Comes any number of times, also twice at once, and may die between any two calls: what it puts is the same each time, and the
//! state is written between the pictures, which are there before anybody is told, and the upload's end, after which nothing is left
//! to do. An upload that was settled once stays so, whatever is uploaded under its key later.
//!
//! A form can be posted twice while it is valid. The upload is bound to the content of the first file before a size of it is put, so
//! sizes of two pictures never stand side by side: the second file is ignored once the first is published; while it is not, neither is.

use bucket::{BucketError, Read};
use dynamo::{DynamoError, Signer};
use edge::{Notes, ObjectEvent};
use kernel::UploadId;

use crate::{
    Media,
    domain::{self, Announced, NotEncoded, Published, Refused, State, Upload},
    store::Claim,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishPictureError {
    #[error("the state of the upload cannot be read or written")]
    Store(#[from] DynamoError),
    #[error("the upload or the picture cannot be read, written or deleted")]
    Bucket(#[from] BucketError),
    #[error("the picture cannot be encoded")]
    NotEncoded(#[from] NotEncoded),
}

pub(crate) async fn publish_picture(
    app: &Media,
    object: ObjectEvent,
) -> Result<(), PublishPictureError> {
    Notes::about(&object.key);
    // Every key is made here; what has another is deleted as well.
    if let Ok(id) = UploadId::parse(&*object.key) {
        match app.uploads.find(&id).await? {
            Some(upload) if upload.state == State::Pending => settle(app, &upload).await?,
            // It was removed or refused while it was being published, perhaps by a delivery that died.
            Some(Upload {
                state: State::Removed | State::Refused(_),
                ..
            }) => app.objects.withdraw(&id).await?,
            Some(_) | None => {}
        }
    }
    app.objects.delete_upload(&object.key).await?;
    Ok(())
}

/// Publishes or refuses a pending upload.
async fn settle(app: &Media, upload: &Upload) -> Result<(), PublishPictureError> {
    let bytes = match app.objects.uploaded(&upload.id).await? {
        // Another delivery has come to its end meanwhile.
        Read::Absent => return Ok(()),
        Read::TooLarge => return refuse(app, upload, Refused::WrongSize).await,
        Read::Whole(bytes) => bytes,
    };
    let content = Signer::sha256(&bytes);
    match make(bytes, upload.announced).await? {
        Err(reason) => refuse(app, upload, reason).await,
        Ok(published) => match app.uploads.claim(&upload.id, &content).await? {
            Claim::Held => publish(app, upload, published).await,
            Claim::OfAnother => refuse(app, upload, Refused::SeveralFiles).await,
            Claim::Settled => Ok(()),
        },
    }
}

/// Examines and renders, aside from the calls that other work waits for.
async fn make(
    bytes: Vec<u8>,
    announced: Announced,
) -> Result<Result<Published, Refused>, NotEncoded> {
    let work = move || match domain::examine(&bytes, &announced) {
        Ok(picture) => domain::render(picture, announced.content_type).map(Ok),
        Err(reason) => Ok(Err(reason)),
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(made) => made,
        // A decoder that panics has met what its authors did not foresee: no picture that anybody meant to make.
        Err(_) => Ok(Err(Refused::Broken)),
    }
}

async fn publish(
    app: &Media,
    upload: &Upload,
    published: Published,
) -> Result<(), PublishPictureError> {
    let pixels = (published.width, published.height);
    app.objects
        .publish(&upload.id, &published.renditions)
        .await?;
    match app.uploads.publish(upload, pixels).await? {
        Some(State::Published { .. }) => Notes::outcome("picture-published"),
        // Something else came of it meanwhile: nothing of it is to be seen.
        _ => app.objects.withdraw(&upload.id).await?,
    }
    Ok(())
}

/// Refuses a pending upload, of which nothing is to be seen from then on. What another delivery is about to put it takes away itself.
async fn refuse(app: &Media, upload: &Upload, reason: Refused) -> Result<(), PublishPictureError> {
    let now = app.clock.now();
    let state = app.uploads.refuse(&upload.id, reason, now).await?;
    if reason == Refused::SeveralFiles && state == Some(State::Refused(reason)) {
        app.objects.withdraw(&upload.id).await?;
    }
    Notes::outcome("picture-refused");
    Ok(())
}
