//! Fills shapes into pixels, with smooth edges.
//!
//! A row of a shape is a short list of steps: from this pixel on, so much is covered. Steps stand only where an edge passes,
//! so what lies between two edges is filled as one run. That keeps a picture cheap even where this crate is not optimised.

use crate::demo::colour::Colour;
use crate::demo::shape::{Point, Shape};

/// Bytes of a pixel.
const DEPTH: usize = 3;
/// Pixels of a canvas, in each direction, for one sample of a veil.
pub(crate) const COARSER: usize = 4;

/// From pixel `x` on, `cover` (0 to 1) of each pixel is covered.
#[derive(Clone, Copy)]
struct Step {
    x: usize,
    cover: f32,
}

/// What a shape is filled with.
#[derive(Clone, Debug)]
pub(crate) enum Paint {
    /// One colour.
    Flat(Colour),
    /// From the first colour at the top of the shape to the second at its bottom.
    Down(Colour, Colour),
    /// Evenly spaced colours from left to right of the shape.
    Across(Vec<Colour>),
    /// From the first colour at a point to the second at a distance from it.
    Around(Point, f32, Colour, Colour),
}

/// The rows of a shape, clipped to a canvas.
pub(crate) struct Mask {
    top: usize,
    rows: Vec<Vec<Step>>,
}

impl Mask {
    pub(crate) fn of(shape: &Shape, width: usize, height: usize) -> Mask {
        let Some((_, top, _, bottom)) = shape.bounds() else {
            return Mask {
                top: 0,
                rows: Vec::new(),
            };
        };
        let top = top.max(0.0) as usize;
        let end = (bottom.max(0.0).ceil() as usize).min(height);
        let mut rows = vec![Vec::new(); end.saturating_sub(top)];
        for contour in &shape.contours {
            let next = contour.iter().cycle().skip(1);
            for (&from, &to) in contour.iter().zip(next) {
                add_edge(&mut rows, top, width, from, to);
            }
        }
        for row in &mut rows {
            add_up(row);
        }
        Mask { top, rows }
    }

    /// What both cover.
    fn within(&self, other: &Mask) -> Mask {
        let rows = self.rows.iter().enumerate().map(|(index, row)| {
            let theirs = (self.top + index)
                .checked_sub(other.top)
                .and_then(|index| other.rows.get(index));
            theirs.map_or_else(Vec::new, |theirs| multiply(row, theirs))
        });
        Mask {
            top: self.top,
            rows: rows.collect(),
        }
    }

    /// Each row with its number and its runs: first pixel, pixel after the last, cover.
    fn runs(&self, width: usize) -> impl Iterator<Item = (usize, usize, usize, f32)> {
        self.rows.iter().enumerate().flat_map(move |(index, row)| {
            let ends = row.iter().skip(1).map(|step| step.x).chain([width]);
            row.iter()
                .zip(ends)
                .filter(|(step, end)| step.cover > 0.004 && step.x < *end)
                .map(move |(step, end)| (self.top + index, step.x, end.min(width), step.cover))
        })
    }
}

/// Adds to each row what one edge changes: the area to the right of it, by pixel, as a change from the pixel before.
fn add_edge(rows: &mut [Vec<Step>], top: usize, width: usize, from: Point, to: Point) {
    let (sign, (x0, y0), (x1, y1)) = if from.1 < to.1 {
        (1.0, from, to)
    } else {
        (-1.0, to, from)
    };
    if y1 - y0 < 1e-6 {
        return;
    }
    let slope = (x1 - x0) / (y1 - y0);
    let right = width as f32;
    let first = (y0.max(top as f32) as usize).max(top);
    for (y, row) in rows
        .iter_mut()
        .enumerate()
        .skip(first - top)
        .map(|(index, row)| ((top + index) as f32, row))
    {
        if y >= y1 {
            break;
        }
        let (start, end) = (y0.max(y), y1.min(y + 1.0));
        let (a, b) = (
            (x0 + (start - y0) * slope).clamp(0.0, right),
            (x0 + (end - y0) * slope).clamp(0.0, right),
        );
        add_piece(row, sign * (end - start), a.min(b), a.max(b));
    }
}

/// An edge that passes one row from `x0` to `x1` and has `height` of it to its right.
fn add_piece(row: &mut Vec<Step>, height: f32, x0: f32, x1: f32) {
    // Area to the right of the edge and left of `x`, of a row one pixel high.
    let area_left_of = |x: f32| {
        if x <= x0 {
            0.0
        } else if x < x1 {
            (x - x0) * (x - x0) / (2.0 * (x1 - x0))
        } else {
            x - (x0 + x1) / 2.0
        }
    };
    let mut before = 0.0;
    for x in x0 as usize..=x1 as usize + 1 {
        let cover = height * (area_left_of(x as f32 + 1.0) - area_left_of(x as f32));
        row.push(Step {
            x,
            cover: cover - before,
        });
        before = cover;
    }
}

/// Turns changes in any order into steps from left to right.
fn add_up(row: &mut Vec<Step>) {
    row.sort_unstable_by_key(|step| step.x);
    let mut sum = 0.0;
    let mut steps: Vec<Step> = Vec::with_capacity(row.len());
    for change in row.iter() {
        sum += change.cover;
        let cover = f32::min(sum.abs(), 1.0);
        match steps.last_mut() {
            Some(last) if last.x == change.x => last.cover = cover,
            _ => steps.push(Step { x: change.x, cover }),
        }
    }
    *row = steps;
}

fn multiply(one: &[Step], other: &[Step]) -> Vec<Step> {
    let (mut i, mut j) = (0, 0);
    let (mut a, mut b) = (0.0, 0.0);
    let mut steps = Vec::with_capacity(one.len() + other.len());
    while i < one.len() || j < other.len() {
        let x = usize::min(
            one.get(i).map_or(usize::MAX, |step| step.x),
            other.get(j).map_or(usize::MAX, |step| step.x),
        );
        if let Some(step) = one.get(i).filter(|step| step.x == x) {
            (a, i) = (step.cover, i + 1);
        }
        if let Some(step) = other.get(j).filter(|step| step.x == x) {
            (b, j) = (step.cover, j + 1);
        }
        steps.push(Step { x, cover: a * b });
    }
    steps
}

/// Pixels in red, green and blue.
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Canvas {
        Canvas {
            width,
            height,
            pixels: vec![0; width * height * DEPTH],
        }
    }

    /// Fills the part of a shape that lies within the clip.
    pub(crate) fn fill(
        &mut self,
        shape: &Shape,
        clip: Option<&Shape>,
        paint: &Paint,
        opacity: f32,
    ) {
        let Some(bounds) = shape.bounds() else { return };
        let mut mask = Mask::of(shape, self.width, self.height);
        if let Some(clip) = clip {
            mask = mask.within(&Mask::of(clip, self.width, self.height));
        }
        let mut brush = Brush::new(paint, bounds, self.width);
        for (y, start, end, cover) in mask.runs(self.width) {
            brush.load(y, start, end);
            let (from, to) = (start * DEPTH, end * DEPTH);
            let row = &mut self.pixels[y * self.width * DEPTH..][from..to];
            let colours = &brush.row[from..to];
            let share = (cover * opacity * 256.0).round() as i32;
            if share >= 255 {
                row.copy_from_slice(colours);
            } else {
                blend(row, colours, share);
            }
        }
    }

    /// Moves pixels towards a colour, as much (0 to 255) as a veil of a quarter of the width and height says. Between the
    /// veil's samples it is interpolated; its outermost half sample is left out.
    pub(crate) fn veil(&mut self, veil: &[u8], colour: Colour) {
        let colour = colour.bytes();
        let coarse = self.width / COARSER;
        for (row, pair) in veil
            .chunks_exact(coarse)
            .zip(veil.chunks_exact(coarse).skip(1))
            .enumerate()
        {
            for column in 0..coarse - 1 {
                let corners = [
                    pair.0[column],
                    pair.0[column + 1],
                    pair.1[column],
                    pair.1[column + 1],
                ];
                if corners != [0; 4] {
                    self.veil_between(
                        column * COARSER + COARSER / 2,
                        row * COARSER + COARSER / 2,
                        corners.map(i32::from),
                        colour,
                    );
                }
            }
        }
    }

    fn veil_between(&mut self, left: usize, top: usize, [a, b, c, d]: [i32; 4], colour: [u8; 3]) {
        for (y, down) in (top..).zip([1, 3, 5, 7]) {
            let (from, to) = (a * (8 - down) + c * down, b * (8 - down) + d * down);
            let mut start = (y * self.width + left) * DEPTH;
            for across in [1, 3, 5, 7] {
                let share = (from * (8 - across) + to * across + 32) >> 6;
                blend(&mut self.pixels[start..start + DEPTH], &colour, share);
                start += DEPTH;
            }
        }
    }
}

/// Moves each byte towards another by so many 256ths.
fn blend(row: &mut [u8], colours: &[u8], share: i32) {
    let mut index = 0;
    while index < row.len() {
        let (old, new) = (i32::from(row[index]), i32::from(colours[index]));
        row[index] = (old + (((new - old) * share) >> 8)) as u8;
        index += 1;
    }
}

/// One row of colours, ready to be copied from.
struct Brush<'a> {
    paint: &'a Paint,
    bounds: (f32, f32, f32, f32),
    row: Vec<u8>,
    loaded: Option<usize>,
}

/// Shades from the middle to the rim of [`Paint::Around`], by the square of the distance.
const SHADES: usize = 256;

impl<'a> Brush<'a> {
    fn new(paint: &'a Paint, bounds: (f32, f32, f32, f32), width: usize) -> Brush<'a> {
        let mut brush = Brush {
            paint,
            bounds,
            row: vec![0; width * DEPTH],
            loaded: None,
        };
        match paint {
            Paint::Flat(colour) => spread(&mut brush.row, colour.bytes()),
            Paint::Across(colours) => brush.lay_across(colours, width),
            Paint::Down(..) | Paint::Around(..) => {}
        }
        brush
    }

    fn lay_across(&mut self, colours: &[Colour], width: usize) {
        let (left, _, right, _) = self.bounds;
        let (first, end) = (
            left.max(0.0) as usize,
            (right.max(0.0).ceil() as usize).min(width),
        );
        for x in first..end {
            let place = ((x as f32 + 0.5 - left) / (right - left)).clamp(0.0, 1.0)
                * (colours.len() - 1) as f32;
            let index = (place as usize).min(colours.len().saturating_sub(2));
            let colour = colours[index].mix(
                colours[(index + 1).min(colours.len() - 1)],
                place - index as f32,
            );
            self.row[x * DEPTH..][..DEPTH].copy_from_slice(&colour.bytes());
        }
    }

    /// Makes the row hold the colours of these pixels.
    fn load(&mut self, y: usize, start: usize, end: usize) {
        match *self.paint {
            Paint::Flat(_) | Paint::Across(_) => {}
            Paint::Down(top_colour, bottom_colour) => {
                if self.loaded != Some(y) {
                    let (_, top, _, bottom) = self.bounds;
                    let place = ((y as f32 + 0.5 - top) / (bottom - top)).clamp(0.0, 1.0);
                    spread(&mut self.row, top_colour.mix(bottom_colour, place).bytes());
                    self.loaded = Some(y);
                }
            }
            Paint::Around((cx, cy), radius, middle, rim) => {
                let dy = y as f32 + 0.5 - cy;
                let scale = 1.0 / (radius * radius);
                for x in start..end {
                    let dx = x as f32 + 0.5 - cx;
                    let place = ((dx * dx + dy * dy) * scale).min(1.0);
                    // As many shades as bytes can tell apart: fewer different pixels make a smaller file.
                    let shade = (place * SHADES as f32).round() / SHADES as f32;
                    self.row[x * DEPTH..][..DEPTH].copy_from_slice(&middle.mix(rim, shade).bytes());
                }
            }
        }
    }
}

/// Fills a row with one colour, by copying twice as much each time.
fn spread(row: &mut [u8], colour: [u8; 3]) {
    row[..DEPTH].copy_from_slice(&colour);
    let mut filled = DEPTH;
    while filled < row.len() {
        let more = filled.min(row.len() - filled);
        row.copy_within(..more, filled);
        filled += more;
    }
}

/// How much of each pixel a set of shapes covers, 0 to 255.
pub(crate) fn silhouette<'a>(
    shapes: impl IntoIterator<Item = &'a Shape>,
    width: usize,
    height: usize,
) -> Vec<u8> {
    let mut pixels = vec![0_u8; width * height];
    for shape in shapes {
        for (y, start, end, cover) in Mask::of(shape, width, height).runs(width) {
            for pixel in &mut pixels[y * width..][start..end] {
                *pixel = (*pixel).max((cover * 255.0).round() as u8);
            }
        }
    }
    pixels
}
