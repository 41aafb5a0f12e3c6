//! `Globals`: what every function or HTTP API of a template has in common.
//!
//! SAM's rule: mappings are merged, lists are the common elements and then the resource's own, anything else is the
//! resource's own where it has one. An intrinsic counts as a plain value.

use serde_json::{Map, Value};

use crate::references::intrinsic;

/// The properties of a resource with the template's common ones beneath them.
pub(crate) fn merge(common: &Map<String, Value>, own: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = common.clone();
    for (name, value) in own {
        let value = match merged.remove(name) {
            Some(below) => merge_value(below, value.clone()),
            None => value.clone(),
        };
        merged.insert(name.clone(), value);
    }
    merged
}

fn merge_value(common: Value, own: Value) -> Value {
    match (common, own) {
        (Value::Object(common), Value::Object(own))
            if intrinsic(&common).is_none() && intrinsic(&own).is_none() =>
        {
            Value::Object(merge(&common, &own))
        }
        (Value::Array(mut common), Value::Array(own)) => {
            common.extend(own);
            Value::Array(common)
        }
        (_, own) => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(common: Value, own: Value) -> Value {
        merge_value(common, own)
    }

    #[test]
    fn mappings_merge_and_the_own_value_wins() {
        assert_eq!(
            merged(
                json!({"Timeout": 5, "Environment": {"Variables": {"A": "1", "B": "2"}}}),
                json!({"Timeout": 30, "Environment": {"Variables": {"B": "3", "C": "4"}}})
            ),
            json!({"Timeout": 30, "Environment": {"Variables": {"A": "1", "B": "3", "C": "4"}}})
        );
    }

    #[test]
    fn lists_are_the_common_elements_and_then_the_own() {
        assert_eq!(
            merged(json!({"L": [1]}), json!({"L": [2]})),
            json!({"L": [1, 2]})
        );
    }

    #[test]
    fn an_intrinsic_replaces_instead_of_merging() {
        assert_eq!(
            merged(json!({"A": {"Ref": "X"}}), json!({"A": {"Ref": "Y"}})),
            json!({"A": {"Ref": "Y"}})
        );
        assert_eq!(
            merged(
                json!({"A": {"b": 1}}),
                json!({"A": {"Fn::If": ["C", 1, 2]}})
            ),
            json!({"A": {"Fn::If": ["C", 1, 2]}})
        );
    }
}
