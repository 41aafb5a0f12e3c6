//! An upload: what was announced, and what came of it.

use std::fmt;

use kernel::{StaffId, Timestamp, UploadId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::Refused;

/// The kinds of pictures that can be uploaded. No GIF: the shop shows still pictures, and whatever a GIF holds is smaller as PNG
/// or WebP. No SVG: it is a program as much as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum PictureType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    Webp,
}

impl PictureType {
    /// As `Content-Type` says it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    Product,
    Brand,
    Category,
}

impl Purpose {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Brand => "brand",
            Self::Category => "category",
        }
    }
}

/// How many bytes an upload has: 1 to 10 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct UploadSize(u32);

impl UploadSize {
    /// The most bytes an upload may have: 10 MiB, more than a camera's picture of 40 megapixels takes as JPEG.
    pub(crate) const MOST: u32 = 10 * 1024 * 1024;

    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for UploadSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for UploadSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = u64::deserialize(deserializer)?;
        match u32::try_from(bytes) {
            Ok(bytes) if (1..=Self::MOST).contains(&bytes) => Ok(Self(bytes)),
            _ => Err(de::Error::custom(format!(
                "must be 1 to {} bytes",
                Self::MOST
            ))),
        }
    }
}

impl JsonSchema for UploadSize {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UploadSize".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Self::MOST })
    }
}

/// What will be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Announced {
    /// Of which type it will be.
    pub(crate) content_type: PictureType,
    /// How many bytes it will have, exactly; 10 MiB at most.
    pub(crate) size_bytes: UploadSize,
    /// What it is for.
    pub(crate) purpose: Purpose,
}

/// An upload and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) id: UploadId,
    pub(crate) announced: Announced,
    pub(crate) uploader: Uploader,
    pub(crate) created_at: Timestamp,
    pub(crate) state: State,
}

/// Who uploads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Uploader {
    /// A member of staff.
    Staff(StaffId),
}

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing has been uploaded, or it has not been looked at yet.
    Pending,
    /// It can be seen; its largest size has so many pixels.
    Published { width: u32, height: u32 },
    /// What was uploaded is no picture to publish.
    Refused(Refused),
    /// It could be seen once.
    Removed,
}

impl Upload {
    /// A new one, of which nothing has come yet.
    pub(crate) fn announce(announced: Announced, uploader: Uploader, now: Timestamp) -> Self {
        Self {
            id: UploadId::generate(now),
            announced,
            uploader,
            created_at: now,
            state: State::Pending,
        }
    }
}
