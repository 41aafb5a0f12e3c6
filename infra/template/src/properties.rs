//! Reads a mapping of properties strictly: each is taken by name, and what nobody took is an error.

use serde_json::{Map, Value};

use crate::error::{Place, TemplateError};
use crate::intrinsics::{Scope, scalar_text};
use crate::references::intrinsic;

/// The properties of a resource, an event, or any mapping inside them.
pub(crate) struct Properties<'s> {
    scope: &'s Scope<'s>,
    place: Place,
    values: Map<String, Value>,
}

impl<'s> Properties<'s> {
    pub(crate) fn new(
        scope: &'s Scope<'s>,
        place: Place,
        values: Map<String, Value>,
    ) -> Properties<'s> {
        Properties {
            scope,
            place,
            values,
        }
    }

    /// Reads `value`, which must be (or resolve to) a mapping; `None` where it resolves to `AWS::NoValue`.
    fn of(
        scope: &'s Scope<'s>,
        place: Place,
        value: Value,
    ) -> Result<Option<Properties<'s>>, TemplateError> {
        match without_intrinsic(scope, &place, value)? {
            Some(Value::Object(map)) => Ok(Some(Properties::new(scope, place, map))),
            Some(_) => Err(place.refuse("must be a mapping")),
            None => Ok(None),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn scope(&self) -> &'s Scope<'s> {
        self.scope
    }

    /// Takes a property with its intrinsics resolved.
    pub(crate) fn take(&mut self, name: &str) -> Result<Option<Value>, TemplateError> {
        match self.values.remove(name) {
            Some(value) => self.scope.resolve(&value, &self.place.within(name)),
            None => Ok(None),
        }
    }

    /// Takes a property as it stands.
    pub(crate) fn take_raw(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, TemplateError> {
        let Some(value) = self.take(name)? else {
            return Ok(None);
        };
        scalar_text(&value)
            .map(Some)
            .ok_or_else(|| self.place.within(name).refuse("must be text"))
    }

    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, TemplateError> {
        let text = self.text(name)?;
        text.filter(|text| !text.is_empty())
            .ok_or_else(|| self.place.within(name).refuse("is missing"))
    }

    /// A whole number from 0, also where it is written as text (which is what `Ref` of a parameter gives).
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u32>, TemplateError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            self.place
                .within(name)
                .refuse(format!("`{text}` is not a whole number from 0"))
        })
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, TemplateError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            self.place
                .within(name)
                .refuse(format!("`{text}` is neither true nor false"))
        })
    }

    /// A list of texts; CloudFormation lets a single text stand for a list of one.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, TemplateError> {
        let place = self.place.within(name);
        match self.take(name)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let texts: Option<Vec<String>> = items.iter().map(scalar_text).collect();
                texts.ok_or_else(|| place.refuse("must be a list of texts"))
            }
            Some(value) => {
                Ok(vec![scalar_text(&value).ok_or_else(|| {
                    place.refuse("must be a text or a list of texts")
                })?])
            }
        }
    }

    /// A mapping inside this one.
    pub(crate) fn section(&mut self, name: &str) -> Result<Option<Properties<'s>>, TemplateError> {
        match self.values.remove(name) {
            Some(value) => Properties::of(self.scope, self.place.within(name), value),
            None => Ok(None),
        }
    }

    /// Every entry that is left, each itself a mapping, in the order of their names.
    pub(crate) fn sections(self) -> Result<Vec<Properties<'s>>, TemplateError> {
        let read = |(name, value): (String, Value)| {
            Properties::of(self.scope, self.place.within(&name), value).transpose()
        };
        self.values.into_iter().filter_map(read).collect()
    }

    /// The elements of a list of mappings; a single mapping stands for a list of one.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Properties<'s>>, TemplateError> {
        let place = self.place.within(name);
        let value = self
            .values
            .remove(name)
            .map(|value| without_intrinsic(self.scope, &place, value))
            .transpose()?
            .flatten();
        let items = match value {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(single) => vec![single],
        };
        let read = |(index, item)| Properties::of(self.scope, place.item(index), item).transpose();
        items.into_iter().enumerate().filter_map(read).collect()
    }

    /// Drops properties that change nothing on one machine, unread.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        names
            .iter()
            .for_each(|name| drop(self.values.remove(*name)));
    }

    /// Whatever was neither taken nor ignored is outside the subset.
    pub(crate) fn finish(self) -> Result<(), TemplateError> {
        match self.values.keys().next() {
            Some(name) => Err(self
                .place
                .within(name)
                .refuse("is outside the properties that this reader knows")),
            None => Ok(()),
        }
    }
}

/// Resolves `value` only where it is itself an intrinsic (`Fn::If`, say), so that errors inside name their own place.
fn without_intrinsic(
    scope: &Scope<'_>,
    place: &Place,
    value: Value,
) -> Result<Option<Value>, TemplateError> {
    match &value {
        Value::Object(map) if intrinsic(map).is_some() => scope.resolve(&value, place),
        _ => Ok(Some(value)),
    }
}
