//! Pictures, from the form to their addresses, through HTTP and the bucket's events.
#![allow(clippy::unwrap_used)]

mod attacks;
mod back_office;
mod faults;
mod publishing;
mod support;
mod twins;
mod uploads;
