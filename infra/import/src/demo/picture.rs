//! Draws a picture: a backdrop in the colour of a department, the soft shadow of a product, and the product itself.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, GrayImage, ImageEncoder, ImageResult};

use crate::demo::colour::{Colour, INK};
use crate::demo::drawing::{Drawing, Inks, MIDDLE};
use crate::demo::drawings::Draw;
use crate::demo::raster::{COARSER, Canvas, Paint, silhouette};
use crate::demo::shape::{Shape, circle, ellipse, polygon, rect, round};

/// Width and height of a picture in pixels.
pub(crate) const SIZE: usize = 800;

/// The upper edge of the table that products stand on.
const TABLE: f32 = 588.0;

/// What is behind a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backdrop {
    /// Colour of the table; the wall is a lighter tone of it.
    pub(crate) table: Colour,
    pub(crate) scene: Scene,
}

/// The light figure on the wall.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scene {
    Circle,
    Arch,
    Slope,
    Panel,
}

impl Scene {
    pub(crate) fn find(name: &str) -> Option<Scene> {
        match name {
            "circle" => Some(Scene::Circle),
            "arch" => Some(Scene::Arch),
            "slope" => Some(Scene::Slope),
            "panel" => Some(Scene::Panel),
            _ => None,
        }
    }
}

/// Draws a picture as PNG.
pub(crate) fn draw(draw: Draw, inks: Inks, backdrop: Backdrop) -> ImageResult<Vec<u8>> {
    let mut drawing = Drawing::default();
    draw(&mut drawing, inks);
    let mut canvas = Canvas::new(SIZE, SIZE);
    paint_backdrop(&mut canvas, backdrop, inks);
    let solid = drawing.layers.iter().filter(|layer| layer.is_solid());
    paint_shadow(
        &mut canvas,
        &solid.map(|layer| &layer.shape).collect::<Vec<_>>(),
    );
    for layer in &drawing.layers {
        canvas.fill(
            &layer.shape,
            layer.clip.as_ref(),
            &layer.paint,
            layer.opacity,
        );
    }
    encode(&canvas)
}

fn paint_backdrop(canvas: &mut Canvas, Backdrop { table, scene }: Backdrop, inks: Inks) {
    let tint = inks.body.mix(inks.accent, 0.5);
    let (wall, table) = (table.light(0.5).mix(tint, 0.05), table.mix(tint, 0.07));
    let glow = wall.light(0.62);
    let side = SIZE as f32;
    let mut fill = |shape: Shape, paint: Paint| canvas.fill(&shape, None, &paint, 1.0);
    fill(
        rect(0.0, 0.0, side, side),
        Paint::Down(wall.light(0.3), wall),
    );
    match scene {
        Scene::Circle => fill(circle(MIDDLE, 372.0, 292.0), glow.into()),
        Scene::Arch => fill(round(150.0, 96.0, 500.0, 600.0, 250.0), glow.into()),
        Scene::Slope => {
            fill(
                polygon(&[(0.0, 240.0), (side, 0.0), (side, side), (0.0, side)]),
                wall.mix(table, 0.5).into(),
            );
            fill(circle(560.0, 250.0, 170.0), glow.into());
        }
        Scene::Panel => {
            fill(round(120.0, 80.0, 560.0, 560.0, 60.0), glow.into());
            fill(circle(660.0, 150.0, 64.0), table.into());
        }
    }
    fill(
        rect(0.0, TABLE, side, side - TABLE),
        Paint::Down(table, table.light(0.35)),
    );
    fill(rect(0.0, TABLE, side, 3.0), table.light(0.4).into());
}

/// The shadow that the parts throw on the wall, and the one they stand on.
fn paint_shadow(canvas: &mut Canvas, parts: &[&Shape]) {
    let coarsely = |shape: &Shape, dx: f32, dy: f32| {
        shape
            .clone()
            .shift(dx, dy)
            .scale(1.0 / COARSER as f32, (0.0, 0.0))
    };
    let wall: Vec<Shape> = parts
        .iter()
        .map(|part| coarsely(part, 10.0, 20.0))
        .collect();
    let bounds = parts.iter().filter_map(|part| part.bounds());
    let (left, right, bottom) = bounds.fold(
        (f32::MAX, 0.0_f32, 0.0_f32),
        |(left, right, bottom), (l, _, r, b)| (left.min(l), right.max(r), bottom.max(b)),
    );
    let foot = coarsely(
        &ellipse(
            (left + right) / 2.0 + 8.0,
            bottom - 2.0,
            (right - left) * 0.48,
            15.0,
        ),
        0.0,
        0.0,
    );
    let shares = blurred(&wall, 7.0).into_iter().zip(blurred(&[foot], 2.6));
    let veil: Vec<u8> = shares
        .map(|(wall, foot)| (f32::from(wall) * 0.2 + f32::from(foot) * 0.42) as u8)
        .collect();
    canvas.veil(&veil, INK);
}

/// The blurred silhouette of shapes of the coarse size.
fn blurred(shapes: &[Shape], blur: f32) -> Vec<u8> {
    let side = SIZE / COARSER;
    // Blurring by this type keeps the work in the image crate, which is optimised in every profile.
    GrayImage::from_raw(side as u32, side as u32, silhouette(shapes, side, side))
        .map(|mask| {
            DynamicImage::ImageLuma8(mask)
                .fast_blur(blur)
                .into_luma8()
                .into_raw()
        })
        .unwrap_or_default()
}

fn encode(canvas: &Canvas) -> ImageResult<Vec<u8>> {
    let mut png = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive)
        .write_image(
            &canvas.pixels,
            canvas.width as u32,
            canvas.height as u32,
            ExtendedColorType::Rgb8,
        )?;
    Ok(png.into_inner())
}
