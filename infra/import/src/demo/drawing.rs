//! A drawing in the making: layers of filled shapes, from back to front.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::raster::Paint;
use crate::demo::shape::Shape;

/// The two colours that tell one picture of a drawing from another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inks {
    pub(crate) body: Colour,
    pub(crate) accent: Colour,
}

/// What a drawing function draws a product with. Products stand on the line y = [`FLOOR`] about x = [`MIDDLE`]; light comes
/// from the upper left.
#[derive(Default)]
pub(crate) struct Drawing {
    pub(crate) layers: Vec<Layer>,
}

pub(crate) const FLOOR: f32 = 640.0;
pub(crate) const MIDDLE: f32 = 400.0;

pub(crate) struct Layer {
    pub(crate) shape: Shape,
    /// The layer shows only within this shape.
    pub(crate) clip: Option<Shape>,
    pub(crate) paint: Paint,
    pub(crate) opacity: f32,
}

impl Layer {
    /// Whether it throws a shadow.
    pub(crate) fn is_solid(&self) -> bool {
        self.clip.is_none() && self.opacity >= 1.0
    }
}

impl Drawing {
    /// A solid part: it throws a shadow.
    pub(crate) fn fill(&mut self, shape: Shape, paint: impl Into<Paint>) {
        self.layers.push(Layer {
            shape,
            clip: None,
            paint: paint.into(),
            opacity: 1.0,
        });
    }

    /// A pattern on a part.
    pub(crate) fn print(&mut self, part: &Shape, shape: Shape, paint: impl Into<Paint>) {
        self.layers.push(Layer {
            shape,
            clip: Some(part.clone()),
            paint: paint.into(),
            opacity: 1.0,
        });
    }

    /// A glaze of a colour over a part.
    pub(crate) fn glaze(&mut self, part: &Shape, shape: Shape, colour: Colour, opacity: f32) {
        self.layers.push(Layer {
            shape,
            clip: Some(part.clone()),
            paint: Paint::Flat(colour),
            opacity,
        });
    }

    /// Light on a part.
    pub(crate) fn shine(&mut self, part: &Shape, shape: Shape, opacity: f32) {
        self.glaze(part, shape, WHITE, opacity);
    }

    /// Shade on a part.
    pub(crate) fn shade(&mut self, part: &Shape, shape: Shape, opacity: f32) {
        self.glaze(part, shape, INK, opacity);
    }
}

impl From<Colour> for Paint {
    fn from(colour: Colour) -> Paint {
        Paint::Flat(colour)
    }
}

/// How a flat thing takes the light: a little lighter at the top.
pub(crate) fn flat(colour: Colour) -> Paint {
    Paint::Down(colour.light(0.12), colour.dark(0.08))
}

/// How something round and upright takes the light.
pub(crate) fn upright(colour: Colour) -> Paint {
    Paint::Across(vec![
        colour.dark(0.14),
        colour.light(0.22),
        colour.light(0.05),
        colour.dark(0.06),
        colour.dark(0.24),
    ])
}

/// Polished metal.
pub(crate) fn metal() -> Paint {
    let grey = Colour::hex(0xc4_cb_d4);
    Paint::Across(vec![
        grey.dark(0.3),
        grey.light(0.6),
        grey,
        grey.light(0.25),
        grey.dark(0.35),
    ])
}

/// How a ball takes the light.
pub(crate) fn ball(colour: Colour, cx: f32, cy: f32, radius: f32) -> Paint {
    Paint::Around(
        (cx - radius * 0.35, cy - radius * 0.4),
        radius * 1.5,
        colour.light(0.3),
        colour.dark(0.22),
    )
}
