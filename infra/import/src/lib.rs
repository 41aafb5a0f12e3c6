//! Fills a mall through the mall's own HTTP API, from files or with a demo catalogue, and writes such files of it.
//!
//! [`import`] reads a category list (CSV) and a product list (JSON lines or CSV), refuses what is wrong at sight, sends the rest
//! as staff would, and reports line by line what was not imported and why. [`export_products`] and [`export_categories`] write
//! the same files. [`load_demo`] imports a catalogue that is part of this crate, whose pictures it draws and puts into the mall's
//! bucket first. All may be repeated, or broken off and started again, at any time: every request carries ids that stay, so
//! nothing doubles, and what is as the file says already is not written. The README beside says what files look like and how a
//! brand or an attribute is found.
//!
//! ```text
//! source        a file and its numbered lines, read as they come
//! categories    reads and checks the category list
//! product       a product as files have it
//! json_lines    \_ read one form of the product list;
//! csv_products  /  the latter writes it too
//!   csv_columns, csv_rows   its columns; its lines and cells
//! products      the products of either, each id and code once
//! taxonomy      the brands and attributes that they refer to, and by which ids
//! said          what a file says of those, beside all that the mall has of them
//! document      a product as the mall has it
//! client        requests
//! patience      when a request is sent again
//! answer        what an answer means, and which end a run
//! problem       a refusal of the mall in one line
//! read          one thing of the mall, or a list page by page
//! settle        brings one thing to what a file says of it
//! run           the order of things; counts
//!   categories, taxonomy, products   a stage each
//! export        writes lists of what a mall has
//! report        what the caller gets, errors included
//! progress      what the terminal shows
//! demo          the demo catalogue (data in ../demo) and the pictures it is shown with
//! ```

mod answer;
mod categories;
mod client;
mod csv_columns;
mod csv_products;
mod csv_rows;
mod demo;
mod document;
mod export;
mod json_lines;
mod patience;
mod problem;
mod product;
mod products;
mod progress;
mod read;
mod report;
mod run;
mod said;
mod settle;
mod source;
mod taxonomy;

pub use client::MallClient;
pub use demo::{DemoPicture, Pictures, demo_pictures, load_demo};
pub use export::{ListFormat, export_categories, export_products};
pub use progress::Progress;
pub use report::{Booked, ImportError, Refusal, Report, Written};
pub use run::import;
pub use source::{Source, Sources};
