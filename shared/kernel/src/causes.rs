//! What a log says about an error.

use std::{error::Error, fmt::Write};

/// An error and all its causes, on one line: `the order cannot be read: the store is busy: no answer`.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {next}");
        cause = next.source();
    }
    text
}
