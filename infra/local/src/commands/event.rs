//! `mall event`: a function's sample event with live values.

use std::process::ExitCode;

use super::{CommandError, block_on, sample};
use crate::cli::EventOptions;

pub(crate) fn run(options: &EventOptions) -> Result<ExitCode, CommandError> {
    let event = block_on(sample::live_event(&options.place, &options.function))?;
    super::say(event);
    Ok(ExitCode::SUCCESS)
}
