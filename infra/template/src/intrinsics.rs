//! Intrinsics to plain values, in the scope of one stack.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::document::Document;
use crate::error::{Place, TemplateError};
use crate::parameter::{Binding, Inputs};
use crate::references::{Piece, intrinsic, pieces};

/// What the names of one template stand for.
pub(crate) struct Scope<'d> {
    pub(crate) document: &'d Document,
    /// Name of the stack, the file's stem.
    pub(crate) stack: &'d str,
    pub(crate) inputs: &'d Inputs,
    pub(crate) parameters: BTreeMap<String, Binding>,
    /// Outputs of the nested applications read so far, by logical id. Only the root stack has some.
    pub(crate) children: BTreeMap<String, BTreeMap<String, Binding>>,
    /// Names being resolved at this moment, so that a name that needs itself ends in an error and not in a loop.
    open: RefCell<Vec<String>>,
}

impl<'d> Scope<'d> {
    pub(crate) fn new(
        document: &'d Document,
        stack: &'d str,
        inputs: &'d Inputs,
        parameters: BTreeMap<String, Binding>,
    ) -> Scope<'d> {
        Scope {
            document,
            stack,
            inputs,
            parameters,
            children: BTreeMap::new(),
            open: RefCell::default(),
        }
    }

    pub(crate) fn add_outputs(&mut self, application: &str, outputs: BTreeMap<String, Binding>) {
        self.children.insert(application.to_owned(), outputs);
    }

    /// `value` without intrinsics; `None` where it is `AWS::NoValue`, which removes the property or element it stands for.
    pub(crate) fn resolve(
        &self,
        value: &Value,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Object(map) => match intrinsic(map) {
                Some((name, argument)) => self.call(name, argument, place),
                None => self.resolve_map(map, place).map(Some),
            },
            Value::Array(items) => self
                .resolve_items(items, place)
                .map(|items| Some(Value::Array(items))),
            plain => Ok(Some(plain.clone())),
        }
    }

    fn resolve_map(&self, map: &Map<String, Value>, place: &Place) -> Result<Value, TemplateError> {
        let mut resolved = Map::new();
        for (name, value) in map {
            if let Some(value) = self.resolve(value, &place.within(name))? {
                resolved.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(resolved))
    }

    fn resolve_items(&self, items: &[Value], place: &Place) -> Result<Vec<Value>, TemplateError> {
        let mut resolved = Vec::new();
        for (index, item) in items.iter().enumerate() {
            resolved.extend(self.resolve(item, &place.item(index))?);
        }
        Ok(resolved)
    }

    /// The text that `value` resolves to.
    pub(crate) fn text(&self, value: &Value, place: &Place) -> Result<String, TemplateError> {
        let resolved = self.resolve(value, place)?.unwrap_or_default();
        scalar_text(&resolved).ok_or_else(|| place.refuse("must be text"))
    }

    fn call(
        &self,
        name: &str,
        argument: &Value,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        match (name, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => Ok(None),
            ("Ref", Value::String(name)) => self.reference(name, place).map(Some),
            ("Fn::GetAtt", Value::Array(pair)) => match pair.as_slice() {
                [Value::String(id), Value::String(attribute)] => {
                    self.attribute(id, attribute, place).map(Some)
                }
                _ => Err(place.refuse("Fn::GetAtt takes a logical id and an attribute")),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Map::new(), place).map(Some),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(text), Value::Object(own)] => {
                    self.substitute(text, own, place).map(Some)
                }
                _ => Err(place.refuse("Fn::Sub takes a text, or a text and a mapping")),
            },
            ("Fn::Join", Value::Array(parts)) => self.join(parts, place).map(Some),
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(name), yes, no] => self.resolve(
                    if self.condition(name, place)? {
                        yes
                    } else {
                        no
                    },
                    place,
                ),
                _ => Err(place.refuse("Fn::If takes the name of a condition and two values")),
            },
            ("Ref" | "Fn::GetAtt" | "Fn::Sub" | "Fn::Join" | "Fn::If", _) => {
                Err(place.refuse(format!("{name} is given something it does not take")))
            }
            _ => Err(place.refuse(format!(
                "{name} is outside the intrinsics that this reader knows"
            ))),
        }
    }

    fn join(&self, parts: &[Value], place: &Place) -> Result<Value, TemplateError> {
        let [Value::String(separator), list] = parts else {
            return Err(place.refuse("Fn::Join takes a separator and a list"));
        };
        let Some(Value::Array(items)) = self.resolve(list, place)? else {
            return Err(place.refuse("Fn::Join joins a list"));
        };
        let texts: Option<Vec<String>> = items.iter().map(scalar_text).collect();
        let texts = texts.ok_or_else(|| place.refuse("Fn::Join joins plain values"))?;
        Ok(Value::from(texts.join(separator)))
    }

    fn substitute(
        &self,
        text: &str,
        own: &Map<String, Value>,
        place: &Place,
    ) -> Result<Value, TemplateError> {
        let mut result = String::new();
        for piece in pieces(text).map_err(|problem| place.refuse(problem))? {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Name(name) => {
                    let value = match (own.get(name), name.split_once('.')) {
                        (Some(value), _) => self.resolve(value, place)?.unwrap_or_default(),
                        (None, Some((id, attribute))) => self.attribute(id, attribute, place)?,
                        (None, None) => self.reference(name, place)?,
                    };
                    let text = scalar_text(&value);
                    result.push_str(&text.ok_or_else(|| {
                        place.refuse(format!("`${{{name}}}` is not a plain value"))
                    })?);
                }
            }
        }
        Ok(Value::from(result))
    }

    /// The truth of a condition of this template.
    pub(crate) fn condition(&self, name: &str, place: &Place) -> Result<bool, TemplateError> {
        let Some(definition) = self.document.conditions.get(name) else {
            return Err(place.refuse(format!("there is no condition `{name}` in this file")));
        };
        let place = self.document.place("Conditions", name);
        self.guarded(&format!("condition {name}"), &place, || {
            self.truth(definition, &place)
        })
    }

    fn truth(&self, definition: &Value, place: &Place) -> Result<bool, TemplateError> {
        let only = definition
            .as_object()
            .filter(|map| map.len() == 1)
            .and_then(|map| map.iter().next());
        match only.map(|(name, argument)| (name.as_str(), argument)) {
            Some(("Condition", Value::String(name))) => self.condition(name, place),
            Some(("Fn::Equals", Value::Array(pair))) => match pair.as_slice() {
                [left, right] => Ok(self.text(left, place)? == self.text(right, place)?),
                _ => Err(place.refuse("Fn::Equals compares two values")),
            },
            Some(("Fn::Not", Value::Array(one))) => match one.as_slice() {
                [condition] => Ok(!self.truth(condition, place)?),
                _ => Err(place.refuse("Fn::Not takes a list of one condition")),
            },
            Some(("Fn::And", Value::Array(all))) => all
                .iter()
                .try_fold(true, |so_far, next| Ok(self.truth(next, place)? && so_far)),
            Some(("Fn::Or", Value::Array(any))) => any
                .iter()
                .try_fold(false, |so_far, next| Ok(self.truth(next, place)? || so_far)),
            _ => Err(place.refuse(
                "a condition is made of Fn::Equals, Fn::Not, Fn::And, Fn::Or and Condition",
            )),
        }
    }

    pub(crate) fn guarded<T>(
        &self,
        name: &str,
        place: &Place,
        resolve: impl FnOnce() -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.open.borrow().iter().any(|open| open == name) {
            return Err(place.refuse("needs itself"));
        }
        self.open.borrow_mut().push(name.to_owned());
        let result = resolve();
        self.open.borrow_mut().pop();
        result
    }
}

/// The text of a plain value. CloudFormation turns numbers and booleans into text wherever it needs text.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
