//! Keys and items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::DynamoError;

/// Where an item is: its partition key and its sort key. Every table has both, as text, named `pk` and `sk`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    /// The key of these two parts.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    pub(crate) fn of(attributes: &HashMap<String, AttributeValue>) -> Result<Self, DynamoError> {
        let part = |name: &str| {
            attributes
                .get(name)
                .and_then(|value| value.as_s().ok())
                .cloned()
                .ok_or_else(|| {
                    DynamoError::Malformed(format!("the item has no text attribute {name}"))
                })
        };
        Ok(Self {
            pk: part("pk")?,
            sk: part("sk")?,
        })
    }
}

/// An item as it stands in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub(crate) attributes: HashMap<String, AttributeValue>,
}

impl Item {
    /// The item's key.
    ///
    /// # Errors
    /// When the item has none, which no item of a table can.
    pub fn key(&self) -> Result<Key, DynamoError> {
        Key::of(&self.attributes)
    }

    /// Reads the item's attributes, keys included, as an entity.
    ///
    /// # Errors
    /// When an attribute is missing or of another type: an item that this code did not write.
    pub fn read<E: DeserializeOwned>(self) -> Result<E, DynamoError> {
        serde_dynamo::from_item(self.attributes)
            .map_err(|error| DynamoError::Malformed(error.to_string()))
    }

    pub(crate) fn of<E: Serialize>(key: &Key, entity: &E) -> Result<Self, DynamoError> {
        let mut attributes: HashMap<String, AttributeValue> = serde_dynamo::to_item(entity)
            .map_err(|error| DynamoError::Malformed(error.to_string()))?;
        // An absent value is an absent attribute, never a NULL: it costs nothing and conditions can ask for it.
        attributes.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
        attributes.extend(key.attributes());
        Ok(Self { attributes })
    }
}

/// From the JSON in which DynamoDB and its streams write attributes: `{"pk": {"S": "…"}, "rev": {"N": "1"}}`.
impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let item = serde_dynamo::Item::deserialize(deserializer)?;
        Ok(Self {
            attributes: item.into(),
        })
    }
}

pub(crate) fn value_of<V: Serialize>(value: &V) -> Result<AttributeValue, DynamoError> {
    serde_dynamo::to_attribute_value(value)
        .map_err(|error| DynamoError::Malformed(error.to_string()))
}
