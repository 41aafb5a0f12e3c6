//! Colours as the drawings mix them.

/// A colour in sRGB, each part from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Colour {
    red: f32,
    green: f32,
    blue: f32,
}

pub(crate) const WHITE: Colour = Colour::hex(0xff_ff_ff);
/// A blue black: shades mixed from it look deeper than those from black.
pub(crate) const INK: Colour = Colour::hex(0x1c_22_30);

impl Colour {
    /// Of `0xRRGGBB`.
    pub(crate) const fn hex(rgb: u32) -> Colour {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Colour {
            red: red as f32,
            green: green as f32,
            blue: blue as f32,
        }
    }

    /// From text such as `#2f4858`.
    pub(crate) fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        u32::from_str_radix(digits, 16).ok().map(Colour::hex)
    }

    /// This colour with `part` (0 to 1) of another.
    pub(crate) fn mix(self, other: Colour, part: f32) -> Colour {
        let blend = |from: f32, to: f32| from + (to - from) * part;
        Colour {
            red: blend(self.red, other.red),
            green: blend(self.green, other.green),
            blue: blend(self.blue, other.blue),
        }
    }

    pub(crate) fn light(self, part: f32) -> Colour {
        self.mix(WHITE, part)
    }

    pub(crate) fn dark(self, part: f32) -> Colour {
        self.mix(INK, part)
    }

    pub(crate) fn bytes(self) -> [u8; 3] {
        // A float converts to the nearest byte it can be: `as` saturates.
        [
            self.red.round() as u8,
            self.green.round() as u8,
            self.blue.round() as u8,
        ]
    }
}
