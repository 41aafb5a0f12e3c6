//! The endpoints.

pub(crate) mod create_upload;
pub(crate) mod list_pictures;
pub(crate) mod remove_picture;
pub(crate) mod show_upload;
mod view;

use edge::Permission;

/// May upload pictures and look at them.
pub(crate) enum UploadMedia {}
impl Permission for UploadMedia {
    const NAME: &'static str = "media:upload";
}

/// May take away pictures, whoever uploaded them.
pub(crate) enum RemovePictures {}
impl Permission for RemovePictures {
    const NAME: &'static str = "media:picture:remove";
}
