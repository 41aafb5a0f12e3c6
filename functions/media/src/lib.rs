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
