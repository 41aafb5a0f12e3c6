//! Products: how staff write them and put them on sale, and what the storefront shows of them.
#![allow(clippy::unwrap_used)]

mod editing;
mod goods;
mod history;
mod life;
mod lists;
mod storefront;
