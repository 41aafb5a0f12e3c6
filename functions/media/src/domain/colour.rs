//! Colours, as they are taken where a file says nothing of them: sRGB.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts pixels whose colours are those of an ICC profile (telephones photograph in Display P3): without the profile, which is
/// not published, they would look dull. Pixels stay as they are where the profile cannot be read or is not of RGB.
pub(super) fn convert_to_srgb(pixels: &mut DynamicImage, profile: &[u8]) {
    let (layout, bytes): (Layout, &mut [u8]) = match pixels {
        DynamicImage::ImageRgb8(pixels) => (Layout::Rgb, pixels),
        DynamicImage::ImageRgba8(pixels) => (Layout::Rgba, pixels),
        _ => return,
    };
    let Ok(profile) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, options) else {
        return;
    };
    let source = bytes.to_vec();
    if transform.transform(&source, bytes).is_err() {
        bytes.copy_from_slice(&source);
    }
}
