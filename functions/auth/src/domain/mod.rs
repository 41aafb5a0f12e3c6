//! Rules of signing in: values in, values out.

mod proof;
mod tries;

pub(crate) use proof::proven;
pub(crate) use tries::{TooManyTries, Tries};
