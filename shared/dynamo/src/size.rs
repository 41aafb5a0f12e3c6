//! How large an item is, as DynamoDB counts it: what a write costs goes by it, in steps of 1,024 bytes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::{DynamoError, Item, Key};

impl Item {
    /// How many bytes the item of this entity takes, keys and names of attributes included.
    ///
    /// # Errors
    /// When the entity cannot be an item.
    pub fn size_of<E: Serialize>(key: &Key, entity: &E) -> Result<usize, DynamoError> {
        Self::of(key, entity).map(|item| size_of_map(&item.attributes))
    }
}

pub(crate) fn size_of_map(attributes: &HashMap<String, AttributeValue>) -> usize {
    attributes
        .iter()
        .map(|(name, value)| name.len() + size_of_value(value))
        .sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => size_of_number(digits),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|digits| size_of_number(digits)).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|bytes| bytes.as_ref().len()).sum(),
        // A list or map takes three bytes, and one for each entry beside what the entry itself takes.
        AttributeValue::L(values) => {
            3 + values
                .iter()
                .map(|value| 1 + size_of_value(value))
                .sum::<usize>()
        }
        AttributeValue::M(entries) => 3 + entries.len() + size_of_map(entries),
        // NULL and truth values, and whatever is younger than this code.
        _ => 1,
    }
}

/// A byte, and one for every two significant digits; one more for a sign.
fn size_of_number(text: &str) -> usize {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_matches('0').len();
    1 + significant.div_ceil(2) + usize::from(text.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_texts_numbers_and_nested_values_count_as_dynamodb_counts_them() {
        let key = Key::new("M#1", "O#1");
        let empty = "pk".len() + "sk".len() + 6;
        let cases = [
            (json!({}), 0),
            (json!({ "a": null }), 0),
            (json!({ "name": "华为" }), 4 + 6),
            (json!({ "n": 0 }), 1 + 1),
            (json!({ "n": 378_800 }), 1 + 1 + 2),
            (json!({ "n": -12_345 }), 1 + 1 + 3 + 1),
            (json!({ "b": true }), 1 + 1),
            (json!({ "l": [] }), 1 + 3),
            (
                json!({ "l": ["ab", [7]] }),
                1 + 3 + (1 + 2) + (1 + 3 + 1 + 2),
            ),
            (json!({ "m": { "x": "ab" } }), 1 + 3 + 1 + 1 + 2),
        ];
        for (entity, bytes) in cases {
            assert_eq!(
                Item::size_of(&key, &entity).unwrap(),
                empty + bytes,
                "{entity}"
            );
        }
    }
}
