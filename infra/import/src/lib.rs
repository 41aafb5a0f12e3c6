//! Fills a mall through the mall's own HTTP API, from files or with a demo catalogue.
//!
//! [`import`] reads a category list (CSV) and a product list (JSON lines), refuses what is wrong at sight, sends the rest as
//! staff would, and reports line by line what was not imported and why. [`load_demo`] does the same with a catalogue that is
//! part of this crate, whose pictures it draws and puts into the mall's bucket first. Both may be repeated, or broken off and
//! started again, at any time: every request carries ids that stay, so nothing doubles.
//!
//! ```text
//! source      a file and its numbered lines
//! categories  \_ read and check one kind of line;
//! products    /  the value is also the body of its request
//! client      the three requests; retries; which answers end a run
//! problem     a refusal of the mall in one line
//! run         the order of things; counts
//! report      what the caller gets, errors included
//! progress    what the terminal shows
//! demo        the demo catalogue (data in ../demo) and the pictures it is shown with
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod categories;
mod client;
mod demo;
mod problem;
mod products;
mod progress;
mod report;
mod run;
mod source;

pub use client::MallClient;
pub use demo::{DemoPicture, Pictures, demo_pictures, load_demo};
pub use progress::Progress;
pub use report::{Booked, ImportError, Refusal, Report, Written};
pub use run::import;
pub use source::{Source, Sources};
