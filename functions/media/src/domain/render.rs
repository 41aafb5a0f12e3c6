//! A picture in the sizes that the shop shows. Everything is made from pixels alone, so nothing else that a file carried (where it
//! was taken, by whom, what stands behind its end) is published.

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageError, RgbImage, RgbaImage,
    codecs::jpeg::JpegEncoder, imageops::FilterType, metadata::Orientation,
};
use webp::{PixelLayout, WebPEncodingError};

use super::{PictureType, SIZES, Size, address::Form, colour::convert_to_srgb, examine::Picture};

/// Of WebP, by its own scale. On photographs it takes two thirds of what JPEG takes at [`JPEG_QUALITY`] and looks alike.
const WEBP_QUALITY: f32 = 80.0;
/// Of JPEG, by its own scale.
const JPEG_QUALITY: u8 = 82;

/// A picture, ready to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    /// Pixels of the largest size.
    pub(crate) width: u32,
    /// Likewise.
    pub(crate) height: u32,
    /// One for each of [`SIZES`].
    pub(crate) renditions: Vec<Rendition>,
}

/// A picture in one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendition {
    pub(crate) size: Size,
    pub(crate) bytes: Vec<u8>,
}

/// An encoder failed on pixels that were decoded before: a defect of ours, or no memory.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotEncoded {
    #[error("the picture cannot be written as JPEG")]
    Jpeg(#[from] ImageError),
    #[error("the picture cannot be written as WebP: {0:?}")]
    Webp(WebPEncodingError),
}

/// Makes every size of a picture of this type. The same picture always gives the same bytes.
pub(crate) fn render(picture: Picture, kind: PictureType) -> Result<Published, NotEncoded> {
    let large = upright(picture);
    let mut renditions = Vec::with_capacity(SIZES.len());
    for size in SIZES {
        let pixels = narrowed(&large, size.width);
        let bytes = match size.form {
            Form::Webp => webp(&pixels, kind)?,
            Form::Jpeg => jpeg(pixels)?,
        };
        renditions.push(Rendition { size, bytes });
    }
    Ok(Published {
        width: large.width(),
        height: large.height(),
        renditions,
    })
}

/// The picture as it is to be seen, no wider than the largest size, with 8 bits in each of three or four channels. It is turned
/// last: turning takes as much memory again as the picture has.
fn upright(picture: Picture) -> DynamicImage {
    let Picture {
        pixels,
        orientation,
        profile,
    } = picture;
    let turned = turns(orientation);
    let shown_width = if turned {
        pixels.height()
    } else {
        pixels.width()
    };
    let mut pixels = plain(pixels);
    if shown_width > Size::LARGEST {
        let width = scaled(pixels.width(), shown_width, Size::LARGEST);
        let height = scaled(pixels.height(), shown_width, Size::LARGEST);
        pixels = resized(pixels, width, height);
    }
    if let Some(profile) = profile {
        convert_to_srgb(&mut pixels, &profile);
    }
    pixels.apply_orientation(orientation);
    pixels
}

fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// RGBA where something shines through, RGB otherwise.
fn plain(pixels: DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return pixels.into_rgb8().into();
    }
    let pixels = pixels.into_rgba8();
    if pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        DynamicImage::from(pixels).into_rgb8().into()
    } else {
        pixels.into()
    }
}

fn narrowed(pixels: &DynamicImage, most: u32) -> DynamicImage {
    if pixels.width() <= most {
        return pixels.clone();
    }
    let height = scaled(pixels.height(), pixels.width(), most);
    resized(pixels.clone(), most, height)
}

/// `length` when `whole` becomes `part`, rounded, at least one.
fn scaled(length: u32, whole: u32, part: u32) -> u32 {
    let (length, whole, part) = (u64::from(length), u64::from(whole), u64::from(part));
    let rounded = (length * part + whole / 2) / whole;
    u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
}

fn resized(pixels: DynamicImage, width: u32, height: u32) -> DynamicImage {
    match pixels {
        // Weighed by how much of it can be seen: otherwise the colour that a file happens to have where nothing is to be seen
        // makes a rim around what is.
        DynamicImage::ImageRgba8(mut pixels) => {
            weigh(&mut pixels);
            let mut small = shrunk(pixels.into(), width, height).into_rgba8();
            unweigh(&mut small);
            small.into()
        }
        other => shrunk(other, width, height),
    }
}

/// What is many times as large is averaged to twice the size first: as good to look at, and several times as fast.
fn shrunk(pixels: DynamicImage, width: u32, height: u32) -> DynamicImage {
    let pixels = if pixels.width() > 4 * width && pixels.height() > 4 * height {
        pixels.thumbnail_exact(2 * width, 2 * height)
    } else {
        pixels
    };
    pixels.resize_exact(width, height, FilterType::Lanczos3)
}

fn weigh(pixels: &mut RgbaImage) {
    for pixel in pixels.pixels_mut() {
        let [colours @ .., alpha] = &mut pixel.0;
        for colour in colours {
            *colour = part_of(*colour, *alpha);
        }
    }
}

fn unweigh(pixels: &mut RgbaImage) {
    for pixel in pixels.pixels_mut() {
        let [colours @ .., alpha] = &mut pixel.0;
        for colour in colours {
            let whole = (u16::from(*colour) * 255 + u16::from(*alpha) / 2)
                .checked_div(u16::from(*alpha))
                .unwrap_or(0);
            *colour = u8::try_from(whole).unwrap_or(u8::MAX);
        }
    }
}

/// `value * share / 255`, rounded.
fn part_of(value: u8, share: u8) -> u8 {
    let product = u16::from(value) * u16::from(share);
    u8::try_from((product + 127) / 255).unwrap_or(u8::MAX)
}

/// As WebP: lossy, or lossless where that is smaller. It can be for what is drawn (a logo), which comes as PNG; of a photograph
/// it is several times as large.
fn webp(pixels: &DynamicImage, kind: PictureType) -> Result<Vec<u8>, NotEncoded> {
    let lossy = webp_with(pixels, false)?;
    if kind != PictureType::Png {
        return Ok(lossy);
    }
    let lossless = webp_with(pixels, true)?;
    Ok(if lossless.len() < lossy.len() {
        lossless
    } else {
        lossy
    })
}

fn webp_with(pixels: &DynamicImage, lossless: bool) -> Result<Vec<u8>, NotEncoded> {
    let layout = if pixels.color().has_alpha() {
        PixelLayout::Rgba
    } else {
        PixelLayout::Rgb
    };
    let encoder = webp::Encoder::new(pixels.as_bytes(), layout, pixels.width(), pixels.height());
    let encoded = encoder
        .encode_simple(lossless, WEBP_QUALITY)
        .map_err(NotEncoded::Webp)?;
    Ok(encoded.to_vec())
}

fn jpeg(pixels: DynamicImage) -> Result<Vec<u8>, NotEncoded> {
    let pixels = match pixels {
        DynamicImage::ImageRgba8(pixels) => on_white(&pixels),
        other => other.into_rgb8(),
    };
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).write_image(
        pixels.as_raw(),
        pixels.width(),
        pixels.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

fn on_white(pixels: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        let white = u8::MAX - alpha;
        image::Rgb([red, green, blue].map(|colour| part_of(colour, alpha).saturating_add(white)))
    })
}
