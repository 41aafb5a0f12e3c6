//! `FilterCriteria`: which changes of a table reach a function.
//!
//! The rules are those of AWS's guide ("Control which events Lambda sends to your function", "Using event filtering with a
//! DynamoDB event source"): all fields of a pattern must match, of a list any alternative, and a field that is not there matches
//! `{"exists": false}` alone. What a record of a stream never holds is refused with its mend, as it would match nothing in
//! silence: its figures are texts (`"N": ["300"]`), so there are neither numbers nor `numeric`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Place, TemplateError};
use crate::properties::Properties;

/// Most filters of one event source (Lambda's quota, as long as nobody asks for more).
const MOST_FILTERS: usize = 5;
/// How a record tells that an attribute is a list; what is asked below is asked of its elements.
const LIST: &str = "L";
/// Longest pattern in characters (Lambda's limit).
const LONGEST_PATTERN: usize = 4096;

/// The filters of one event source: what any of them takes reaches the function, and everything where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters(Vec<Pattern>);

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// All of these of the fields of an object.
    Fields(BTreeMap<String, Pattern>),
    /// Any of these.
    AnyOf(Vec<Rule>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Text(String),
    Flag(bool),
    Prefix(String),
    Suffix(String),
    AnythingBut(Vec<String>),
    Exists(bool),
}

impl Filters {
    /// Whether a record of a stream, as `GetRecords` answers it, reaches the function.
    #[must_use]
    pub fn take(&self, record: &Value) -> bool {
        let mut patterns = self.0.iter();
        self.0.is_empty() || patterns.any(|pattern| pattern.matches(&[record]))
    }
}

impl Pattern {
    /// `values` is all that the record holds in this place: more than one where the way there leads through lists.
    fn matches(&self, values: &[&Value]) -> bool {
        match self {
            Pattern::Fields(fields) => fields.iter().all(|(name, pattern)| {
                let fields = values.iter().filter_map(|value| value.get(name));
                pattern.matches(&fields.flat_map(elements).collect::<Vec<_>>())
            }),
            Pattern::AnyOf(rules) => {
                let leaf = |value: &&&Value| !value.is_object();
                let leaves: Vec<&Value> = values.iter().filter(leaf).copied().collect();
                rules.iter().any(|rule| rule.matches(&leaves))
            }
        }
    }
}

impl Rule {
    fn matches(&self, leaves: &[&Value]) -> bool {
        let text = |holds: &dyn Fn(&str) -> bool| {
            let mut texts = leaves.iter().filter_map(|leaf| leaf.as_str());
            texts.any(holds)
        };
        match self {
            Rule::Text(wanted) => text(&|text| text == wanted),
            Rule::Prefix(prefix) => text(&|text| text.starts_with(prefix)),
            Rule::Suffix(suffix) => text(&|text| text.ends_with(suffix)),
            Rule::Flag(wanted) => leaves.iter().any(|leaf| leaf.as_bool() == Some(*wanted)),
            Rule::AnythingBut(unwanted) => leaves
                .iter()
                .any(|leaf| !unwanted.iter().any(|unwanted| *leaf == unwanted)),
            Rule::Exists(wanted) => *wanted != leaves.is_empty(),
        }
    }
}

/// A list stands for its elements, and those that are lists for theirs.
fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().flat_map(elements).collect(),
        _ => vec![value],
    }
}

/// Reads the property `FilterCriteria` of an event.
pub(crate) fn read_filters(properties: &mut Properties<'_>) -> Result<Filters, TemplateError> {
    let Some(mut criteria) = properties.section("FilterCriteria")? else {
        return Ok(Filters::default());
    };
    let place = criteria.place().within("Filters");
    let filters = criteria.list("Filters")?;
    criteria.finish()?;
    if filters.is_empty() || filters.len() > MOST_FILTERS {
        return Err(place.refuse(format!("must be one filter to {MOST_FILTERS}")));
    }
    let patterns = filters.into_iter().map(read_filter);
    patterns.collect::<Result<_, _>>().map(Filters)
}

fn read_filter(mut filter: Properties<'_>) -> Result<Pattern, TemplateError> {
    let place = filter.place().within("Pattern");
    let text = filter.required_text("Pattern")?;
    filter.finish()?;
    if text.chars().count() > LONGEST_PATTERN {
        return Err(place.refuse(format!("is longer than {LONGEST_PATTERN} characters")));
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(fields)) => read_fields(fields, &place),
        Ok(_) => Err(place.refuse("must be a JSON object")),
        Err(error) => Err(place.refuse(format!("is not JSON: {error}"))),
    }
}

fn read_fields(fields: Map<String, Value>, place: &Place) -> Result<Pattern, TemplateError> {
    if fields.is_empty() {
        return Err(place.refuse("names no field"));
    }
    let read = |(name, value): (String, Value)| {
        let place = place.within(&name);
        let several = value.as_object().is_some_and(|asked| asked.len() > 1);
        if name == LIST && several {
            return Err(place
                .refuse("asks for several things, and AWS does not say whether of one element"));
        }
        let pattern = match value {
            Value::Object(fields) => read_fields(fields, &place)?,
            Value::Array(rules) => read_rules(&rules, &place)?,
            _ => return Err(place.refuse("must be a list of alternatives or an object")),
        };
        Ok((name, pattern))
    };
    let fields = fields.into_iter().map(read);
    fields.collect::<Result<_, _>>().map(Pattern::Fields)
}

fn read_rules(rules: &[Value], place: &Place) -> Result<Pattern, TemplateError> {
    if rules.is_empty() {
        return Err(place.refuse("lists no alternative"));
    }
    let rules = rules.iter().enumerate();
    let rules = rules.map(|(index, rule)| read_rule(rule, &place.item(index)));
    rules.collect::<Result<_, _>>().map(Pattern::AnyOf)
}

fn read_rule(rule: &Value, place: &Place) -> Result<Rule, TemplateError> {
    match rule {
        Value::String(text) => Ok(Rule::Text(text.clone())),
        Value::Bool(flag) => Ok(Rule::Flag(*flag)),
        Value::Number(number) => Err(place.refuse(format!(
            "is a number, and a record's figures are texts; write \"{number}\""
        ))),
        Value::Null => {
            Err(place.refuse("is null, which no record holds; write {\"NULL\": [true]}"))
        }
        Value::Array(_) => Err(place.refuse("is a list in a list")),
        Value::Object(rule) => read_operator(rule, place),
    }
}

fn read_operator(rule: &Map<String, Value>, place: &Place) -> Result<Rule, TemplateError> {
    let mut entries = rule.iter();
    let (Some((operator, operand)), None) = (entries.next(), entries.next()) else {
        return Err(place.refuse("must be one operator"));
    };
    let place = place.within(operator);
    let rule = match operator.as_str() {
        "prefix" => operand.as_str().map(|text| Rule::Prefix(text.to_owned())),
        "suffix" => operand.as_str().map(|text| Rule::Suffix(text.to_owned())),
        "exists" => operand.as_bool().map(Rule::Exists),
        "anything-but" => texts(operand).map(Rule::AnythingBut),
        "numeric" => {
            return Err(place.refuse(
                "compares numbers, and a record's figures are texts; list them, or let the function decide",
            ));
        }
        _ => {
            return Err(place.refuse(
                "is outside the operators that this reader knows: prefix, suffix, exists, anything-but",
            ));
        }
    };
    rule.ok_or_else(|| {
        place.refuse(match operator.as_str() {
            "exists" => "must be true or false",
            "anything-but" => "must be a list of texts",
            _ => "must be a text",
        })
    })
}

/// A list of texts, at least one.
fn texts(list: &Value) -> Option<Vec<String>> {
    let texts = list.as_array().filter(|list| !list.is_empty())?.iter();
    texts.map(|text| text.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn read(pattern: Value) -> Result<Pattern, String> {
        let Value::Object(fields) = pattern else {
            panic!("{pattern} is no object");
        };
        let place = Place::new(Path::new("infra/a.yaml"), "F", "Pattern");
        read_fields(fields, &place).map_err(|error| error.to_string())
    }

    fn filters(patterns: &[Value]) -> Filters {
        let patterns = patterns.iter().cloned().map(read);
        Filters(patterns.collect::<Result<_, _>>().expect("sound patterns"))
    }

    /// A pattern for the attribute `a` of the new image.
    fn of_new(rules: Value) -> Value {
        json!({ "dynamodb": { "NewImage": { "a": rules } } })
    }

    /// A change of an item whose attribute `a` is this.
    fn change(a: Value) -> Value {
        json!({ "eventName": "MODIFY", "dynamodb": {
            "Keys": { "pk": { "S": "P#1" } }, "NewImage": { "pk": { "S": "P#1" }, "a": a }, "SizeBytes": 7,
        } })
    }

    #[test]
    fn each_rule_takes_what_aws_says_it_takes() {
        for (rules, taken, passed_over) in [
            (
                json!({ "S": ["x", "y"] }),
                json!({ "S": "y" }),
                json!({ "S": "xy" }),
            ),
            (
                json!({ "S": [""] }),
                json!({ "S": "" }),
                json!({ "S": "x" }),
            ),
            (
                json!({ "N": ["300"] }),
                json!({ "N": "300" }),
                json!({ "N": "30" }),
            ),
            (
                json!({ "BOOL": [true] }),
                json!({ "BOOL": true }),
                json!({ "BOOL": false }),
            ),
            (
                json!({ "NULL": [true] }),
                json!({ "NULL": true }),
                json!({ "S": "x" }),
            ),
            (
                json!({ "S": [{ "prefix": "P#" }] }),
                json!({ "S": "P#1" }),
                json!({ "S": "1P#" }),
            ),
            (
                json!({ "S": [{ "suffix": "#A" }] }),
                json!({ "S": "1#A" }),
                json!({ "S": "1#AB" }),
            ),
            (
                json!({ "S": [{ "anything-but": ["x", "y"] }] }),
                json!({ "S": "z" }),
                json!({ "S": "y" }),
            ),
            (
                json!({ "S": [{ "anything-but": ["x"] }] }),
                json!({ "S": "z" }),
                json!({ "N": "1" }),
            ),
            (
                json!({ "S": [{ "exists": true }] }),
                json!({ "S": "" }),
                json!({ "N": "1" }),
            ),
            (
                json!({ "S": [{ "exists": false }] }),
                json!({ "N": "1" }),
                json!({ "S": "" }),
            ),
            (
                json!({ "S": ["x", { "prefix": "y" }] }),
                json!({ "S": "yz" }),
                json!({ "S": "z" }),
            ),
            (
                json!({ "SS": ["x"] }),
                json!({ "SS": ["z", "x"] }),
                json!({ "SS": ["z"] }),
            ),
            (
                json!({ "M": { "b": { "S": ["x"] } } }),
                json!({ "M": { "b": { "S": "x" } } }),
                json!({ "M": { "c": { "S": "x" } } }),
            ),
        ] {
            let filters = filters(&[of_new(rules.clone())]);
            assert!(filters.take(&change(taken.clone())), "{rules} {taken}");
            assert!(
                !filters.take(&change(passed_over.clone())),
                "{rules} {passed_over}"
            );
        }
    }

    #[test]
    fn all_fields_of_a_pattern_match_and_of_several_patterns_one() {
        let kept = json!({ "eventName": ["MODIFY"], "dynamodb": { "Keys": { "pk": { "S": [{ "prefix": "P#" }] } } } });
        let record = change(json!({ "S": "x" }));
        assert!(filters(std::slice::from_ref(&kept)).take(&record));
        for (field, value) in [("eventName", json!("INSERT")), ("dynamodb", json!({}))] {
            let mut other = record.clone();
            other[field] = value;
            assert!(
                !filters(std::slice::from_ref(&kept)).take(&other),
                "{other}"
            );
            let either = [
                kept.clone(),
                json!({ field: [{ "exists": true }] }),
                json!({ "eventName": ["MODIFY"] }),
            ];
            assert!(filters(&either).take(&other), "{other}");
        }
        assert!(Filters::default().take(&json!({})));
    }

    #[test]
    fn what_is_not_there_matches_only_that_it_is_not_there() {
        let mut removal = change(json!({ "S": "x" }));
        removal["dynamodb"]
            .as_object_mut()
            .expect("an object")
            .remove("NewImage");
        for (rule, taken) in [
            (json!({ "exists": false }), true),
            (json!({ "exists": true }), false),
            (json!({ "anything-but": ["x"] }), false),
            (json!({ "prefix": "" }), false),
            (json!("x"), false),
        ] {
            let filters = filters(&[of_new(json!({ "S": [rule] }))]);
            assert_eq!(filters.take(&removal), taken, "{filters:?}");
        }
    }

    #[test]
    fn what_is_asked_of_a_list_is_asked_of_its_elements_and_only_a_leaf_exists() {
        let list = change(json!({ "L": [{ "S": "x" }, { "L": [{ "N": "1" }] }] }));
        let empty = change(json!({ "L": [] }));
        for (rules, of_list, of_empty) in [
            (json!({ "L": { "S": ["x"] } }), true, false),
            (json!({ "L": { "S": ["y"] } }), false, false),
            (
                json!({ "L": { "L": { "N": [{ "exists": true }] } } }),
                true,
                false,
            ),
            (json!({ "L": { "N": [{ "exists": false }] } }), true, true),
            (json!({ "L": { "S": [{ "exists": false }] } }), false, true),
            (json!({ "L": [{ "exists": true }] }), false, false),
            (json!([{ "exists": true }]), false, false),
        ] {
            let filters = filters(&[of_new(rules.clone())]);
            assert_eq!(filters.take(&list), of_list, "{rules}");
            assert_eq!(filters.take(&empty), of_empty, "{rules}");
        }
    }

    #[test]
    fn what_can_match_no_record_or_is_not_known_is_refused_with_its_path() {
        for (rules, refusal) in [
            (
                json!({ "N": [300] }),
                "N[0]: is a number, and a record's figures are texts; write \"300\"",
            ),
            (
                json!({ "S": ["x", null] }),
                "S[1]: is null, which no record holds; write {\"NULL\": [true]}",
            ),
            (json!({ "S": [["x"]] }), "S[0]: is a list in a list"),
            (json!({ "S": [] }), "S: lists no alternative"),
            (
                json!({ "S": "x" }),
                "S: must be a list of alternatives or an object",
            ),
            (json!({ "M": {} }), "M: names no field"),
            (
                json!({ "L": { "N": ["1"], "S": ["x"] } }),
                "L: asks for several things",
            ),
            (
                json!({ "N": [{ "numeric": [">", 5] }] }),
                "N[0].numeric: compares numbers, and a record's figures are texts",
            ),
            (
                json!({ "S": [{ "wildcard": "x*" }] }),
                "S[0].wildcard: is outside the operators that this reader knows",
            ),
            (
                json!({ "S": [{ "prefix": "x", "suffix": "y" }] }),
                "S[0]: must be one operator",
            ),
            (json!({ "S": [{}] }), "S[0]: must be one operator"),
            (
                json!({ "S": [{ "prefix": 1 }] }),
                "S[0].prefix: must be a text",
            ),
            (
                json!({ "S": [{ "exists": "true" }] }),
                "S[0].exists: must be true or false",
            ),
            (
                json!({ "S": [{ "anything-but": "x" }] }),
                "S[0].anything-but: must be a list of texts",
            ),
            (
                json!({ "S": [{ "anything-but": [] }] }),
                "S[0].anything-but: must be a list of texts",
            ),
            (
                json!({ "S": [{ "anything-but": [1] }] }),
                "S[0].anything-but: must be a list of texts",
            ),
        ] {
            let error = read(of_new(rules)).expect_err(refusal);
            let found = format!("infra/a.yaml: F: Pattern.dynamodb.NewImage.a.{refusal}");
            assert!(error.starts_with(&found), "{error}");
        }
    }
}
