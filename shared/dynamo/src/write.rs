//! One conditional write: it goes alone, or into a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use serde::Serialize;

use crate::{
    Condition, DynamoError, Item, Key, Table,
    condition::{Placeholders, expression},
    item::value_of,
};

/// A write of one item, with the conditions under which it happens.
#[derive(Debug)]
#[must_use = "a write does nothing until it is given to a table or a transaction"]
pub struct Write {
    pub(crate) table: Table,
    pub(crate) key: Key,
    action: Action,
    conditions: Vec<Condition>,
    defect: Option<DynamoError>,
}

#[derive(Debug)]
enum Action {
    Put(Item),
    Update {
        set: Vec<(&'static str, AttributeValue)>,
        add: Vec<(&'static str, i64)>,
        remove: Vec<&'static str>,
    },
    Delete,
    Check,
}

/// The parts of a request that all kinds of writes have in common.
pub(crate) struct Parts {
    pub(crate) condition: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<HashMap<String, AttributeValue>>,
    pub(crate) change: Change,
}

pub(crate) enum Change {
    Put(HashMap<String, AttributeValue>),
    Update(String),
    Delete,
    Check,
}

impl Write {
    fn new(table: &Table, key: Key, action: Action) -> Self {
        Self {
            table: table.clone(),
            key,
            action,
            conditions: Vec::new(),
            defect: None,
        }
    }

    /// Puts the whole entity in place of whatever is there.
    pub fn put<E: Serialize>(table: &Table, key: Key, entity: &E) -> Self {
        match Item::of(&key, entity) {
            Ok(item) => Self::new(table, key, Action::Put(item)),
            Err(defect) => Self {
                defect: Some(defect),
                ..Self::new(table, key, Action::Check)
            },
        }
    }

    /// Changes some attributes; makes the item when there is none, unless a condition says otherwise.
    pub fn update(table: &Table, key: Key) -> Self {
        Self::new(
            table,
            key,
            Action::Update {
                set: Vec::new(),
                add: Vec::new(),
                remove: Vec::new(),
            },
        )
    }

    /// Deletes the item. Deleting what is not there succeeds, unless a condition says otherwise.
    pub fn delete(table: &Table, key: Key) -> Self {
        Self::new(table, key, Action::Delete)
    }

    /// Writes nothing, only asks for its conditions; for transactions.
    pub fn check(table: &Table, key: Key) -> Self {
        Self::new(table, key, Action::Check)
    }

    /// Sets an attribute; a value that is absent (`None`) removes it. Only in an update.
    pub fn set<V: Serialize>(mut self, attribute: &'static str, value: V) -> Self {
        match (&mut self.action, value_of(&value)) {
            (Action::Update { remove, .. }, Ok(AttributeValue::Null(_))) => remove.push(attribute),
            (Action::Update { set, .. }, Ok(value)) => set.push((attribute, value)),
            (_, Err(defect)) => self.defect = Some(defect),
            _ => {
                self.defect = Some(DynamoError::Malformed(format!(
                    "{attribute} is set outside an update"
                )))
            }
        }
        self
    }

    /// Adds to a number; an absent one counts as 0. Only in an update.
    pub fn add(mut self, attribute: &'static str, number: i64) -> Self {
        match &mut self.action {
            Action::Update { add, .. } => add.push((attribute, number)),
            _ => {
                self.defect = Some(DynamoError::Malformed(format!(
                    "{attribute} is added to outside an update"
                )))
            }
        }
        self
    }

    /// Demands that a condition holds, beside those demanded before.
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Demands that there is no item with this key.
    pub fn if_absent(self) -> Self {
        self.when(Condition::item_absent())
    }

    pub(crate) fn parts(self) -> Result<(Table, Key, Parts), DynamoError> {
        if let Some(defect) = self.defect {
            return Err(defect);
        }
        let mut placeholders = Placeholders::default();
        let condition = expression(self.conditions, &mut placeholders)?;
        let change = match self.action {
            Action::Put(item) => Change::Put(item.attributes),
            Action::Update { set, add, remove } => {
                Change::Update(update_expression(set, add, remove, &mut placeholders))
            }
            Action::Delete => Change::Delete,
            Action::Check => Change::Check,
        };
        let (names, values) = placeholders.finish();
        Ok((
            self.table,
            self.key,
            Parts {
                condition,
                names,
                values,
                change,
            },
        ))
    }

    pub(crate) fn into_transact_item(self) -> Result<TransactWriteItem, DynamoError> {
        let (table, key, parts) = self.parts()?;
        let name = table.name().to_owned();
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let item = match parts.change {
            Change::Put(attributes) => item.put(
                Put::builder()
                    .table_name(name)
                    .set_item(Some(attributes))
                    .set_condition_expression(parts.condition)
                    .set_expression_attribute_names(parts.names)
                    .set_expression_attribute_values(parts.values)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(built)?,
            ),
            Change::Update(expression) => item.update(
                Update::builder()
                    .table_name(name)
                    .set_key(Some(key.attributes()))
                    .update_expression(expression)
                    .set_condition_expression(parts.condition)
                    .set_expression_attribute_names(parts.names)
                    .set_expression_attribute_values(parts.values)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(built)?,
            ),
            Change::Delete => item.delete(
                Delete::builder()
                    .table_name(name)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(parts.condition)
                    .set_expression_attribute_names(parts.names)
                    .set_expression_attribute_values(parts.values)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(built)?,
            ),
            Change::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(name)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(parts.condition)
                    .set_expression_attribute_names(parts.names)
                    .set_expression_attribute_values(parts.values)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(built)?,
            ),
        };
        Ok(item.build())
    }
}

fn built(error: aws_sdk_dynamodb::error::BuildError) -> DynamoError {
    DynamoError::Malformed(error.to_string())
}

fn update_expression(
    set: Vec<(&'static str, AttributeValue)>,
    add: Vec<(&'static str, i64)>,
    remove: Vec<&'static str>,
    placeholders: &mut Placeholders,
) -> String {
    let set: Vec<String> = set
        .into_iter()
        .map(|(name, value)| {
            format!(
                "{} = {}",
                placeholders.name(name),
                placeholders.value(value)
            )
        })
        .collect();
    let add: Vec<String> = add
        .into_iter()
        .map(|(name, number)| {
            let value = placeholders.value(AttributeValue::N(number.to_string()));
            format!("{} {value}", placeholders.name(name))
        })
        .collect();
    let remove: Vec<String> = remove
        .into_iter()
        .map(|name| placeholders.name(name))
        .collect();
    [("SET", set), ("ADD", add), ("REMOVE", remove)]
        .into_iter()
        .filter(|(_, clauses)| !clauses.is_empty())
        .map(|(verb, clauses)| format!("{verb} {}", clauses.join(", ")))
        .collect::<Vec<_>>()
        .join(" ")
}
