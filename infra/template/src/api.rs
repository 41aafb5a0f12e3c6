//! `AWS::Serverless::HttpApi`: a service's API.

use std::time::Duration;

use serde_json::Value;

use crate::error::TemplateError;
use crate::properties::Properties;

/// An HTTP API: the address of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// Logical id in its template.
    pub id: String,
    /// The API's id, as in `requestContext.apiId` and in what `!Ref` of it gives. Made up here: AWS draws it at random.
    pub api_id: String,
    /// The domain under which AWS would serve it.
    pub domain: String,
    /// Its answer to requests from pages of other origins; `None` where the browser gets no permission.
    pub cors: Option<Cors>,
    /// How many requests each of its routes takes; `None` is as many as the account may have.
    pub throttling: Option<Throttling>,
    /// ARN of the log group that hears of every request.
    pub access_log_arn: Option<String>,
}

/// An HTTP API's `DefaultRouteSettings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttling {
    /// Requests a second.
    pub rate: u32,
    /// Requests at once.
    pub burst: u32,
}

/// What an HTTP API answers to a preflight request and adds to answers, as in `CorsConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cors {
    /// Origins that may read answers; `*` is any.
    pub allow_origins: Vec<String>,
    /// Methods for `Access-Control-Allow-Methods`; `*` is any.
    pub allow_methods: Vec<String>,
    /// Request headers that are allowed; `*` is any.
    pub allow_headers: Vec<String>,
    /// Answer headers that a page may read.
    pub expose_headers: Vec<String>,
    /// Cookies are sent along.
    pub allow_credentials: bool,
    /// How long a browser may keep the permission.
    pub max_age: Option<Duration>,
}

impl Api {
    pub(crate) fn read(mut properties: Properties<'_>) -> Result<Api, TemplateError> {
        let scope = properties.scope();
        let id = properties.place().id().to_owned();
        let stage = properties.place().within("StageName");
        if properties
            .text("StageName")?
            .is_some_and(|name| name != "$default")
        {
            return Err(stage.refuse("any stage but $default would stand in front of every path"));
        }
        let cors = read_cors(&mut properties)?;
        refuse_authorisers(&mut properties)?;
        let throttling = read_throttling(&mut properties)?;
        let access_log_arn = read_access_log(&mut properties)?;
        properties.ignore(&[
            "Description",
            "DisableExecuteApiEndpoint",
            "Domain",
            "FailOnWarnings",
            "Name",
            "PropagateTags",
            "RouteSettings",
            "Tags",
        ]);
        properties.finish()?;
        let api_id = scope.api_id(&id);
        Ok(Api {
            domain: scope.api_domain(&api_id),
            id,
            api_id,
            cors,
            throttling,
            access_log_arn,
        })
    }
}

/// Nothing here stands in front of a function, so nothing may on AWS.
fn refuse_authorisers(properties: &mut Properties<'_>) -> Result<(), TemplateError> {
    let Some(mut auth) = properties.section("Auth")? else {
        return Ok(());
    };
    let place = auth.place().within("EnableIamAuthorizer");
    if auth.flag("EnableIamAuthorizer")? == Some(true) {
        return Err(place.refuse("functions decide who may call them; no authoriser is in use"));
    }
    auth.finish()
}

fn read_throttling(properties: &mut Properties<'_>) -> Result<Option<Throttling>, TemplateError> {
    let Some(mut settings) = properties.section("DefaultRouteSettings")? else {
        return Ok(None);
    };
    let rate = settings.number("ThrottlingRateLimit")?;
    let burst = settings.number("ThrottlingBurstLimit")?;
    settings.ignore(&["DetailedMetricsEnabled"]);
    settings.finish()?;
    Ok(rate
        .zip(burst)
        .map(|(rate, burst)| Throttling { rate, burst }))
}

fn read_access_log(properties: &mut Properties<'_>) -> Result<Option<String>, TemplateError> {
    let Some(mut settings) = properties.section("AccessLogSettings")? else {
        return Ok(None);
    };
    let arn = settings.required_text("DestinationArn")?;
    settings.required_text("Format")?;
    settings.finish()?;
    Ok(Some(arn))
}

fn read_cors(properties: &mut Properties<'_>) -> Result<Option<Cors>, TemplateError> {
    let place = properties.place().within("CorsConfiguration");
    let Some(value) = properties.take("CorsConfiguration")? else {
        return Ok(None);
    };
    let map = match value {
        Value::Object(map) => map,
        Value::Bool(true) => {
            return Err(place.refuse("`true` opens the API to every page; list the origins"));
        }
        _ => return Err(place.refuse("must be a mapping")),
    };
    let mut fields = Properties::new(properties.scope(), place, map);
    let cors = Cors {
        allow_origins: fields.texts("AllowOrigins")?,
        allow_methods: fields.texts("AllowMethods")?,
        allow_headers: fields.texts("AllowHeaders")?,
        expose_headers: fields.texts("ExposeHeaders")?,
        allow_credentials: fields.flag("AllowCredentials")?.unwrap_or(false),
        max_age: fields
            .number("MaxAge")?
            .map(|seconds| Duration::from_secs(seconds.into())),
    };
    fields.finish()?;
    Ok(Some(cors))
}
