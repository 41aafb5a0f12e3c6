//! The two buckets: uploads, which nobody can see, and pictures, which everybody can. Their keys, here and in `domain::Size`.

use std::time::Duration;

use bucket::{Bucket, BucketError, Content, Form, FormTerms, Read};
use edge::Boot;
use futures::future::try_join_all;
use kernel::{ConfigError, Timestamp, UploadId};

use crate::domain::{Rendition, SIZES, Upload, UploadSize};

/// How long an upload can be made after it was announced.
const UPLOAD_WINDOW: Duration = Duration::from_secs(10 * 60);
/// An address is never used for another picture, so nobody has to ask again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What is uploaded, and what is published of it.
#[derive(Debug)]
pub(crate) struct Objects {
    uploads: Bucket,
    pictures: Bucket,
}

impl Objects {
    pub(crate) fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        let bucket = |variable| {
            let name = boot.environment().text(variable)?;
            Ok(Bucket::new(boot.aws(), name))
        };
        Ok(Self {
            uploads: bucket("UPLOADS_BUCKET")?,
            pictures: bucket("PICTURES_BUCKET")?,
        })
    }

    /// The form that uploads what was announced, and nothing else.
    pub(crate) fn form(&self, upload: &Upload, now: Timestamp) -> Form {
        let announced = &upload.announced;
        let terms = FormTerms {
            key: upload.id.as_str(),
            content_type: announced.content_type.as_str(),
            size_bytes: u64::from(announced.size_bytes.get()),
            valid: UPLOAD_WINDOW,
        };
        self.uploads.form(&terms, now)
    }

    /// What was uploaded, if it is no larger than any upload may be.
    pub(crate) async fn uploaded(&self, id: &UploadId) -> Result<Read, BucketError> {
        self.uploads
            .read(id.as_str(), UploadSize::MOST as usize)
            .await
    }

    /// Deletes what was uploaded under this key, whether or not it is the id of an upload.
    pub(crate) async fn delete_upload(&self, key: &str) -> Result<(), BucketError> {
        self.uploads.delete(key).await
    }

    /// Puts every size of a picture where everybody can see it.
    pub(crate) async fn publish(
        &self,
        id: &UploadId,
        renditions: &[Rendition],
    ) -> Result<(), BucketError> {
        let puts = renditions.iter().map(|rendition| async move {
            let content = Content {
                bytes: &rendition.bytes,
                content_type: rendition.size.content_type(),
                cache_control: FOR_EVER,
            };
            self.pictures.put(&rendition.size.key(id), content).await
        });
        try_join_all(puts).await.map(|_| ())
    }

    /// Takes every size of a picture away, whichever of them is there.
    pub(crate) async fn withdraw(&self, id: &UploadId) -> Result<(), BucketError> {
        let deletes = SIZES.map(|size| async move { self.pictures.delete(&size.key(id)).await });
        try_join_all(deletes).await.map(|_| ())
    }
}
