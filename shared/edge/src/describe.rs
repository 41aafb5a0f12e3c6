//! What an operation says about itself, from its types: the source of the OpenAPI document and of the list of routes.

use schemars::Schema;
use serde_json::Value;

use crate::ProblemKind;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Anyone.
    Public,
    /// Anyone; a session or a guest cookie says who.
    Visitor,
    /// A member, by session cookie.
    Member,
    /// Staff with this permission, by bearer key.
    Staff(&'static str),
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
    /// Each status it may answer with, the media type, and the schema of the body where there is one.
    pub answers: Vec<(u16, &'static str, Option<Schema>)>,
    /// Each problem it may answer with.
    pub problems: Vec<ProblemKind>,
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
        for (name, schema) in properties {
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
