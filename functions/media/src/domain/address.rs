//! Where a published picture is: known before it is uploaded, never used for another.

use kernel::UploadId;
use schemars::JsonSchema;
use serde::Serialize;

/// A size that the shop shows: the largest width in pixels, and the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// At most so wide; a picture is never enlarged.
    pub(crate) width: u32,
    /// In which form.
    pub(crate) form: Form,
}

/// The forms in which pictures are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For browsers.
    Webp,
    /// For whatever does not know WebP, such as mail programs: without transparency, on white.
    Jpeg,
}

/// In cards and carts; in lists; on the product's page; and that one again for those who do not know WebP.
pub(crate) const SIZES: [Size; 4] = [
    Size::new(160, Form::Webp),
    Size::new(480, Form::Webp),
    Size::new(Size::LARGEST, Form::Webp),
    Size::new(Size::LARGEST, Form::Jpeg),
];

impl Size {
    /// The width of the largest.
    pub(crate) const LARGEST: u32 = 1200;

    const fn new(width: u32, form: Form) -> Self {
        Self { width, form }
    }

    /// The key of this size of a picture, in the bucket of pictures.
    pub(crate) fn key(self, id: &UploadId) -> String {
        let extension = match self.form {
            Form::Webp => "webp",
            Form::Jpeg => "jpg",
        };
        format!("pictures/{id}/{}.{extension}", self.width)
    }

    /// What its content is.
    pub(crate) fn content_type(self) -> &'static str {
        match self.form {
            Form::Webp => "image/webp",
            Form::Jpeg => "image/jpeg",
        }
    }
}

/// Where a picture is shown, in every size: paths of the mall. The number is the width in pixels; a picture that is narrower has
/// its own width there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Addresses {
    /// WebP, 160 pixels wide at most.
    small: String,
    /// WebP, 480 pixels wide at most.
    medium: String,
    /// WebP, 1200 pixels wide at most.
    large: String,
    /// JPEG on white, as wide as the large one: for programs that do not know WebP.
    fallback: String,
}

impl Addresses {
    pub(crate) fn of(id: &UploadId) -> Self {
        let [small, medium, large, fallback] = SIZES.map(|size| format!("/media/{}", size.key(id)));
        Self {
            small,
            medium,
            large,
            fallback,
        }
    }
}
