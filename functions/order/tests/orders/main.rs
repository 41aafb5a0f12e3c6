//! Orders, from the quote to the closing of what nobody paid: events in, answers and stock out.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod audit;
mod closing;
mod faults;
mod payments;
mod placing;
mod quotes;
mod races;
mod shop;
mod units;
mod views;
