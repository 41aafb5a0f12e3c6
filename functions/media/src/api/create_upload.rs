//! Announces an upload and answers the form that a browser posts it with, straight to the bucket of uploads.
//!
//! Who may upload is said here alone: that members may, for instance, is another endpoint with `Member` as its principal and the
//! purposes that are theirs.

use std::collections::BTreeMap;

use dynamo::DynamoError;
use edge::{Created, Json, Problem, ProblemKind, Refusal, Reply, Staff};
use kernel::{Timestamp, UploadId};
use schemars::JsonSchema;
use serde::Serialize;

use super::UploadMedia;
use crate::{
    Media,
    domain::{Addresses, Announced, Upload, Uploader},
};

/// How to upload, and where the picture will be.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UploadForm {
    /// The upload's id, under which its state is shown.
    upload_id: UploadId,
    /// Where to post the form, as `multipart/form-data`.
    url: String,
    /// The form's fields, each as it is; the picture's bytes follow as the last field, `file`.
    fields: BTreeMap<String, String>,
    /// Until when the form is taken: ten minutes.
    expires_at: Timestamp,
    /// Where the picture will be, once it is published.
    addresses: Addresses,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateUploadError {
    #[error("the upload cannot be written down")]
    Store(#[from] DynamoError),
}

impl Refusal for CreateUploadError {
    const KINDS: &'static [ProblemKind] = &[ProblemKind::BUSY, ProblemKind::INTERNAL];

    fn problem(&self) -> Problem {
        match self {
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn create_upload(
    app: &Media,
    (staff, Json(announced)): (Staff<UploadMedia>, Json<Announced>),
) -> Result<Reply<UploadForm, Created>, CreateUploadError> {
    let now = app.clock.now();
    let upload = Upload::announce(announced, Uploader::Staff(staff.id), now);
    app.uploads.announce(&upload).await?;
    let form = app.objects.form(&upload, now);
    let location = format!("/api/media/uploads/{}", upload.id);
    let answer = UploadForm {
        addresses: Addresses::of(&upload.id),
        upload_id: upload.id,
        url: form.url,
        fields: form.fields,
        expires_at: form.expires_at,
    };
    Ok(Reply::created(location, answer))
}
