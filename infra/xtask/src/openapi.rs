//! The OpenAPI document: inputs, answers and problems from the types of the handlers, paths from the templates' routes.

use std::path::Path;

use edge::{Description, FieldError, ParameterPlace, ProblemKind, Security};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use template::{Deployment, TemplateError};

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenApiError {
    #[error("the templates cannot be read: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Template(Vec<TemplateError>),
    #[error("the route {0} leads to no endpoint")]
    NoEndpoint(String),
    #[error("the document cannot be written")]
    Json(#[from] serde_json::Error),
}

/// The document as text, the same for the same code and templates.
pub(crate) fn document(root: &Path, services: &[edge::Service]) -> Result<String, OpenApiError> {
    let deployment = crate::check::read(root).map_err(OpenApiError::Template)?;
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths = Map::new();
    for route in deployment.routes().all() {
        let operation = services
            .iter()
            .find_map(|service| service.operation(&route.function));
        let description = operation.and_then(|operation| operation.describe(&mut generator));
        let description = description
            .ok_or_else(|| OpenApiError::NoEndpoint(format!("{} {}", route.method, route.path)))?;
        let entry = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        entry[route.method.to_lowercase()] = operation_of(&deployment, &route.stack, &description);
    }
    let problem = problem_schema(&mut generator);
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Problem".to_owned(), problem);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gulimall",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A B2C mall. Money is in fen, time in RFC 3339 UTC; refusals are problem documents (RFC 9457) with a stable code.",
        },
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": security_schemes() },
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn operation_of(deployment: &Deployment, tag: &str, description: &Description) -> Value {
    let function = deployment.function(description.operation);
    let summary = function
        .and_then(|function| function.description.as_deref())
        .unwrap_or_default();
    let mut operation = json!({
        "operationId": description.operation,
        "summary": summary,
        "tags": [tag],
        "responses": responses(description),
        "security": security(description.security),
    });
    if let Security::Staff(permission) = description.security {
        operation["x-permission"] = permission.into();
    }
    let parameters: Vec<Value> = description
        .parameters
        .iter()
        .map(|parameter| {
            let place = match parameter.place {
                ParameterPlace::Path => "path",
                ParameterPlace::Query => "query",
                ParameterPlace::Header => "header",
            };
            json!({ "name": parameter.name, "in": place, "required": parameter.required, "schema": parameter.schema })
        })
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some((media_type, schema)) = &description.body {
        operation["requestBody"] =
            json!({ "required": true, "content": { *media_type: { "schema": schema } } });
    }
    operation
}

fn responses(description: &Description) -> Value {
    let mut responses = Map::new();
    for (status, media_type, schema) in &description.answers {
        let mut response = json!({ "description": reason(*status) });
        if let Some(schema) = schema {
            response["content"] = json!({ *media_type: { "schema": schema } });
        }
        responses.insert(status.to_string(), response);
    }
    let mut statuses: Vec<u16> = description
        .problems
        .iter()
        .map(|kind| kind.status)
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let kinds = description
            .problems
            .iter()
            .filter(|kind| kind.status == status);
        let mut listed: Vec<&ProblemKind> = kinds.collect();
        listed.sort_by_key(|kind| kind.code);
        let texts: Vec<String> = listed
            .iter()
            .map(|kind| format!("{}: {}", kind.code, kind.title))
            .collect();
        let codes: Vec<&str> = listed.iter().map(|kind| kind.code).collect();
        let response = json!({
            "description": texts.join("; "),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            "x-problem-codes": codes,
        });
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Made",
        202 => "Taken, done later",
        _ => "Done",
    }
}

fn security(security: Security) -> Value {
    match security {
        Security::Public | Security::Machine => json!([]),
        Security::Visitor => json!([{}, { "session": [] }, { "guest": [] }]),
        Security::Member => json!([{ "session": [] }]),
        Security::Staff(_) => json!([{ "staff": [] }]),
    }
}

fn security_schemes() -> Value {
    json!({
        "session": { "type": "apiKey", "in": "cookie", "name": "__Host-mall-session" },
        "guest": { "type": "apiKey", "in": "cookie", "name": "__Host-mall-guest" },
        "staff": { "type": "http", "scheme": "bearer" },
    })
}

fn problem_schema(generator: &mut SchemaGenerator) -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string", "description": "Stable; clients decide by it." },
            "request_id": { "type": "string" },
            "detail": { "type": "string" },
            "errors": { "type": "array", "items": generator.subschema_for::<FieldError>() },
        },
    })
}
