//! Reads a small mall whole, and broken in one place at a time.

mod mall;
mod reading;
mod refusals;
