//! `mall cost`: what requests, messages and orders cost, from the log.

use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use template::{Deployment, Trigger};

use super::{CommandError, say};
use crate::cli::CostOptions;
use crate::cost::{BilledTime, Line, Prices, Summary, Terms};
use crate::log_file::LogOfRun;
use crate::templates::read_for_facts;

/// A function of which the templates know nothing: AWS's default.
const DEFAULT_MEMORY_MB: u32 = 128;

pub(crate) fn run(options: &CostOptions) -> Result<ExitCode, CommandError> {
    let prices = match &options.prices {
        Some(path) => Prices::read(&read(path)?)?,
        None => Prices::of_repository()?,
    };
    let deployment = read_for_facts(&options.place.root()?)?;
    let memory_mb = |operation: &str| {
        let function = deployment.function(operation);
        function.map_or(DEFAULT_MEMORY_MB, |function| function.memory_mb)
    };
    let terms = Terms {
        prices: &prices,
        memory_mb: &memory_mb,
        time: options
            .billed_ms
            .map_or(BilledTime::Measured, BilledTime::Fixed),
    };
    let (lines, missing_parts) = read_lines(options)?;
    let summary = Summary::of(&lines, &terms);
    if options.json {
        let mut json = summary.to_json(&prices);
        json["missing_log_parts"] = missing_parts.into();
        say(json);
    } else {
        let text = summary.to_text(&prices, polled_queues(&deployment));
        say(text.trim_end());
        if missing_parts > 0 {
            say(format!(
                "\nThe first {missing_parts} parts of this run's log are gone (two are kept): these are the sums of the rest."
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The lines, and how many parts of the log are gone that came before them.
fn read_lines(options: &CostOptions) -> Result<(Vec<Line>, u64), CommandError> {
    let (files, missing_parts) = if options.logs.is_empty() {
        let log = LogOfRun::find(&options.place.data()?);
        (log.files, log.missing_parts)
    } else {
        (options.logs.clone(), 0)
    };
    let mut lines = Vec::new();
    for file in &files {
        lines.extend(Line::find_all(&read(file)?));
    }
    Ok((lines, missing_parts))
}

/// A file, or standard input for `-`.
fn read(path: &Path) -> Result<String, CommandError> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    // What a killed mall left half written is no reason not to read the rest.
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    bytes.map(text).map_err(|source| CommandError::File {
        path: path.to_owned(),
        source,
    })
}

fn polled_queues(deployment: &Deployment) -> u64 {
    let triggers = deployment
        .functions()
        .flat_map(|function| &function.triggers);
    let queues = triggers.filter(|trigger| matches!(trigger, Trigger::Queue { .. }));
    queues.count() as u64
}
