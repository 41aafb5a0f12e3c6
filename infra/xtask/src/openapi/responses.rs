//! What an operation answers: its own answers, and its refusals, of which those that are alike are written down once.

use edge::{AnswerHeader, Description, ProblemKind};
use http::Method;
use serde_json::{Map, Value, json};

/// The answers of an operation by status. Refusals go into `refusals`, the document's `components/responses`.
pub(super) fn responses(
    description: &Description,
    method: &Method,
    refusals: &mut Map<String, Value>,
) -> Value {
    let mut responses = Map::new();
    for answer in &description.answers {
        let mut response = json!({ "description": reason(answer.status) });
        if !answer.headers.is_empty() {
            response["headers"] = headers(&answer.headers);
        }
        if let Some((media_types, schema)) = &answer.body {
            let content = media_types
                .iter()
                .map(|media_type| ((*media_type).to_owned(), json!({ "schema": schema })));
            response["content"] = content.collect::<Map<_, _>>().into();
        }
        responses.insert(answer.status.to_string(), response);
    }
    let problems = description.problems_of(method);
    for status in statuses(&problems) {
        let kinds: Vec<ProblemKind> = problems
            .iter()
            .filter(|kind| kind.status == status)
            .copied()
            .collect();
        let headers = description.headers_of_refusal(status);
        let name = name(status, &kinds, &headers);
        let shared = json!({ "$ref": format!("#/components/responses/{name}") });
        refusals
            .entry(name)
            .or_insert_with(|| refusal(status, &kinds, &headers));
        responses.insert(status.to_string(), shared);
    }
    Value::Object(responses)
}

fn statuses(problems: &[ProblemKind]) -> Vec<u16> {
    let mut statuses: Vec<u16> = problems.iter().map(|kind| kind.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

/// The name of a refusal: its status, its codes, and the cookies that only some callers' refusals set.
fn name(status: u16, kinds: &[ProblemKind], headers: &[AnswerHeader]) -> String {
    let codes: Vec<&str> = kinds.iter().map(|kind| kind.code).collect();
    let cookie = headers.iter().any(|header| header.name == "Set-Cookie");
    format!(
        "{status}-{}{}",
        codes.join("-"),
        if cookie { "-cookie" } else { "" }
    )
}

fn refusal(status: u16, kinds: &[ProblemKind], said: &[AnswerHeader]) -> Value {
    let codes: Vec<&str> = kinds.iter().map(|kind| kind.code).collect();
    let titles: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{}: {}", kind.code, kind.title))
        .collect();
    let examples = kinds
        .iter()
        .map(|kind| (kind.code.to_owned(), example(kind)));
    let schema = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Problem" },
            { "properties": { "status": { "const": status }, "code": { "enum": codes } } },
        ],
    });
    let mut refusal = json!({
        "description": titles.join("; "),
        "content": {
            "application/problem+json": { "schema": schema, "examples": examples.collect::<Map<_, _>>() },
        },
        "x-problem-codes": codes,
    });
    if !said.is_empty() {
        refusal["headers"] = headers(said);
    }
    refusal
}

fn example(kind: &ProblemKind) -> Value {
    json!({
        "summary": kind.title,
        "value": {
            "type": format!("/problems/{}", kind.code),
            "title": kind.title,
            "status": kind.status,
            "code": kind.code,
            "request_id": "8b6c0a3e-1f0d-4b7e-9a52-6f1f3f0c2d11",
        },
    })
}

fn headers(headers: &[AnswerHeader]) -> Value {
    let described = headers.iter().map(|header| {
        let schema = if header.name == "Retry-After" {
            json!({ "type": "integer", "minimum": 1 })
        } else {
            json!({ "type": "string" })
        };
        let header_object =
            json!({ "description": header.meaning, "required": header.always, "schema": schema });
        (header.name.to_owned(), header_object)
    });
    Value::Object(described.collect())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Made",
        202 => "Taken, done later",
        304 => "The client has it already",
        _ => "Done",
    }
}
