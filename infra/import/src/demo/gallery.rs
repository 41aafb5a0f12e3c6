//! Which pictures the demo catalogue has and how each looks.

use image::ImageError;

use crate::demo::colour::Colour;
use crate::demo::drawing::Inks;
use crate::demo::drawings::{self, Draw};
use crate::demo::picture::{self, Backdrop, Scene};

/// `product,number,drawing,body,accent,backdrop,scene`: colours as `#rrggbb`.
const TABLE: &str = include_str!("../../demo/pictures.csv");

/// A picture of the demo catalogue, not drawn yet.
#[derive(Clone, Debug)]
pub struct DemoPicture {
    product: &'static str,
    number: u32,
    draw: Draw,
    inks: Inks,
    backdrop: Backdrop,
}

/// All pictures of the demo catalogue, for whoever wants to look at them without a mall.
#[must_use]
pub fn demo_pictures() -> Vec<DemoPicture> {
    TABLE
        .lines()
        .skip(1)
        .map(|row| read(row).expect("the table is part of the program, and a test reads each row"))
        .collect()
}

fn read(row: &'static str) -> Option<DemoPicture> {
    let fields: Vec<&str> = row.split(',').collect();
    let [product, number, drawing, body, accent, table, scene] = fields[..] else {
        return None;
    };
    Some(DemoPicture {
        product,
        number: number.parse().ok()?,
        draw: drawings::find(drawing)?,
        inks: Inks {
            body: Colour::parse(body)?,
            accent: Colour::parse(accent)?,
        },
        backdrop: Backdrop {
            table: Colour::parse(table)?,
            scene: Scene::find(scene)?,
        },
    })
}

impl DemoPicture {
    /// The key of the object: `catalog/<product>/<n>.png`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("catalog/{}/{}.png", self.product, self.number)
    }

    /// Draws the picture as PNG, 800 by 800 pixels. Takes tens of milliseconds.
    ///
    /// # Errors
    /// Those of the PNG encoder.
    pub fn draw(&self) -> Result<Vec<u8>, ImageError> {
        picture::draw(self.draw, self.inks, self.backdrop)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::picture::SIZE;

    #[test]
    fn each_row_of_the_table_names_a_drawing_colours_and_a_scene() {
        for row in TABLE.lines().skip(1) {
            assert!(read(row).is_some(), "{row}");
        }
    }

    #[test]
    fn each_drawing_is_used() {
        let used: BTreeSet<&str> = TABLE
            .lines()
            .skip(1)
            .filter_map(|row| row.split(',').nth(2))
            .collect();
        let known: BTreeSet<&str> = drawings::names().collect();
        assert_eq!(used, known);
    }

    #[test]
    fn all_pictures_differ_and_are_large_enough_and_not_too_heavy() {
        let pictures = demo_pictures();
        let mut seen = BTreeSet::new();
        for drawn in draw_all(&pictures) {
            let (width, height) = (
                u32::from_be_bytes(drawn[16..20].try_into().unwrap()),
                u32::from_be_bytes(drawn[20..24].try_into().unwrap()),
            );
            assert_eq!((width as usize, height as usize), (SIZE, SIZE));
            assert!(drawn.len() < 150_000, "a picture of {} bytes", drawn.len());
            assert!(seen.insert(drawn), "two pictures are the same");
        }
        assert_eq!(seen.len(), pictures.len());
    }

    fn draw_all(pictures: &[DemoPicture]) -> Vec<Vec<u8>> {
        std::thread::scope(|scope| {
            let halves = pictures.split_at(pictures.len() / 2);
            let halves = [halves.0, halves.1].map(|half| {
                scope.spawn(|| {
                    half.iter()
                        .map(|picture| picture.draw().unwrap())
                        .collect::<Vec<_>>()
                })
            });
            halves
                .into_iter()
                .flat_map(|half| half.join().unwrap())
                .collect()
        })
    }
}
