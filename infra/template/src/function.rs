//! `AWS::Serverless::Function`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::document::RawResource;
use crate::error::{Place, TemplateError};
use crate::intrinsics::scalar_text;
use crate::policy::{Statement, read_policies};
use crate::properties::Properties;
use crate::trigger::{Trigger, read_on_failure, read_triggers};

/// A function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Logical id in its template, as `SubmitOrder`.
    pub id: String,
    /// Name of its stack: the service.
    pub stack: String,
    /// The function's name on AWS (`AWS_LAMBDA_FUNCTION_NAME`); the handler where the template gives none.
    pub name: String,
    /// What it does, in one sentence; `None` where the template does not say.
    pub description: Option<String>,
    /// The operation it runs (`_HANDLER`), as `submit-order`.
    pub handler: String,
    /// The binary that holds the operation, from `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// Its environment variables, `Globals` included.
    pub environment: BTreeMap<String, String>,
    /// Memory in MB; AWS's default is 128.
    pub memory_mb: u32,
    /// How long one invocation may take; AWS's default is 3 seconds.
    pub timeout: Duration,
    /// Most instances at once; `None` is as many as the account has.
    pub reserved_concurrency: Option<u32>,
    /// Requests are followed through it and the services it calls (X-Ray).
    pub tracing: bool,
    /// Where and how it logs.
    pub logging: Logging,
    /// What its role may do, besides what SAM adds for logs, traces and its own events.
    pub policies: Vec<Statement>,
    /// What makes it run.
    pub triggers: Vec<Trigger>,
    /// What becomes of events that nobody waits for and that fail (a bucket's, a schedule's).
    pub unawaited: Unawaited,
}

/// A function's `EventInvokeConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unawaited {
    /// How often a failed event is tried again; AWS's default is twice.
    pub maximum_retries: u32,
    /// ARN of the queue that hears of events given up; without one they are gone.
    pub on_failure: Option<String>,
}

impl Default for Unawaited {
    fn default() -> Self {
        Self {
            maximum_retries: 2,
            on_failure: None,
        }
    }
}

/// A function's `LoggingConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logging {
    /// Name of the log group; `None` is one of its own, which nobody declares and whose lines are kept for ever.
    pub log_group: Option<String>,
    /// Lines are JSON.
    pub json: bool,
    /// The least level of its own lines that AWS keeps, as `INFO`.
    pub level: Option<String>,
}

impl Function {
    pub(crate) fn read(
        mut properties: Properties<'_>,
        resource: &RawResource,
    ) -> Result<Function, TemplateError> {
        let scope = properties.scope();
        let place = properties.place().clone();
        let id = place.id().to_owned();
        let name = scope.function_name(&id)?;
        properties.ignore(&["FunctionName"]);
        check_runtime(&mut properties, &place)?;
        let function = Function {
            stack: scope.stack.to_owned(),
            name,
            description: properties.text("Description")?,
            handler: properties.required_text("Handler")?,
            binary: read_binary(&resource.metadata, &scope.document.place(&id, "Metadata"))?,
            environment: read_environment(&mut properties)?,
            memory_mb: properties.number("MemorySize")?.unwrap_or(128),
            timeout: Duration::from_secs(properties.number("Timeout")?.unwrap_or(3).into()),
            reserved_concurrency: properties.number("ReservedConcurrentExecutions")?,
            tracing: properties.text("Tracing")?.as_deref() == Some("Active"),
            logging: read_logging(&mut properties)?,
            policies: read_policies(&mut properties)?,
            triggers: read_triggers(&mut properties)?,
            unawaited: read_unawaited(&mut properties)?,
            id,
        };
        properties.ignore(&[
            "Architectures",
            "AutoPublishAlias",
            "CodeUri",
            "DeploymentPreference",
            "EphemeralStorage",
            "KmsKeyArn",
            "PermissionsBoundary",
            "PropagateTags",
            "ProvisionedConcurrencyConfig",
            "RecursiveLoop",
            "RuntimeManagementConfig",
            "Tags",
        ]);
        properties.finish()?;
        Ok(function)
    }
}

fn check_runtime(properties: &mut Properties<'_>, place: &Place) -> Result<(), TemplateError> {
    match properties.text("Runtime")?.as_deref() {
        Some("provided.al2023") => Ok(()),
        _ => Err(place.within("Runtime").refuse("must be provided.al2023")),
    }
}

fn read_binary(metadata: &Value, place: &Place) -> Result<String, TemplateError> {
    if metadata.get("BuildMethod").and_then(Value::as_str) != Some("rust-cargolambda") {
        return Err(place
            .within("BuildMethod")
            .refuse("must be rust-cargolambda"));
    }
    let binary = metadata
        .pointer("/BuildProperties/Binary")
        .and_then(scalar_text);
    binary.ok_or_else(|| {
        place
            .within("BuildProperties.Binary")
            .refuse("must name the service's binary")
    })
}

fn read_logging(properties: &mut Properties<'_>) -> Result<Logging, TemplateError> {
    let Some(mut config) = properties.section("LoggingConfig")? else {
        return Ok(Logging::default());
    };
    let logging = Logging {
        log_group: config.text("LogGroup")?,
        json: config.text("LogFormat")?.as_deref() == Some("JSON"),
        level: config.text("ApplicationLogLevel")?,
    };
    config.ignore(&["SystemLogLevel"]);
    config.finish()?;
    Ok(logging)
}

fn read_unawaited(properties: &mut Properties<'_>) -> Result<Unawaited, TemplateError> {
    let Some(mut config) = properties.section("EventInvokeConfig")? else {
        return Ok(Unawaited::default());
    };
    let standard = Unawaited::default().maximum_retries;
    let unawaited = Unawaited {
        maximum_retries: config.number("MaximumRetryAttempts")?.unwrap_or(standard),
        on_failure: read_on_failure(&mut config)?,
    };
    config.ignore(&["MaximumEventAgeInSeconds"]);
    config.finish()?;
    Ok(unawaited)
}

fn read_environment(
    properties: &mut Properties<'_>,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let Some(mut environment) = properties.section("Environment")? else {
        return Ok(BTreeMap::new());
    };
    let place = environment.place().within("Variables");
    let variables = environment.take("Variables")?;
    environment.finish()?;
    let Some(Value::Object(variables)) = variables else {
        return Err(place.refuse("must be a mapping"));
    };
    let read = |(name, value): (String, Value)| match scalar_text(&value) {
        Some(text) => Ok((name, text)),
        None => Err(place.within(&name).refuse("must be text")),
    };
    variables.into_iter().map(read).collect()
}
