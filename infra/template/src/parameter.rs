//! Parameters: what a template asks for, what a caller gives.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Place, TemplateError};
use crate::intrinsics::scalar_text;

/// What the caller of [`read`](crate::read) decides: values for the root template's parameters, and where the stacks live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// Values for parameters of `template.yaml`; every other parameter takes its `Default`.
    pub parameters: BTreeMap<String, String>,
    /// Value of `AWS::Region`.
    pub region: String,
    /// Value of `AWS::AccountId`, 12 digits.
    pub account: String,
}

impl Inputs {
    /// The inputs of a mall on one machine: region `us-east-1`, account `000000000000`, `Prefix` `mall`.
    pub fn local() -> Inputs {
        Inputs {
            parameters: BTreeMap::from([("Prefix".to_owned(), "mall".to_owned())]),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        }
    }

    /// The same inputs with one more parameter given.
    pub fn with(mut self, name: &str, value: &str) -> Inputs {
        self.parameters.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// A parameter that `template.yaml` declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, as in `!Ref`.
    pub name: String,
    /// The value it takes when the caller gives none; a parameter without one has to be given.
    pub default: Option<String>,
    /// The value is a secret: CloudFormation never shows it.
    pub no_echo: bool,
    /// What the template says about it.
    pub description: Option<String>,
}

/// The declaration of a parameter in a template.
#[derive(Debug)]
pub(crate) struct Declaration {
    kind: Type,
    pub(crate) default: Option<String>,
    allowed: Vec<String>,
    pub(crate) no_echo: bool,
    pub(crate) description: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    List,
}

/// What a parameter of a stack holds.
#[derive(Debug, Clone)]
pub(crate) enum Binding {
    /// Text, or a list of texts for a `CommaDelimitedList`.
    Known(Value),
    /// It comes from something that is not modelled (an alarm's topic, say): unproblematic until something modelled uses it.
    Unknown(String),
}

impl Declaration {
    pub(crate) fn read(
        mut fields: Map<String, Value>,
        place: &Place,
    ) -> Result<Declaration, TemplateError> {
        let kind = match fields.remove("Type").as_ref().and_then(Value::as_str) {
            Some("String") => Type::Text,
            Some("Number") => Type::Number,
            Some("CommaDelimitedList") => Type::List,
            _ => {
                return Err(place
                    .within("Type")
                    .refuse("must be String, Number or CommaDelimitedList"));
            }
        };
        let text = |value: Value, name: &str| {
            scalar_text(&value).ok_or_else(|| place.within(name).refuse("must be a plain value"))
        };
        let default = fields
            .remove("Default")
            .map(|value| text(value, "Default"))
            .transpose()?;
        let allowed = match fields.remove("AllowedValues") {
            None => Vec::new(),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| text(item, "AllowedValues"))
                .collect::<Result<_, _>>()?,
            Some(_) => return Err(place.within("AllowedValues").refuse("must be a list")),
        };
        let no_echo = fields
            .remove("NoEcho")
            .is_some_and(|value| scalar_text(&value).as_deref() == Some("true"));
        let description = fields
            .remove("Description")
            .map(|value| text(value, "Description"))
            .transpose()?;
        // CloudFormation checks these when it is given a value; here a value is checked for its type and list only.
        let unchecked = [
            "AllowedPattern",
            "ConstraintDescription",
            "MaxLength",
            "MaxValue",
            "MinLength",
            "MinValue",
        ];
        if let Some(other) = fields
            .keys()
            .find(|name| !unchecked.contains(&name.as_str()))
        {
            return Err(place
                .within(other)
                .refuse("is not a field of a parameter that this reader knows"));
        }
        Ok(Declaration {
            kind,
            default,
            allowed,
            no_echo,
            description,
        })
    }

    /// What `Ref` gives when the parameter is given `text`.
    fn bind(&self, text: &str, place: &Place) -> Result<Value, TemplateError> {
        if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| allowed == text) {
            return Err(place.refuse(format!(
                "`{text}` is not one of its AllowedValues: {}",
                self.allowed.join(", ")
            )));
        }
        match self.kind {
            Type::Number if text.parse::<i64>().is_err() => {
                Err(place.refuse(format!("`{text}` is not a whole number")))
            }
            Type::List => Ok(text.split(',').map(str::trim).collect()),
            Type::Text | Type::Number => Ok(Value::from(text)),
        }
    }
}

/// Gives each declared parameter its value: the one `given`, else its default. `place` is where the values were given.
pub(crate) fn bind(
    declared: &BTreeMap<String, Declaration>,
    mut given: BTreeMap<String, Binding>,
    place: &Place,
) -> Result<BTreeMap<String, Binding>, TemplateError> {
    let mut bound = BTreeMap::new();
    for (name, declaration) in declared {
        let place = place.within(name);
        let binding = match (given.remove(name), &declaration.default) {
            (Some(unknown @ Binding::Unknown(_)), _) => unknown,
            (Some(Binding::Known(value)), _) => {
                let text = scalar_text(&value)
                    .ok_or_else(|| place.refuse("must be given one plain value"))?;
                Binding::Known(declaration.bind(&text, &place)?)
            }
            (None, Some(default)) => Binding::Known(declaration.bind(default, &place)?),
            (None, None) => return Err(place.refuse("has no Default and was given no value")),
        };
        bound.insert(name.clone(), binding);
    }
    match given.keys().next() {
        Some(name) => Err(place
            .within(name)
            .refuse("the template declares no such parameter")),
        None => Ok(bound),
    }
}
