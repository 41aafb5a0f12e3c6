//! What an operation says about itself, from its types: the source of the OpenAPI document and of the list of routes.

use schemars::Schema;
use serde_json::Value;

use crate::{AnswerHeader, ProblemKind};

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Anyone.
    Public,
    /// Anyone; a session or a guest cookie says who.
    Visitor,
    /// A member, by session cookie.
    Member,
    /// Staff with this permission, by session cookie.
    Staff(&'static str),
    /// Staff, whatever they may do, by session cookie.
    AnyStaff,
    /// A machine that signs what it sends.
    Machine,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// In a header.
    Header,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub schema: Value,
}

impl Parameter {
    /// An optional header.
    pub(crate) fn header(name: &str, schema: Value) -> Self {
        Self {
            name: name.to_owned(),
            place: ParameterPlace::Header,
            required: false,
            schema,
        }
    }

    /// The tag of an answer that the client has.
    pub(crate) fn if_none_match() -> Self {
        Self {
            name: "If-None-Match".to_owned(),
            place: ParameterPlace::Header,
            required: false,
            schema: serde_json::json!({
                "type": "string",
                "description": "The ETag of the answer that the client has; when it still holds, the answer is 304.",
            }),
        }
    }
}

/// An endpoint, described.
#[derive(Debug, Clone)]
pub struct Description {
    /// The operation's name.
    pub operation: &'static str,
    /// Who may call.
    pub security: Security,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The media type and schema of its body, when it takes one.
    pub body: Option<(&'static str, Schema)>,
    /// Each answer it may give when it does what it was asked for.
    pub answers: Vec<DescribedAnswer>,
    /// Each problem it may answer with.
    pub problems: Vec<ProblemKind>,
}

/// An answer of an endpoint that is no refusal.
#[derive(Debug, Clone)]
pub struct DescribedAnswer {
    /// The status.
    pub status: u16,
    /// The media types that the body may be of, and its schema; `None` for an answer without a body.
    pub body: Option<(&'static [&'static str], Schema)>,
    /// The headers beside those of every answer.
    pub headers: Vec<AnswerHeader>,
}

impl Description {
    pub(crate) fn new(operation: &'static str, security: Security) -> Self {
        Self {
            operation,
            security,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(crate) fn may_refuse(&mut self, kinds: &[ProblemKind]) {
        for kind in kinds {
            if !self.problems.contains(kind) {
                self.problems.push(*kind);
            }
        }
    }

    /// The problems that a request of this method may see: only an unsafe one can be refused for its origin.
    #[must_use]
    pub fn problems_of(&self, method: &http::Method) -> Vec<ProblemKind> {
        let mut problems = self.problems.clone();
        problems.retain(|kind| !method.is_safe() || *kind != ProblemKind::FOREIGN_ORIGIN);
        problems.sort_by_key(|kind| kind.code);
        problems
    }

    /// The headers of a refusal with this status.
    #[must_use]
    pub fn headers_of_refusal(&self, status: u16) -> Vec<AnswerHeader> {
        match (status, self.security) {
            (429 | 503, _) => vec![AnswerHeader::RETRY_AFTER],
            // A cookie that was never made here is taken back.
            (400, Security::Visitor)
            | (401, Security::Member | Security::Staff(_) | Security::AnyStaff) => {
                vec![AnswerHeader::SET_COOKIE]
            }
            _ => Vec::new(),
        }
    }

    /// Adds one parameter for each property of an object's schema.
    pub(crate) fn add_parameters(&mut self, place: ParameterPlace, object: &Schema) {
        let required: Vec<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let properties = object
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        for (name, mut schema) in properties {
            remove_null(&mut schema);
            let required = place == ParameterPlace::Path || required.contains(&name.as_str());
            self.parameters.push(Parameter {
                name,
                place,
                required,
                schema,
            });
        }
    }
}

/// A parameter that is not given is absent, and never null.
fn remove_null(schema: &mut Value) {
    let is_null = |schema: &Value| schema == "null" || schema["type"] == "null";
    for keyword in ["type", "anyOf"] {
        if let Some(alternatives) = schema.get_mut(keyword).and_then(Value::as_array_mut) {
            alternatives.retain(|alternative| !is_null(alternative));
        }
    }
}
