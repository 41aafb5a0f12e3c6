//! The OpenAPI document: inputs, answers and problems from the types of the handlers, paths from the templates' routes,
//! examples from the sample events.

mod breaking;
pub(crate) mod command;
mod examples;
mod responses;

use std::path::Path;

use edge::{Description, FieldError, Parameter, ParameterPlace, Security};
use http::Method;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use template::{Deployment, Route, TemplateError};

use examples::{Sample, SampleError};

/// The version of the contract, `info.version`. A change that breaks clients raises the first number: that is how it is
/// accepted on purpose (`docs/CONTRACT.md`).
const VERSION: &str = "3.0.0";

/// What every reader has to know before the first request.
const INTRODUCTION: &str = "\
A B2C mall. Money is in fen, an integer, in fields that end in `_fen`; time is RFC 3339 in UTC. A refusal is a problem \
document (RFC 9457) with a stable `code`; clients decide by it, and bear members and values that they do not know. 429 and \
503 carry `Retry-After`: the same request may be sent again. An unsafe request that a browser sends for a page of another \
origin is refused.

The gateway itself answers `{\"message\": …}` where no operation is reached: 404 for a path without an operation, 413 for a \
body above 10 MB, 503 when too many requests wait, 504 when an answer takes too long.";

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenApiError {
    #[error("the templates cannot be read: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Template(Vec<TemplateError>),
    #[error("the route {0} leads to no endpoint")]
    NoEndpoint(String),
    #[error("the route {0} has no method of its own")]
    Method(String),
    #[error("events/{service}/{operation}.json gives no example")]
    Sample {
        service: String,
        operation: &'static str,
        source: SampleError,
    },
}

/// The document, the same for the same code, templates and events.
pub(crate) fn document(root: &Path, services: &[edge::Service]) -> Result<Value, OpenApiError> {
    let deployment = crate::check::read(root).map_err(OpenApiError::Template)?;
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut described = Vec::new();
    for route in deployment.routes().all() {
        let operation = services
            .iter()
            .find_map(|service| service.operation(&route.function));
        let description = operation.and_then(|operation| operation.describe(&mut generator));
        let description = description
            .ok_or_else(|| OpenApiError::NoEndpoint(format!("{} {}", route.method, route.path)))?;
        described.push((route.clone(), description));
    }
    let problem = problem_schema(&mut generator);
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Problem".to_owned(), problem);

    let (mut paths, mut refusals) = (Map::new(), Map::new());
    for (route, description) in &described {
        let sample = sample(root, route, description, &schemas)?;
        let entry = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        entry[route.method.to_lowercase()] =
            operation_of(&deployment, route, description, &sample, &mut refusals)?;
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gulimall",
            "version": VERSION,
            "description": INTRODUCTION,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "The mall that serves this document" }],
        "tags": tags(&described),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals,
            "securitySchemes": security_schemes(),
        },
    });
    bound_integers(&mut document);
    Ok(document)
}

/// Says which numbers fit where a schema says it by the integer's format alone, which not every reader knows.
fn bound_integers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        Value::Object(members) => {
            let bounds: Option<(Value, Value)> = match members.get("format").and_then(Value::as_str)
            {
                Some("uint8") => Some((u8::MIN.into(), u8::MAX.into())),
                Some("uint32") => Some((u32::MIN.into(), u32::MAX.into())),
                Some("uint" | "uint64") => Some((u64::MIN.into(), u64::MAX.into())),
                Some("int32") => Some((i32::MIN.into(), i32::MAX.into())),
                Some("int64") => Some((i64::MIN.into(), i64::MAX.into())),
                _ => None,
            };
            if let Some((least, most)) = bounds {
                members.entry("minimum").or_insert(least);
                members.entry("maximum").or_insert(most);
            }
            members.values_mut().for_each(bound_integers);
        }
        _ => {}
    }
}

fn sample(
    root: &Path,
    route: &Route,
    description: &Description,
    schemas: &Map<String, Value>,
) -> Result<Sample, OpenApiError> {
    let failed = |source| OpenApiError::Sample {
        service: route.stack.clone(),
        operation: description.operation,
        source,
    };
    let file = format!("events/{}/{}.json", route.stack, description.operation);
    Sample::read(&root.join(file), description, schemas).map_err(failed)
}

fn tags(described: &[(Route, Description)]) -> Value {
    let mut names: Vec<&str> = described
        .iter()
        .map(|(route, _)| route.stack.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names.iter().map(|name| json!({ "name": name })).collect()
}

fn operation_of(
    deployment: &Deployment,
    route: &Route,
    description: &Description,
    sample: &Sample,
    refusals: &mut Map<String, Value>,
) -> Result<Value, OpenApiError> {
    let function = deployment.function(description.operation);
    let summary = function
        .and_then(|function| function.description.as_deref())
        .unwrap_or_default();
    let method = Method::from_bytes(route.method.as_bytes())
        .ok()
        .filter(|method| method.as_str() != "ANY")
        .ok_or_else(|| OpenApiError::Method(route.path.clone()))?;
    let mut operation = json!({
        "operationId": description.operation,
        "summary": summary,
        "tags": [route.stack],
        "responses": responses::responses(description, &method, refusals),
        "security": security(description.security),
    });
    match description.security {
        Security::Staff(permission) => operation["x-permission"] = permission.into(),
        Security::Machine => {
            operation["description"] =
                "For a machine, which proves itself by the signature in what it sends.".into();
        }
        _ => {}
    }
    let parameters: Vec<Value> = description
        .parameters
        .iter()
        .map(|given| parameter(given, sample))
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some((media_type, schema)) = &description.body {
        let mut content = json!({ "schema": schema });
        if let Some(example) = &sample.body {
            content["example"] = example.clone();
        }
        operation["requestBody"] = json!({ "required": true, "content": { *media_type: content } });
    }
    Ok(operation)
}

fn parameter(parameter: &Parameter, sample: &Sample) -> Value {
    let place = match parameter.place {
        ParameterPlace::Path => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Header => "header",
    };
    let mut schema = parameter.schema.clone();
    let said = schema
        .as_object_mut()
        .and_then(|schema| schema.remove("description"));
    let mut described = json!({
        "name": parameter.name,
        "in": place,
        "required": parameter.required,
        "schema": schema,
    });
    if let Some(said) = said {
        described["description"] = said;
    }
    if let Some(example) = sample.parameter(parameter) {
        described["example"] = example;
    }
    described
}

fn security(security: Security) -> Value {
    match security {
        Security::Public | Security::Machine => json!([]),
        Security::Visitor => json!([{}, { "session": [] }, { "guest": [] }]),
        Security::Member => json!([{ "session": [] }]),
        Security::Staff(_) | Security::AnyStaff => json!([{ "staff": [] }]),
    }
}

fn security_schemes() -> Value {
    json!({
        "session": {
            "type": "apiKey", "in": "cookie", "name": "__Host-mall-session",
            "description": "A member's session: sign in to get it. Named `__Secure-mall-session` where sub-domains share it.",
        },
        "guest": {
            "type": "apiKey", "in": "cookie", "name": "__Host-mall-guest",
            "description": "The key of a guest's cart, set with the first change to one. Named `__Secure-mall-guest` where sub-domains share it.",
        },
        "staff": {
            "type": "apiKey", "in": "cookie", "name": "__Host-mall-staff",
            "description": "A session of staff: `sign-in-staff` to get it. Named `__Secure-mall-staff` where sub-domains share it.",
        },
    })
}

fn problem_schema(generator: &mut SchemaGenerator) -> Value {
    json!({
        "type": "object",
        "description": "A refusal (RFC 9457). An operation may add members of its own, such as the new figures after a price has changed.",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string", "description": "What the code means, in a few words." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "code": { "type": "string", "description": "Stable; clients decide by it." },
            "request_id": { "type": "string", "description": "Finds the request in the logs." },
            "detail": { "type": "string", "description": "What was wrong this time." },
            "errors": { "type": "array", "items": generator.subschema_for::<FieldError>() },
        },
    })
}

#[cfg(test)]
mod tests;
