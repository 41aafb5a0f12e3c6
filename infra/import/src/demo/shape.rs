//! Shapes in the plane: closed contours made of short straight pieces, x to the right, y downwards.

use std::f32::consts::{FRAC_PI_2, TAU};

/// A point, in pixels of the picture.
pub(crate) type Point = (f32, f32);

/// A filled area. Contours that run one way add area, contours that run the other way cut holes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) contours: Vec<Vec<Point>>,
}

/// Pieces of a curve: so many leave less than half a pixel to the true curve at the sizes in use.
const PIECES: usize = 24;

impl Shape {
    fn of(mut contour: Vec<Point>) -> Shape {
        if turning(&contour) < 0.0 {
            contour.reverse();
        }
        Shape {
            contours: vec![contour],
        }
    }

    /// This area and the other.
    pub(crate) fn and(mut self, other: Shape) -> Shape {
        self.contours.extend(other.contours);
        self
    }

    /// This area without the other, which must lie within it.
    pub(crate) fn without(mut self, other: Shape) -> Shape {
        self.contours
            .extend(other.contours.into_iter().map(|mut contour| {
                contour.reverse();
                contour
            }));
        self
    }

    pub(crate) fn shift(self, dx: f32, dy: f32) -> Shape {
        self.map(|(x, y)| (x + dx, y + dy))
    }

    /// Turned clockwise about a point.
    pub(crate) fn turn(self, degrees: f32, (cx, cy): Point) -> Shape {
        let (sin, cos) = degrees.to_radians().sin_cos();
        self.map(|(x, y)| {
            (
                cx + (x - cx) * cos - (y - cy) * sin,
                cy + (x - cx) * sin + (y - cy) * cos,
            )
        })
    }

    pub(crate) fn scale(self, factor: f32, (cx, cy): Point) -> Shape {
        self.map(|(x, y)| (cx + (x - cx) * factor, cy + (y - cy) * factor))
    }

    /// The mirror image about the vertical line at `x`.
    pub(crate) fn mirror(self, axis: f32) -> Shape {
        let mut mirrored = self.map(|(x, y)| (2.0 * axis - x, y));
        for contour in &mut mirrored.contours {
            contour.reverse();
        }
        mirrored
    }

    fn map(mut self, to: impl Fn(Point) -> Point) -> Shape {
        for point in self.contours.iter_mut().flatten() {
            *point = to(*point);
        }
        self
    }

    /// Left, top, right and bottom of the area; nothing of an empty one.
    pub(crate) fn bounds(&self) -> Option<(f32, f32, f32, f32)> {
        self.contours
            .iter()
            .flatten()
            .fold(None, |bounds, &(x, y)| {
                let (left, top, right, bottom) = bounds.unwrap_or((x, y, x, y));
                Some((left.min(x), top.min(y), right.max(x), bottom.max(y)))
            })
    }
}

/// Twice the area within a contour, positive when it runs clockwise on the screen.
fn turning(contour: &[Point]) -> f32 {
    let next = contour.iter().cycle().skip(1);
    contour
        .iter()
        .zip(next)
        .map(|(&(x0, y0), &(x1, y1))| x0 * y1 - x1 * y0)
        .sum()
}

pub(crate) fn rect(x: f32, y: f32, width: f32, height: f32) -> Shape {
    polygon(&[
        (x, y),
        (x + width, y),
        (x + width, y + height),
        (x, y + height),
    ])
}

/// A rectangle with rounded corners.
pub(crate) fn round(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Shape {
    let radius = radius.min(width / 2.0).min(height / 2.0);
    let (right, bottom) = (x + width - radius, y + height - radius);
    let corners = [
        (right, y + radius, 3.0),
        (right, bottom, 0.0),
        (x + radius, bottom, 1.0),
        (x + radius, y + radius, 2.0),
    ];
    let points = corners.into_iter().flat_map(|(cx, cy, quarter)| {
        (0..=PIECES / 2).map(move |piece| {
            let (sin, cos) = (FRAC_PI_2 * (quarter + 2.0 * piece as f32 / PIECES as f32)).sin_cos();
            (cx + radius * cos, cy + radius * sin)
        })
    });
    Shape::of(points.collect())
}

pub(crate) fn circle(cx: f32, cy: f32, radius: f32) -> Shape {
    ellipse(cx, cy, radius, radius)
}

pub(crate) fn ellipse(cx: f32, cy: f32, rx: f32, ry: f32) -> Shape {
    let pieces = PIECES * 4;
    let points = (0..pieces).map(|piece| {
        let (sin, cos) = (TAU * piece as f32 / pieces as f32).sin_cos();
        (cx + rx * cos, cy + ry * sin)
    });
    Shape::of(points.collect())
}

/// A circle with a smaller one cut out.
pub(crate) fn ring(cx: f32, cy: f32, outer: f32, inner: f32) -> Shape {
    circle(cx, cy, outer).without(circle(cx, cy, inner))
}

pub(crate) fn polygon(points: &[Point]) -> Shape {
    Shape::of(points.to_vec())
}

/// The area within a curve, written as an SVG path of the commands `M`, `L`, `Q`, `C` with absolute coordinates.
pub(crate) fn path(text: &str) -> Shape {
    Shape::of(trace(text))
}

/// A pen of round tip and the given width, drawn along a curve that is written like that of [`path`].
pub(crate) fn stroke(text: &str, width: f32) -> Shape {
    let points = trace(text);
    let radius = width / 2.0;
    let mut line = Shape::default();
    for &(x, y) in &points {
        line = line.and(circle_of_few(x, y, radius));
    }
    for pair in points.windows(2) {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        let length = (x1 - x0).hypot(y1 - y0);
        if length > 0.01 {
            let (dx, dy) = ((y1 - y0) / length * radius, (x0 - x1) / length * radius);
            line = line.and(polygon(&[
                (x0 + dx, y0 + dy),
                (x1 + dx, y1 + dy),
                (x1 - dx, y1 - dy),
                (x0 - dx, y0 - dy),
            ]));
        }
    }
    line
}

fn circle_of_few(cx: f32, cy: f32, radius: f32) -> Shape {
    let pieces = 20;
    let points = (0..pieces).map(|piece| {
        let (sin, cos) = (TAU * piece as f32 / pieces as f32).sin_cos();
        (cx + radius * cos, cy + radius * sin)
    });
    Shape::of(points.collect())
}

/// The points of a written curve. What is not understood is left out: the drawings are our own and looked at.
fn trace(text: &str) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut command = 'M';
    let mut numbers: Vec<f32> = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        match word.parse() {
            Ok(number) => numbers.push(number),
            Err(_) => command = word.chars().next().unwrap_or('Z'),
        }
        let from = points.last().copied().unwrap_or_default();
        match (command, numbers.as_slice()) {
            ('M' | 'L', &[x, y]) => points.push((x, y)),
            ('Q', &[x1, y1, x, y]) => points.extend(bend(from, (x1, y1), (x1, y1), (x, y), true)),
            ('C', &[x1, y1, x2, y2, x, y]) => {
                points.extend(bend(from, (x1, y1), (x2, y2), (x, y), false))
            }
            _ => continue,
        }
        numbers.clear();
    }
    points
}

/// Points of a Bézier curve after its start, quadratic (by its one handle) or cubic.
fn bend(
    from: Point,
    handle: Point,
    second: Point,
    to: Point,
    quadratic: bool,
) -> impl Iterator<Item = Point> {
    (1..=PIECES).map(move |piece| {
        let t = piece as f32 / PIECES as f32;
        let u = 1.0 - t;
        let weights = if quadratic {
            [u * u, u * t, u * t, t * t]
        } else {
            [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t]
        };
        let sum = |part: fn(Point) -> f32| {
            part(from) * weights[0]
                + part(handle) * weights[1]
                + part(second) * weights[2]
                + part(to) * weights[3]
        };
        (sum(|point| point.0), sum(|point| point.1))
    })
}
