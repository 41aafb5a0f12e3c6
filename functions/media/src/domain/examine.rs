//! Whether uploaded bytes are the picture that was announced. The cheapest question comes first, and nothing is decoded before
//! it is known how much memory that takes.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, Limits,
    codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Announced, PictureType, jpeg};

/// 40 megapixels: the largest that common cameras make. As 8-bit RGBA they take 160 MB.
const MOST_PIXELS: u64 = 40_000_000;
/// The longest side that WebP knows.
const LONGEST_SIDE: u32 = 16_383;
/// What a decoder may allocate: as many pixels with 16 bits in each of four channels.
const MOST_MEMORY: u64 = 8 * MOST_PIXELS;

/// Why an upload is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refused {
    /// It has another number of bytes than was announced.
    WrongSize,
    /// It is no JPEG, PNG or WebP.
    NotAPicture,
    /// It is a picture of another type than was announced.
    OtherType,
    /// It has more than 40 megapixels, or a side of more than 16,383 pixels.
    TooManyPixels,
    /// It moves.
    Animated,
    /// It cannot be decoded to its end.
    Broken,
    /// Another picture was uploaded with the same form at the same time: which of them was meant nobody can tell.
    SeveralFiles,
}

/// A decoded picture, not yet turned as its camera was held.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(super) pixels: DynamicImage,
    pub(super) orientation: Orientation,
    /// The ICC profile that its colours are of; sRGB without one.
    pub(super) profile: Option<Vec<u8>>,
}

/// Decodes the picture that was announced.
pub(crate) fn examine(bytes: &[u8], announced: &Announced) -> Result<Picture, Refused> {
    if bytes.len() as u64 != u64::from(announced.size_bytes.get()) {
        return Err(Refused::WrongSize);
    }
    let found = type_of(bytes).ok_or(Refused::NotAPicture)?;
    if found != announced.content_type {
        return Err(Refused::OtherType);
    }
    match found {
        PictureType::Jpeg if !jpeg::is_whole(bytes) => Err(Refused::Broken),
        PictureType::Jpeg => decode(JpegDecoder::new(Cursor::new(bytes))),
        PictureType::Png => decode_png(bytes),
        PictureType::Webp => decode_webp(bytes),
    }
}

/// What the first bytes say. A name or a header can say anything.
fn type_of(bytes: &[u8]) -> Option<PictureType> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(PictureType::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(PictureType::Png),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some(PictureType::Webp),
        _ => None,
    }
}

fn decode_png(bytes: &[u8]) -> Result<Picture, Refused> {
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(refused)?;
    if decoder.is_apng().map_err(refused)? {
        return Err(Refused::Animated);
    }
    decode(Ok(decoder))
}

fn decode_webp(bytes: &[u8]) -> Result<Picture, Refused> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refused)?;
    if decoder.has_animation() {
        return Err(Refused::Animated);
    }
    decode(Ok(decoder))
}

fn decode<D: ImageDecoder>(opened: Result<D, ImageError>) -> Result<Picture, Refused> {
    let mut decoder = opened.map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Refused::TooManyPixels);
    }
    decoder.set_limits(limits()).map_err(refused)?;
    // Metadata that cannot be read say nothing about how the camera was held.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or(None);
    let pixels = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(Picture {
        pixels,
        orientation,
        profile,
    })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

fn refused(error: ImageError) -> Refused {
    match error {
        ImageError::Limits(_) => Refused::TooManyPixels,
        _ => Refused::Broken,
    }
}
