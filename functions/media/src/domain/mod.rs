//! Rules of pictures: values in, values out.

mod address;
mod colour;
mod examine;
mod jpeg;
mod render;
mod upload;

#[cfg(test)]
mod tests;

pub(crate) use address::{Addresses, SIZES, Size};
pub(crate) use examine::{Refused, examine};
pub(crate) use render::{NotEncoded, Published, Rendition, render};
pub(crate) use upload::{Announced, PictureType, Purpose, State, Upload, UploadSize, Uploader};
