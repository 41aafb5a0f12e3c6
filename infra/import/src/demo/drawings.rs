//! The drawings by name, as `pictures.csv` calls them.

use crate::demo::drawing::{Drawing, Inks};

mod appliances;
mod beauty;
mod clothes;
mod computers;
mod devices;
mod food;
mod home;
mod leisure;

/// Draws one product in the given colours.
pub(crate) type Draw = fn(&mut Drawing, Inks);

/// The drawing of this name.
pub(crate) fn find(name: &str) -> Option<Draw> {
    let (_, draw) = DRAWINGS.iter().find(|(known, _)| *known == name)?;
    Some(*draw)
}

#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    DRAWINGS.iter().map(|(name, _)| *name)
}

const DRAWINGS: &[(&str, Draw)] = &[
    ("phone", devices::phone),
    ("button-phone", devices::button_phone),
    ("headphones", devices::headphones),
    ("earbuds", devices::earbuds),
    ("speaker", devices::speaker),
    ("watch", devices::watch),
    ("camera", devices::camera),
    ("laptop", computers::laptop),
    ("tablet", computers::tablet),
    ("monitor", computers::monitor),
    ("keyboard", computers::keyboard),
    ("mouse", computers::mouse),
    ("notebook", computers::notebook),
    ("pen", computers::pen),
    ("television", appliances::television),
    ("fridge", appliances::fridge),
    ("washer", appliances::washer),
    ("kettle", appliances::kettle),
    ("rice-cooker", appliances::rice_cooker),
    ("fan", appliances::fan),
    ("robot", appliances::robot),
    ("tshirt", clothes::tshirt),
    ("striped-tshirt", clothes::striped_tshirt),
    ("hoodie", clothes::hoodie),
    ("dress", clothes::dress),
    ("sneaker", clothes::sneaker),
    ("high-top", clothes::high_top),
    ("backpack", clothes::backpack),
    ("suitcase", clothes::suitcase),
    ("desk-lamp", home::desk_lamp),
    ("chair", home::chair),
    ("mug", home::mug),
    ("thermos", home::thermos),
    ("teapot", home::teapot),
    ("cushion", home::cushion),
    ("leafy-plant", home::leafy_plant),
    ("cactus", home::cactus),
    ("cream", beauty::cream),
    ("serum", beauty::serum),
    ("perfume", beauty::perfume),
    ("lipstick", beauty::lipstick),
    ("toothbrush", beauty::toothbrush),
    ("pump-bottle", beauty::pump_bottle),
    ("apples", food::apples),
    ("oranges", food::oranges),
    ("tea-tin", food::tea_tin),
    ("coffee-bag", food::coffee_bag),
    ("honey", food::honey),
    ("nuts", food::nuts),
    ("chocolate", food::chocolate),
    ("book-moon", leisure::book_moon),
    ("book-hills", leisure::book_hills),
    ("book-waves", leisure::book_waves),
    ("book-sun", leisure::book_sun),
    ("book-whale", leisure::book_whale),
    ("blocks", leisure::blocks),
    ("bear", leisure::bear),
    ("toy-car", leisure::toy_car),
    ("basketball", leisure::basketball),
    ("tent", leisure::tent),
];
