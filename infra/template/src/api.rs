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
        properties.ignore(&[
            "AccessLogSettings",
            "DefaultRouteSettings",
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
        })
    }
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
