//! Carts through the front door: HTTP events and messages in, answers out, on the embedded back ends.
#![allow(clippy::unwrap_used)]

mod guests;
mod items;
mod merging;
mod ordered_lines;
mod support;
mod writes;
