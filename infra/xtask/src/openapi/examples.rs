//! Examples from the sample events of `events/`, with fixed values in the place of those that only a running mall has.

use std::{collections::BTreeMap, io, path::Path};

use edge::{Description, Parameter, ParameterPlace};
use serde_json::{Map, Value};

/// What a placeholder of an event stands for in the document.
const VALUES: &str = include_str!("sample_values.json");

/// Why an event gives no example.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SampleError {
    #[error("the file cannot be read")]
    File(#[from] io::Error),
    #[error("it is not JSON once its placeholders are filled in")]
    Json(#[from] serde_json::Error),
    #[error("nothing is known to stand for {{{{{0}}}}}; name a value in sample_values.json")]
    Placeholder(String),
    #[error("it has no {0}, which the operation takes")]
    Missing(String),
}

/// What the sample event of an operation says about its inputs.
pub(super) struct Sample {
    /// The body, as JSON; of a form, its fields.
    pub(super) body: Option<Value>,
    parameters: BTreeMap<String, Value>,
}

impl Sample {
    /// Reads an event; `schemas` are the document's.
    pub(super) fn read(
        file: &Path,
        description: &Description,
        schemas: &Map<String, Value>,
    ) -> Result<Self, SampleError> {
        let event: Value = serde_json::from_str(&filled(&std::fs::read_to_string(file)?)?)?;
        let mut parameters = BTreeMap::new();
        for parameter in &description.parameters {
            match text_of(&event, parameter) {
                Some(text) => {
                    let value = typed(text, &parameter.schema, schemas);
                    parameters.insert(parameter.name.clone(), value);
                }
                None if parameter.required => {
                    return Err(SampleError::Missing(parameter.name.clone()));
                }
                None => {}
            }
        }
        let body = match (&description.body, event["body"].as_str()) {
            (None, _) => None,
            (Some(_), None) => return Err(SampleError::Missing("body".to_owned())),
            (Some(("application/json", _)), Some(text)) => Some(serde_json::from_str(text)?),
            (Some(_), Some(text)) => {
                let fields = form_urlencoded::parse(text.as_bytes());
                let fields = fields.map(|(name, value)| (name.into(), value.into()));
                Some(fields.collect::<Map<String, Value>>().into())
            }
        };
        Ok(Self { body, parameters })
    }

    /// The value of a parameter, where the event has one.
    pub(super) fn parameter(&self, parameter: &Parameter) -> Option<Value> {
        self.parameters.get(&parameter.name).cloned()
    }
}

fn text_of<'e>(event: &'e Value, parameter: &Parameter) -> Option<&'e str> {
    let (place, name) = match parameter.place {
        ParameterPlace::Path => ("pathParameters", parameter.name.clone()),
        ParameterPlace::Query => ("queryStringParameters", parameter.name.clone()),
        ParameterPlace::Header => ("headers", parameter.name.to_lowercase()),
    };
    event[place][&name].as_str()
}

/// A number where the schema asks for one: events carry parameters as text.
fn typed(text: &str, schema: &Value, schemas: &Map<String, Value>) -> Value {
    let named = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    let schema = named.and_then(|name| schemas.get(name)).unwrap_or(schema);
    match text.parse::<i64>() {
        Ok(number) if schema["type"] == "integer" || schema["type"][0] == "integer" => {
            number.into()
        }
        _ => text.into(),
    }
}

fn filled(text: &str) -> Result<String, SampleError> {
    let values: BTreeMap<String, String> = serde_json::from_str(VALUES)?;
    let mut filled = text.to_owned();
    for (name, value) in &values {
        filled = filled.replace(&format!("{{{{{name}}}}}"), value);
    }
    match filled.split_once("{{") {
        Some((_, rest)) => {
            let name = rest.split("}}").next().unwrap_or_default();
            Err(SampleError::Placeholder(name.to_owned()))
        }
        None => Ok(filled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_without_a_value_is_named() {
        let error = filled("{\"a\": \"{{moon.phase}}\"}").expect_err("no value");
        assert!(error.to_string().contains("{{moon.phase}}"), "{error}");
    }

    #[test]
    fn a_parameter_is_a_number_where_its_schema_asks_for_one() {
        let schemas = serde_json::json!({"CategoryId": {"type": "integer"}});
        let schemas = schemas.as_object().expect("an object");
        let by_name = serde_json::json!({"$ref": "#/components/schemas/CategoryId"});
        assert_eq!(typed("7", &by_name, schemas), 7);
        assert_eq!(
            typed("7", &serde_json::json!({"type": "string"}), schemas),
            "7"
        );
    }
}
