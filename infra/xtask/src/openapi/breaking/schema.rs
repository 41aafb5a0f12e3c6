//! Two schemas of one value, before and after.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Break, entries, items};

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// From the client: what was taken has to be taken.
    In,
    /// To the client: what was given has to be given.
    Out,
}

/// The comparison of one operation.
pub(super) struct Comparison<'d> {
    pub(super) before: &'d Value,
    pub(super) after: &'d Value,
    operation: &'d str,
    pub(super) found: Vec<Break>,
    /// Pairs of named schemas that are being compared: schemas may hold themselves.
    under_way: BTreeSet<(String, String, Way)>,
}

/// Limits of which a higher one takes less.
const LOWEST: [&str; 4] = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
/// Limits of which a lower one takes less.
const HIGHEST: [&str; 4] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];

/// How deep references and combinations are followed for one value: a schema that holds only itself has no shape.
const DEPTH: u8 = 8;

impl<'d> Comparison<'d> {
    pub(super) fn new(before: &'d Value, after: &'d Value, operation: &'d str) -> Self {
        Self {
            before,
            after,
            operation,
            found: Vec::new(),
            under_way: BTreeSet::new(),
        }
    }

    pub(super) fn broken(&mut self, pointer: &str, what: &str) {
        self.found.push(Break {
            operation: self.operation.to_owned(),
            pointer: pointer.to_owned(),
            what: what.to_owned(),
        });
    }

    /// What a value that may be a reference stands for.
    pub(super) fn resolve<'v>(&self, document: &'v Value, value: &'v Value) -> &'v Value {
        let path = value["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix('#'));
        path.and_then(|path| document.pointer(path))
            .unwrap_or(value)
    }

    pub(super) fn compare(&mut self, pointer: &str, way: Way, before: &Value, after: &Value) {
        let name = |schema: &Value| schema["$ref"].as_str().unwrap_or_default().to_owned();
        let pair = (name(before), name(after), way);
        let named = !pair.0.is_empty() || !pair.1.is_empty();
        if named && !self.under_way.insert(pair.clone()) {
            return;
        }
        let before = Shape::of(self.before, before, DEPTH);
        let after = Shape::of(self.after, after, DEPTH);
        self.compare_types(pointer, way, &before, &after);
        match way {
            Way::In => self.compare_taken(pointer, &before, &after),
            Way::Out => self.compare_given(pointer, &before, &after),
        }
        for (name, field) in &before.fields {
            if let Some(of_now) = after.fields.get(name) {
                self.compare(&format!("{pointer}/{name}"), way, field, of_now);
            }
        }
        for (item, of_now) in before.items.iter().zip(&after.items) {
            self.compare(&format!("{pointer}/*"), way, item, of_now);
        }
        if named {
            self.under_way.remove(&pair);
        }
    }

    fn compare_types(&mut self, pointer: &str, way: Way, before: &Shape, after: &Shape) {
        let (narrow, wide, what) = match way {
            Way::In => (before, after, "is no longer taken"),
            Way::Out => (after, before, "may be given now"),
        };
        if wide.types.is_empty() {
            return;
        }
        if narrow.types.is_empty() {
            self.broken(pointer, &format!("any type {what}"));
        }
        for name in &narrow.types {
            let fits =
                wide.types.contains(name) || (name == "integer" && wide.types.contains("number"));
            if !fits {
                self.broken(pointer, &format!("the type {name} {what}"));
            }
        }
    }

    fn compare_taken(&mut self, pointer: &str, before: &Shape, after: &Shape) {
        for name in before.fields.keys() {
            if after.closed && !after.fields.contains_key(name) {
                self.broken(&format!("{pointer}/{name}"), "the field is no longer taken");
            }
        }
        for name in after.required.difference(&before.required) {
            self.broken(&format!("{pointer}/{name}"), "it is required now");
        }
        if after.closed && !before.closed && before.types.contains("object") {
            self.broken(pointer, "other fields are no longer taken");
        }
        self.compare_values(pointer, before, after);
        for (rule, limit) in &after.rules {
            let known = before.rules.get(rule);
            let narrower = match (known.and_then(Value::as_f64), limit.as_f64()) {
                (Some(known), Some(limit)) if LOWEST.contains(rule) => limit > known,
                (Some(known), Some(limit)) if HIGHEST.contains(rule) => limit < known,
                _ => known != Some(limit),
            };
            if narrower {
                self.broken(pointer, &format!("{rule} is {limit} now"));
            }
        }
    }

    fn compare_values(&mut self, pointer: &str, before: &Shape, after: &Shape) {
        if after.values.is_empty() {
            return;
        }
        if before.values.is_empty() {
            self.broken(pointer, "only some values are taken now");
        }
        for value in before.values.difference(&after.values) {
            self.broken(pointer, &format!("the value {value} is no longer taken"));
        }
    }

    fn compare_given(&mut self, pointer: &str, before: &Shape, after: &Shape) {
        for name in before.fields.keys() {
            let at = format!("{pointer}/{name}");
            if !after.fields.contains_key(name) {
                self.broken(&at, "the field is gone");
            } else if before.required.contains(name) && !after.required.contains(name) {
                self.broken(&at, "the field may be absent now");
            }
        }
    }
}

/// What a schema asks for, with all that it refers to and combines in one place.
#[derive(Debug, Default)]
struct Shape {
    types: BTreeSet<String>,
    /// The values of an enumeration, as JSON.
    values: BTreeSet<String>,
    fields: BTreeMap<String, Value>,
    required: BTreeSet<String>,
    items: Vec<Value>,
    /// Whether an object takes no other fields.
    closed: bool,
    /// Limits, pattern and format, by keyword.
    rules: BTreeMap<&'static str, Value>,
}

impl Shape {
    /// The shape, with references and combinations followed `limit` deep.
    fn of(document: &Value, schema: &Value, limit: u8) -> Self {
        let mut shape = Self::default();
        let path = schema["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix('#'));
        if let Some(named) = path.and_then(|path| document.pointer(path))
            && limit > 0
        {
            shape.add(Self::of(document, named, limit - 1), true);
        }
        shape.add(Self::plain(schema), true);
        if limit > 0 {
            for part in items(&schema["allOf"]) {
                shape.add(Self::of(document, part, limit - 1), true);
            }
            let either = items(&schema["oneOf"]).chain(items(&schema["anyOf"]));
            let either: Vec<Self> = either
                .map(|part| Self::of(document, part, limit - 1))
                .collect();
            // Beside null there is mostly one alternative, whose requirements are those of the whole.
            let others = either
                .iter()
                .filter(|part| !part.types.contains("null"))
                .count();
            for part in either {
                let whole = others == 1 && !part.types.contains("null");
                shape.add(part, whole);
            }
        }
        shape
    }

    fn plain(schema: &Value) -> Self {
        let mut shape = Self::default();
        let types = schema["type"].as_str().into_iter();
        let types = types.chain(items(&schema["type"]).filter_map(Value::as_str));
        shape.types = types.map(str::to_owned).collect();
        let values = items(&schema["enum"]).chain(schema.get("const"));
        shape.values = values.map(ToString::to_string).collect();
        shape.fields = entries(&schema["properties"])
            .map(|(name, field)| (name.clone(), field.clone()))
            .collect();
        let required = items(&schema["required"]).filter_map(Value::as_str);
        shape.required = required.map(str::to_owned).collect();
        shape.items = schema.get("items").cloned().into_iter().collect();
        shape.closed = schema["additionalProperties"] == false;
        let of_texts: &[&'static str] = if shape.types.contains("string") {
            &["pattern", "format"]
        } else {
            &[]
        };
        let keywords = LOWEST.iter().chain(&HIGHEST).chain(of_texts);
        shape.rules = keywords
            .filter_map(|rule| Some((*rule, schema.get(rule)?.clone())))
            .collect();
        shape
    }

    /// Adds what a part asks for; an alternative asks for nothing that the whole would have to keep.
    fn add(&mut self, part: Self, whole: bool) {
        self.types.extend(part.types);
        self.values.extend(part.values);
        self.fields.extend(part.fields);
        self.items.extend(part.items);
        if whole {
            self.required.extend(part.required);
            self.closed |= part.closed;
            self.rules.extend(part.rules);
        }
    }
}
