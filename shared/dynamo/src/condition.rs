//! What must hold for a write to happen.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::{DynamoError, item::value_of};

/// A condition on the item as it is. Conditions on one write all must hold.
#[derive(Debug, Clone)]
pub struct Condition(Kind);

#[derive(Debug, Clone)]
enum Kind {
    ItemAbsent,
    ItemExists,
    Absent(&'static str),
    Compare(&'static str, &'static str, Result<AttributeValue, String>),
    Any(Vec<Condition>),
}

impl Condition {
    /// There is no item with this key.
    #[must_use]
    pub const fn item_absent() -> Self {
        Self(Kind::ItemAbsent)
    }

    /// There is an item with this key.
    #[must_use]
    pub const fn item_exists() -> Self {
        Self(Kind::ItemExists)
    }

    /// The item has no such attribute; holds when there is no item.
    #[must_use]
    pub const fn absent(attribute: &'static str) -> Self {
        Self(Kind::Absent(attribute))
    }

    /// The attribute equals the value.
    pub fn equals(attribute: &'static str, value: impl Serialize) -> Self {
        Self::compare(attribute, "=", value)
    }

    /// The attribute is the value or more.
    pub fn at_least(attribute: &'static str, value: impl Serialize) -> Self {
        Self::compare(attribute, ">=", value)
    }

    /// The attribute is the value or less.
    pub fn at_most(attribute: &'static str, value: impl Serialize) -> Self {
        Self::compare(attribute, "<=", value)
    }

    /// The attribute is less than the value.
    pub fn less_than(attribute: &'static str, value: impl Serialize) -> Self {
        Self::compare(attribute, "<", value)
    }

    /// The attribute is more than the value.
    pub fn more_than(attribute: &'static str, value: impl Serialize) -> Self {
        Self::compare(attribute, ">", value)
    }

    /// At least one of these holds.
    #[must_use]
    pub const fn any(conditions: Vec<Self>) -> Self {
        Self(Kind::Any(conditions))
    }

    fn compare(attribute: &'static str, operator: &'static str, value: impl Serialize) -> Self {
        Self(Kind::Compare(
            attribute,
            operator,
            value_of(&value).map_err(|error| error.to_string()),
        ))
    }
}

type Names = HashMap<String, String>;
type Values = HashMap<String, AttributeValue>;

/// The names and values that the expressions of one request refer to.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: Names,
    values: Values,
}

impl Placeholders {
    pub(crate) fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Names, then values; `None` where there are none, as the store refuses empty maps.
    pub(crate) fn finish(self) -> (Option<Names>, Option<Values>) {
        let names = Some(self.names).filter(|names| !names.is_empty());
        let values = Some(self.values).filter(|values| !values.is_empty());
        (names, values)
    }
}

/// The expression for all of these together, or `None` for none.
pub(crate) fn expression(
    conditions: Vec<Condition>,
    placeholders: &mut Placeholders,
) -> Result<Option<String>, DynamoError> {
    let parts = conditions
        .into_iter()
        .map(|condition| one(condition, placeholders))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(parts.join(" AND ")).filter(|expression| !expression.is_empty()))
}

fn one(condition: Condition, placeholders: &mut Placeholders) -> Result<String, DynamoError> {
    Ok(match condition.0 {
        Kind::ItemAbsent => format!("attribute_not_exists({})", placeholders.name("pk")),
        Kind::ItemExists => format!("attribute_exists({})", placeholders.name("pk")),
        Kind::Absent(attribute) => {
            format!("attribute_not_exists({})", placeholders.name(attribute))
        }
        Kind::Compare(attribute, operator, value) => {
            let value = value.map_err(DynamoError::Malformed)?;
            format!(
                "{} {operator} {}",
                placeholders.name(attribute),
                placeholders.value(value)
            )
        }
        Kind::Any(conditions) => {
            let parts = conditions
                .into_iter()
                .map(|condition| one(condition, placeholders))
                .collect::<Result<Vec<_>, _>>()?;
            format!("({})", parts.join(" OR "))
        }
    })
}
