//! The rules on real bytes, made here.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::png::PngEncoder,
};

use super::*;

/// A picture without a plain spot, the same each time.
fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = (x * 7 + y * 13) % 256;
        Rgb([wave as u8, (x % 256) as u8, (y % 256) as u8])
    })
}

fn encoded(pixels: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn announced(content_type: PictureType, bytes: &[u8]) -> Announced {
    Announced {
        content_type,
        size_bytes: serde_json::from_value(bytes.len().into()).unwrap(),
        purpose: Purpose::Product,
    }
}

fn examined(content_type: PictureType, bytes: &[u8]) -> Result<(u32, u32), Refused> {
    let picture = examine(bytes, &announced(content_type, bytes))?;
    Ok((picture.pixels.width(), picture.pixels.height()))
}

fn rendered(content_type: PictureType, bytes: &[u8]) -> Published {
    let picture = examine(bytes, &announced(content_type, bytes)).unwrap();
    render(picture, content_type).unwrap()
}

fn decoded(published: &Published, index: usize) -> DynamicImage {
    image::load_from_memory(&published.renditions[index].bytes).unwrap()
}

/// A JPEG with an Exif segment that says how the camera was held.
fn held(orientation: u8, jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// A PNG of this size whose data end after some bytes: enough to be asked how large it is.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(photo(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}

#[test]
fn each_type_is_taken_for_what_it_is() {
    let photo = photo(20, 10);
    for (content_type, format) in [
        (PictureType::Jpeg, ImageFormat::Jpeg),
        (PictureType::Png, ImageFormat::Png),
        (PictureType::Webp, ImageFormat::WebP),
    ] {
        let bytes = encoded(photo.clone(), format);
        assert_eq!(examined(content_type, &bytes), Ok((20, 10)), "{format:?}");
    }
}

#[test]
fn what_is_no_picture_of_the_announced_type_is_refused() {
    let (jpeg, png) = (
        encoded(photo(20, 10), ImageFormat::Jpeg),
        encoded(photo(20, 10), ImageFormat::Png),
    );
    assert_eq!(examined(PictureType::Png, &jpeg), Err(Refused::OtherType));
    assert_eq!(examined(PictureType::Jpeg, &png), Err(Refused::OtherType));
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let no_pictures: [&[u8]; 6] = [
        svg,
        b"PK\x03\x04\x14\0\0\0",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"<html><script>alert(1)</script>",
        b"\xff\xd8",
        b"RIFF",
    ];
    for bytes in no_pictures {
        for content_type in [PictureType::Jpeg, PictureType::Png, PictureType::Webp] {
            assert_eq!(examined(content_type, bytes), Err(Refused::NotAPicture));
        }
    }
    let one_more = announced(PictureType::Jpeg, &[&jpeg[..], b"x"].concat());
    assert_eq!(examine(&jpeg, &one_more).err(), Some(Refused::WrongSize));
}

#[test]
fn what_moves_is_refused() {
    let png = encoded(photo(8, 8), ImageFormat::Png);
    let mut control = b"acTL\0\0\0\x02\0\0\0\0".to_vec();
    control.extend(crc32(&control).to_be_bytes());
    let moving = [&png[..33], &[0, 0, 0, 8], &control, &png[33..]].concat();
    assert_eq!(examined(PictureType::Png, &moving), Err(Refused::Animated));

    let still = encoded(photo(8, 8), ImageFormat::WebP);
    let frame = [
        &[0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0, 100, 0, 0, 0],
        &still[12..],
    ]
    .concat();
    let chunks = [
        riff_chunk(b"VP8X", &[2, 0, 0, 0, 7, 0, 0, 7, 0, 0]),
        riff_chunk(b"ANIM", &[0; 6]),
        riff_chunk(b"ANMF", &frame),
        riff_chunk(b"ANMF", &frame),
    ];
    let moving = riff_chunk(b"RIFF", &[b"WEBP", &*chunks.concat()].concat());
    assert_eq!(examined(PictureType::Webp, &moving), Err(Refused::Animated));
}

fn riff_chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let filling = &[0][..content.len() % 2];
    [name, &length, content, filling].concat()
}

#[test]
fn a_picture_that_ends_early_is_refused_wherever_it_ends() {
    for (content_type, format) in [
        (PictureType::Jpeg, ImageFormat::Jpeg),
        (PictureType::Png, ImageFormat::Png),
        (PictureType::Webp, ImageFormat::WebP),
    ] {
        let whole = encoded(photo(64, 64), format);
        for end in (12..whole.len() - 20).step_by(97) {
            let part = &whole[..end];
            assert_eq!(
                examined(content_type, part),
                Err(Refused::Broken),
                "{format:?} {end}"
            );
        }
    }
}

#[test]
fn a_thumbnails_end_is_not_the_pictures_end() {
    let jpeg = encoded(photo(64, 64), ImageFormat::Jpeg);
    let thumbnail = encoded(photo(8, 8), ImageFormat::Jpeg);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(thumbnail.len() + 2).unwrap().to_be_bytes());
    bytes.extend(thumbnail);
    bytes.extend(&jpeg[2..]);
    assert_eq!(examined(PictureType::Jpeg, &bytes), Ok((64, 64)));
    bytes.truncate(bytes.len() - 100);
    assert_eq!(examined(PictureType::Jpeg, &bytes), Err(Refused::Broken));
}

#[test]
fn a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() {
    for (width, height) in [
        (10_000, 10_000),
        (u32::MAX >> 1, 1),
        (1, 16_384),
        (6_400, 6_400),
    ] {
        let bytes = png_header(width, height);
        let refused = examined(PictureType::Png, &bytes);
        assert_eq!(refused, Err(Refused::TooManyPixels), "{width} x {height}");
    }
    // Small enough to be decoded, and found to have no data.
    assert_eq!(
        examined(PictureType::Png, &png_header(600, 400)),
        Err(Refused::Broken)
    );
}

#[test]
fn noise_after_a_right_beginning_is_refused_and_never_panics() {
    let mut noise = 1_u32;
    let mut next = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    };
    for (content_type, format) in [
        (PictureType::Jpeg, ImageFormat::Jpeg),
        (PictureType::Png, ImageFormat::Png),
        (PictureType::Webp, ImageFormat::WebP),
    ] {
        let whole = encoded(photo(32, 32), format);
        for _ in 0..200 {
            let mut bytes = whole.clone();
            for _ in 0..4 {
                let at = usize::from(next()) * 256 + usize::from(next());
                let at = 12 + at % (bytes.len() - 12);
                bytes[at] = next();
            }
            // Whatever comes of it, it is an answer.
            if let Ok(picture) = examine(&bytes, &announced(content_type, &bytes)) {
                render(picture, content_type).unwrap();
            }
        }
    }
}

#[test]
fn every_size_is_made_and_none_is_enlarged() {
    let published = rendered(
        PictureType::Jpeg,
        &encoded(photo(2400, 1600), ImageFormat::Jpeg),
    );
    assert_eq!((published.width, published.height), (1200, 800));
    let pixels: Vec<_> = (0..4)
        .map(|index| decoded(&published, index))
        .map(|picture| (picture.width(), picture.height()))
        .collect();
    assert_eq!(pixels, [(160, 107), (480, 320), (1200, 800), (1200, 800)]);
    let formats: Vec<_> = published
        .renditions
        .iter()
        .map(|rendition| image::guess_format(&rendition.bytes).unwrap())
        .collect();
    let (webp, jpeg) = (ImageFormat::WebP, ImageFormat::Jpeg);
    assert_eq!(formats, [webp, webp, webp, jpeg]);

    let small = rendered(
        PictureType::Jpeg,
        &encoded(photo(300, 3), ImageFormat::Jpeg),
    );
    let pixels: Vec<_> = (0..4)
        .map(|index| decoded(&small, index))
        .map(|picture| (picture.width(), picture.height()))
        .collect();
    assert_eq!(pixels, [(160, 2), (300, 3), (300, 3), (300, 3)]);
}

#[test]
fn a_picture_is_turned_as_its_camera_was_held() {
    // Left half red, right half blue.
    let halves = RgbImage::from_fn(1600, 400, |x, _| {
        if x < 800 {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    });
    let jpeg = encoded(halves, ImageFormat::Jpeg);
    let plain = rendered(PictureType::Jpeg, &jpeg);
    assert_eq!((plain.width, plain.height), (1200, 300));
    // 6: what was left is on top.
    let turned = rendered(PictureType::Jpeg, &held(6, &jpeg));
    assert_eq!((turned.width, turned.height), (400, 1600));
    let picture = decoded(&turned, 2).into_rgb8();
    let (top, bottom) = (picture.get_pixel(200, 100), picture.get_pixel(200, 1500));
    assert!(top.0[0] > 200 && top.0[2] < 60, "{top:?}");
    assert!(bottom.0[2] > 200 && bottom.0[0] < 60, "{bottom:?}");
}

#[test]
fn a_logo_keeps_what_shines_through_and_its_fallback_is_on_white() {
    // A disc on nothing; the nothing happens to be green.
    let logo = RgbaImage::from_fn(600, 600, |x, y| {
        let (dx, dy) = (x.abs_diff(300), y.abs_diff(300));
        if dx * dx + dy * dy < 200 * 200 {
            Rgba([250, 200, 40, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    });
    let published = rendered(PictureType::Png, &encoded(logo, ImageFormat::Png));
    let medium = decoded(&published, 1).into_rgba8();
    assert_eq!(medium.get_pixel(2, 2).0[3], 0);
    assert_eq!(medium.get_pixel(240, 240).0[3], 255);
    // No green rim: whatever can be seen has the disc's colour.
    for pixel in medium.pixels().filter(|pixel| pixel.0[3] > 60) {
        assert!(pixel.0[0] > 225 && pixel.0[1] < 235, "{pixel:?}");
    }
    let fallback = decoded(&published, 3).into_rgb8();
    assert!(
        fallback
            .get_pixel(2, 2)
            .0
            .iter()
            .all(|colour| *colour > 250)
    );
}

#[test]
fn colours_of_another_space_look_as_they_did_there() {
    // The red of sRGB, as Display P3 writes it.
    let red = RgbImage::from_pixel(40, 40, Rgb([234, 51, 35]));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    encoder.set_icc_profile(profile).unwrap();
    encoder
        .write_image(&red, 40, 40, ExtendedColorType::Rgb8)
        .unwrap();
    let published = rendered(PictureType::Png, &bytes);
    let [red, green, blue] = decoded(&published, 2).into_rgb8().get_pixel(20, 20).0;
    assert!(red > 250 && green < 8 && blue < 8, "{red} {green} {blue}");
}

#[test]
fn a_picture_is_published_without_anything_but_its_pixels() {
    let mut bytes = held(1, &encoded(photo(200, 100), ImageFormat::Jpeg));
    bytes.extend(b"<html><script>alert(1)</script></html>");
    let published = rendered(PictureType::Jpeg, &bytes);
    for rendition in published.renditions {
        let text = String::from_utf8_lossy(&rendition.bytes).into_owned();
        assert!(!text.contains("Exif") && !text.contains("EXIF") && !text.contains("<script>"));
    }
}

#[test]
fn a_drawing_is_published_lossless_where_that_is_smaller_and_a_photograph_is_not() {
    let drawing = RgbImage::from_fn(400, 400, |x, _| {
        if x < 200 {
            Rgb([255, 255, 255])
        } else {
            Rgb([10, 20, 30])
        }
    });
    let published = rendered(
        PictureType::Png,
        &encoded(drawing.clone(), ImageFormat::Png),
    );
    assert_eq!(decoded(&published, 2).into_rgb8(), drawing);
    let photo = photo(400, 400);
    let published = rendered(PictureType::Png, &encoded(photo.clone(), ImageFormat::Png));
    let lossless = encoded(photo, ImageFormat::WebP).len();
    assert!(published.renditions[2].bytes.len() <= lossless);
}

#[test]
fn the_same_picture_always_gives_the_same_bytes() {
    let bytes = encoded(photo(500, 500), ImageFormat::Png);
    assert_eq!(
        rendered(PictureType::Png, &bytes),
        rendered(PictureType::Png, &bytes)
    );
}
