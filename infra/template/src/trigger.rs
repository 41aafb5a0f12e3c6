//! A function's `Events`: what makes it run.

use std::time::Duration;

use crate::error::{Place, TemplateError};
use crate::filter::{Filters, read_filters};
use crate::properties::Properties;

/// One event of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A request to an HTTP API (`Type: HttpApi`).
    Http {
        /// Logical id of the API, in the function's own stack.
        api: String,
        /// Upper-case method, or `ANY`.
        method: String,
        /// Path with `{parameters}`, or `$default` for every request that no other route takes.
        path: String,
    },
    /// Messages of a queue (`Type: SQS`).
    Queue {
        /// Physical name of the queue.
        queue: String,
        /// ARN of the queue.
        arn: String,
        /// Most messages in one event.
        batch_size: u32,
        /// How long to wait for a fuller batch.
        window: Duration,
        /// Most invocations at once, from `ScalingConfig`.
        maximum_concurrency: Option<u32>,
        /// The function answers with `batchItemFailures` (`ReportBatchItemFailures`): only those messages come back.
        partial_failures: bool,
    },
    /// A clock (`Type: Schedule` or `ScheduleV2`), in UTC.
    Schedule {
        /// `rate(...)`, `cron(...)` or `at(...)`, as AWS writes it.
        expression: String,
        /// The event's JSON text; without it the event is the scheduler's own.
        input: Option<String>,
    },
    /// Changes of a table (`Type: DynamoDB`).
    Stream {
        /// Physical name of the table.
        table: String,
        /// ARN of the stream.
        arn: String,
        /// Most records in one event.
        batch_size: u32,
        /// How long to wait for a fuller batch.
        window: Duration,
        /// Where a new consumer starts.
        starting_position: StartingPosition,
        /// How often a failed batch is tried again; `None` is until its records expire.
        maximum_retries: Option<u32>,
        /// A failed batch is halved before it is tried again.
        bisect: bool,
        /// The function answers with `batchItemFailures`: what follows the first of them comes back.
        partial_failures: bool,
        /// ARN of the queue that hears of batches given up.
        on_failure: Option<String>,
        /// What reaches the function; it never hears of the rest.
        filters: Filters,
    },
    /// Changes of a bucket's objects (`Type: S3`).
    Bucket {
        /// Physical name of the bucket.
        bucket: String,
        /// Event types, as `s3:ObjectCreated:*`.
        events: Vec<String>,
        /// Keys that do not start so are passed over.
        prefix: Option<String>,
        /// Keys that do not end so are passed over.
        suffix: Option<String>,
    },
}

impl Trigger {
    /// Whether it is about this change of an object, named without `s3:` (`ObjectCreated:Put`).
    #[must_use]
    pub fn takes_object(&self, changed: &str, in_bucket: &str, key: &str) -> bool {
        let Trigger::Bucket {
            bucket,
            events,
            prefix,
            suffix,
        } = self
        else {
            return false;
        };
        let named = |event: &String| {
            let event = event.strip_prefix("s3:").unwrap_or(event);
            match event.strip_suffix('*') {
                Some(start) => changed.starts_with(start),
                None => changed == event,
            }
        };
        let starts = prefix
            .as_deref()
            .is_none_or(|prefix| key.starts_with(prefix));
        let ends = suffix.as_deref().is_none_or(|suffix| key.ends_with(suffix));
        bucket == in_bucket && events.iter().any(named) && starts && ends
    }
}

/// Where the first read of a stream starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// With the oldest record that is kept.
    TrimHorizon,
    /// With the next change.
    Latest,
}

/// Reads the property `Events` of a function.
pub(crate) fn read_triggers(function: &mut Properties<'_>) -> Result<Vec<Trigger>, TemplateError> {
    let Some(events) = function.section("Events")? else {
        return Ok(Vec::new());
    };
    events.sections()?.into_iter().map(read_trigger).collect()
}

fn read_trigger(mut event: Properties<'_>) -> Result<Trigger, TemplateError> {
    let place = event.place().within("Type");
    let kind = event.required_text("Type")?;
    let missing = event.place().within("Properties").refuse("is missing");
    let mut properties = event.section("Properties")?.ok_or(missing)?;
    event.finish()?;
    let trigger = match kind.as_str() {
        "HttpApi" => read_http(&mut properties)?,
        "SQS" => read_queue(&mut properties)?,
        "Schedule" => read_schedule(&mut properties, "Schedule")?,
        "ScheduleV2" => read_schedule(&mut properties, "ScheduleExpression")?,
        "DynamoDB" => read_stream(&mut properties)?,
        "S3" => read_bucket(&mut properties)?,
        other => {
            return Err(place.refuse(format!(
                "`{other}` is outside the event types that this reader knows"
            )));
        }
    };
    properties.finish()?;
    Ok(trigger)
}

fn read_http(properties: &mut Properties<'_>) -> Result<Trigger, TemplateError> {
    let place = properties.place().clone();
    let api_id = properties.required_text("ApiId")?;
    let scope = properties.scope();
    let api = scope
        .document
        .resources
        .keys()
        .find(|id| scope.api_id(id) == api_id)
        .cloned();
    let api = api.ok_or_else(|| {
        place
            .within("ApiId")
            .refuse("must be !Ref of an HttpApi of this file")
    })?;
    if properties
        .text("PayloadFormatVersion")?
        .is_some_and(|version| version != "2.0")
    {
        return Err(place.within("PayloadFormatVersion").refuse("must be 2.0"));
    }
    properties.ignore(&["RouteSettings", "TimeoutInMillis"]);
    let (method, path) = match (properties.text("Method")?, properties.text("Path")?) {
        (None, None) => ("ANY".to_owned(), "$default".to_owned()),
        (Some(method), Some(path)) => (method.to_ascii_uppercase(), path),
        _ => return Err(place.refuse("needs both Path and Method, or neither for $default")),
    };
    check_path(&path, &place.within("Path"))?;
    match method.as_str() {
        "ANY" | "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => {
            Ok(Trigger::Http { api, method, path })
        }
        other => Err(place
            .within("Method")
            .refuse(format!("`{other}` is not a method"))),
    }
}

/// A path is made of plain segments, `{name}` and, at the end, `{name+}`.
fn check_path(path: &str, place: &Place) -> Result<(), TemplateError> {
    if path == "$default" {
        return Ok(());
    }
    let Some(rest) = path.strip_prefix('/') else {
        return Err(place.refuse("must start with `/`"));
    };
    let segments: Vec<&str> = rest.split('/').collect();
    let mut names = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let Some(name) = segment
            .strip_prefix('{')
            .and_then(|inner| inner.strip_suffix('}'))
        else {
            if segment.contains(['{', '}']) || (segment.is_empty() && segments.len() > 1) {
                return Err(place.refuse(format!(
                    "`{segment}` is neither a plain segment nor a `{{parameter}}`"
                )));
            }
            continue;
        };
        if name.ends_with('+') && index + 1 != segments.len() {
            return Err(place.refuse(format!(
                "`{segment}` takes the rest of the path, so it stands at its end"
            )));
        }
        let name = name.trim_end_matches('+');
        if name.is_empty() || names.contains(&name) {
            return Err(place.refuse(format!("`{segment}` needs a name of its own")));
        }
        names.push(name);
    }
    Ok(())
}

fn read_queue(properties: &mut Properties<'_>) -> Result<Trigger, TemplateError> {
    let arn = properties.required_text("Queue")?;
    if properties.take_raw("FilterCriteria").is_some() {
        return Err(properties.place().within("FilterCriteria").refuse(
            "would delete every message that it does not take; send the queue only what its function is for",
        ));
    }
    let place = properties.place().within("Queue");
    let queue = arn
        .strip_prefix("arn:aws:sqs:")
        .and_then(|rest| rest.rsplit_once(':'))
        .map(|(_, name)| name.to_owned());
    let maximum_concurrency = match properties.section("ScalingConfig")? {
        None => None,
        Some(mut scaling) => {
            let most = scaling.number("MaximumConcurrency")?;
            scaling.finish()?;
            most
        }
    };
    Ok(Trigger::Queue {
        queue: queue.ok_or_else(|| place.refuse("must be the ARN of a queue"))?,
        arn,
        batch_size: properties.number("BatchSize")?.unwrap_or(10),
        window: read_window(properties)?,
        maximum_concurrency,
        partial_failures: read_partial_failures(properties)?,
    })
}

fn read_schedule(
    properties: &mut Properties<'_>,
    expression: &str,
) -> Result<Trigger, TemplateError> {
    properties.ignore(&["Description", "FlexibleTimeWindow", "Name", "RetryPolicy"]);
    Ok(Trigger::Schedule {
        expression: properties.required_text(expression)?,
        input: properties.text("Input")?,
    })
}

fn read_stream(properties: &mut Properties<'_>) -> Result<Trigger, TemplateError> {
    let arn = properties.required_text("Stream")?;
    let place = properties.place().clone();
    let table = arn
        .split_once(":table/")
        .and_then(|(_, rest)| rest.split_once("/stream/"))
        .map(|(name, _)| name.to_owned());
    let starting_position = match properties.required_text("StartingPosition")?.as_str() {
        "TRIM_HORIZON" => StartingPosition::TrimHorizon,
        "LATEST" => StartingPosition::Latest,
        _ => {
            return Err(place
                .within("StartingPosition")
                .refuse("must be TRIM_HORIZON or LATEST"));
        }
    };
    Ok(Trigger::Stream {
        table: table.ok_or_else(|| {
            place
                .within("Stream")
                .refuse("must be the ARN of a table's stream")
        })?,
        arn,
        batch_size: properties.number("BatchSize")?.unwrap_or(100),
        window: read_window(properties)?,
        starting_position,
        maximum_retries: properties.number("MaximumRetryAttempts")?,
        bisect: properties
            .flag("BisectBatchOnFunctionError")?
            .unwrap_or(false),
        partial_failures: read_partial_failures(properties)?,
        on_failure: read_on_failure(properties)?,
        filters: read_filters(properties)?,
    })
}

/// `DestinationConfig` with `OnFailure`: the ARN of a queue. SAM attaches the permission to send there only where the type is
/// said, so it has to be.
pub(crate) fn read_on_failure(
    properties: &mut Properties<'_>,
) -> Result<Option<String>, TemplateError> {
    let Some(mut destinations) = properties.section("DestinationConfig")? else {
        return Ok(None);
    };
    let Some(mut destination) = destinations.section("OnFailure")? else {
        return destinations.finish().map(|()| None);
    };
    destinations.finish()?;
    let place = destination.place().clone();
    if destination.text("Type")?.as_deref() != Some("SQS") {
        return Err(place
            .within("Type")
            .refuse("must be SQS, the only kind in use"));
    }
    let arn = destination.required_text("Destination")?;
    destination.finish()?;
    match arn.starts_with("arn:aws:sqs:") {
        true => Ok(Some(arn)),
        false => Err(place
            .within("Destination")
            .refuse("must be the ARN of a queue")),
    }
}

fn read_bucket(properties: &mut Properties<'_>) -> Result<Trigger, TemplateError> {
    let bucket = properties.required_text("Bucket")?;
    let events = properties.texts("Events")?;
    if events.is_empty() {
        return Err(properties.place().within("Events").refuse("is missing"));
    }
    let (prefix, suffix) = match properties.section("Filter")? {
        None => (None, None),
        Some(filter) => read_key_filter(filter)?,
    };
    Ok(Trigger::Bucket {
        bucket,
        events,
        prefix,
        suffix,
    })
}

fn read_key_filter(
    mut filter: Properties<'_>,
) -> Result<(Option<String>, Option<String>), TemplateError> {
    let (mut prefix, mut suffix) = (None, None);
    if let Some(mut key) = filter.section("S3Key")? {
        for mut rule in key.list("Rules")? {
            let place = rule.place().within("Name");
            let value = rule.required_text("Value")?;
            match rule.required_text("Name")?.as_str() {
                "prefix" => prefix = Some(value),
                "suffix" => suffix = Some(value),
                _ => return Err(place.refuse("must be prefix or suffix")),
            }
            rule.finish()?;
        }
        key.finish()?;
    }
    filter.finish()?;
    Ok((prefix, suffix))
}

fn read_window(properties: &mut Properties<'_>) -> Result<Duration, TemplateError> {
    let seconds = properties
        .number("MaximumBatchingWindowInSeconds")?
        .unwrap_or(0);
    Ok(Duration::from_secs(seconds.into()))
}

fn read_partial_failures(properties: &mut Properties<'_>) -> Result<bool, TemplateError> {
    let place = properties.place().within("FunctionResponseTypes");
    let types = properties.texts("FunctionResponseTypes")?;
    match types.iter().find(|name| *name != "ReportBatchItemFailures") {
        Some(other) => Err(place.refuse(format!("`{other}` is not a response type"))),
        None => Ok(!types.is_empty()),
    }
}
