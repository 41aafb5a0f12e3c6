//! A Lambda function: one operation behind the Lambda Runtime API.

use std::process::ExitCode;

use kernel::Environment;
use lambda_http::lambda_runtime::{self, LambdaEvent};
use serde_json::value::RawValue;
use tracing::error;
use tracing_subscriber::EnvFilter;

use crate::{Boot, Running, Service};

/// Why a function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("there is no operation {name:?} in {service}; there are {known}")]
    UnknownOperation {
        service: &'static str,
        name: String,
        known: String,
    },
    #[error(transparent)]
    Config(#[from] kernel::ConfigError),
    #[error("the runtime of the function cannot be made")]
    Runtime(#[source] std::io::Error),
    #[error("the Lambda runtime ended: {0}")]
    Ended(String),
}

/// Has what this process logs written as JSON lines to its standard output, filtered by `RUST_LOG` (`info` unless set).
/// [`run`] does so itself.
pub fn start_logs() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,aws_config=warn"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .init();
}

/// Runs the operation that `_HANDLER` names until the process is told to stop.
#[must_use]
pub fn run(service: Service) -> ExitCode {
    start_logs();
    match serve(&service) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!(service = service.name(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(service: &Service) -> Result<(), StartError> {
    let environment = Environment::of_process();
    let name = environment.text("_HANDLER")?.to_owned();
    let operation = service
        .operation(&name)
        .ok_or_else(|| StartError::UnknownOperation {
            service: service.name(),
            name,
            known: service
                .operations()
                .map(crate::Operation::name)
                .collect::<Vec<_>>()
                .join(", "),
        })?;
    let running = operation.start(&Boot::new(environment)?)?;
    // One event at a time, mostly waiting for the network: one thread starts faster and is all that a function has.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?
        .block_on(take_events(running))
}

async fn take_events(running: Running) -> Result<(), StartError> {
    let handler = |event: LambdaEvent<Box<RawValue>>| {
        let running = running.clone();
        async move {
            running
                .handle(event.payload)
                .await
                .map_err(|error| lambda_runtime::Error::from(error.to_string()))
        }
    };
    lambda_runtime::run(lambda_runtime::service_fn(handler))
        .await
        .map_err(|error| StartError::Ended(error.to_string()))
}
