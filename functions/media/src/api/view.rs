//! How uploads and pictures are shown.

use kernel::{Timestamp, UploadId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Addresses, PictureType, Purpose, Refused, State, Upload, Uploader};

/// Which upload.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadPath {
    /// The id of the upload, and of the picture that became of it.
    pub(crate) upload_id: UploadId,
}

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadState {
    /// Nothing has been uploaded, or it has not been looked at yet, which takes some seconds.
    Pending,
    /// It is to be seen at its addresses.
    Published,
    /// What was uploaded is not published, for the reason given.
    Refused,
    /// It was published, and is no more.
    Removed,
}

/// An upload and what came of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UploadView {
    /// Its id.
    upload_id: UploadId,
    /// How far it has come.
    state: UploadState,
    /// As it was announced.
    content_type: PictureType,
    /// As it was announced.
    size_bytes: u32,
    /// What it is for.
    purpose: Purpose,
    /// Who announced it.
    uploader: Uploader,
    /// When it was announced.
    created_at: Timestamp,
    /// Where it is to be seen, once it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Addresses>,
    /// Pixels of the large size; only of a published one.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// Why it is not published; only of a refused one.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Refused>,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> Self {
        let (state, pixels, reason) = match upload.state {
            State::Pending => (UploadState::Pending, None, None),
            State::Published { width, height } => {
                (UploadState::Published, Some((width, height)), None)
            }
            State::Refused(reason) => (UploadState::Refused, None, Some(reason)),
            State::Removed => (UploadState::Removed, None, None),
        };
        let shown = matches!(state, UploadState::Pending | UploadState::Published);
        Self {
            addresses: shown.then(|| Addresses::of(&upload.id)),
            upload_id: upload.id,
            state,
            content_type: upload.announced.content_type,
            size_bytes: upload.announced.size_bytes.get(),
            purpose: upload.announced.purpose,
            uploader: upload.uploader,
            created_at: upload.created_at,
            width: pixels.map(|(width, _)| width),
            height: pixels.map(|(_, height)| height),
            reason,
        }
    }
}
