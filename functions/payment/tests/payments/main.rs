//! Paying for orders, through HTTP, with the real services below.
#![allow(clippy::unwrap_used)]

mod faults;
mod forgeries;
mod notice;
mod notices;
mod shop;
mod starting;
