#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api;
mod domain;
mod objects;
mod store;
mod worker;

use dynamo::Signer;
use edge::{Boot, Service};
use kernel::{Clock, ConfigError};

use objects::Objects;
use store::Uploads;

/// What the operations of this service share.
struct Media {
    uploads: Uploads,
    objects: Objects,
    cursors: Signer,
    clock: Clock,
}

impl Media {
    fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            uploads: Uploads::new(boot.table("MEDIA_TABLE")?),
            objects: Objects::from_env(boot)?,
            cursors: boot.signer("media cursor")?,
            clock: boot.clock(),
        })
    }
}

/// The operations of this service.
#[must_use]
pub fn service() -> Service {
    Service::new("media")
        .endpoint(
            "create-upload",
            Media::from_env,
            api::create_upload::create_upload,
        )
        .endpoint(
            "show-upload",
            Media::from_env,
            api::show_upload::show_upload,
        )
        .endpoint(
            "list-pictures",
            Media::from_env,
            api::list_pictures::list_pictures,
        )
        .endpoint(
            "remove-picture",
            Media::from_env,
            api::remove_picture::remove_picture,
        )
        .bucket_worker(
            "publish-picture",
            Media::from_env,
            worker::publish_picture::publish_picture,
        )
}

#[cfg(test)]
mod tests {
    use kernel::StaffId;
    use serde_json::json;
    use testkit::{Action, Mall};

    use super::*;
    use domain::{Upload, Uploader};

    #[tokio::test]
    async fn an_upload_whose_call_is_repeated_on_the_way_is_announced_and_another_s_id_is_not_taken()
     {
        let mall = Mall::start(&[service]).await;
        let media = Media::from_env(&mall.boot_that_retries("create-upload")).unwrap();
        let by = |staff: StaffId| {
            let announced =
                json!({ "content_type": "image/png", "size_bytes": 9, "purpose": "product" });
            let announced = serde_json::from_value(announced).unwrap();
            Upload::announce(announced, Uploader::Staff(staff), mall.now())
        };
        let upload = by(StaffId::generate(mall.now()));
        mall.wire()
            .strike("PutItem mall-media", 0, Action::FailAfter);
        media.uploads.announce(&upload).await.unwrap();
        let known = media.uploads.find(&upload.id).await.unwrap();
        assert_eq!(known, Some(upload.clone()));
        let taken = Upload {
            id: upload.id,
            ..by(StaffId::generate(mall.now()))
        };
        assert!(media.uploads.announce(&taken).await.is_err());
    }
}
