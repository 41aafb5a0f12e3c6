//! Tables: single and batch reads, single writes.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use aws::Aws;
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        delete_item::DeleteItemError,
        put_item::PutItemError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::{
        AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue,
        ReturnValuesOnConditionCheckFailure,
    },
};
use serde::de::DeserializeOwned;

use crate::{
    DynamoError, Item, Key, Write, WriteError, capacity, size::size_of_map, write::Change,
};

/// DynamoDB, reached at first use. Clones share one client.
#[derive(Clone, Debug)]
pub struct Dynamo {
    aws: Aws,
    client: Arc<OnceLock<Client>>,
}

impl Dynamo {
    /// The DynamoDB of this function's account and region.
    #[must_use]
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            client: Arc::default(),
        }
    }

    /// The table of this name.
    pub fn table(&self, name: impl Into<Arc<str>>) -> Table {
        Table {
            dynamo: self.clone(),
            name: name.into(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        self.client
            .get_or_init(|| Client::new(&self.aws.config(aws::Service::DynamoDb)))
    }
}

/// Whether a read must see every write that was acknowledged before it began. A consistent read costs twice as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// May be some moments behind.
    Eventual,
    /// Sees every acknowledged write.
    Strong,
}

impl Consistency {
    pub(crate) fn is_strong(self) -> bool {
        self == Self::Strong
    }
}

/// A table whose items are addressed by `pk` and `sk`.
#[derive(Clone, Debug)]
pub struct Table {
    dynamo: Dynamo,
    name: Arc<str>,
}

impl Table {
    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn client(&self) -> &Client {
        self.dynamo.client()
    }

    pub(crate) fn dynamo(&self) -> &Dynamo {
        &self.dynamo
    }

    /// Reads one item as an entity; `None` when there is none.
    ///
    /// # Errors
    /// When the call brings no answer, or the item is not an `E`.
    pub async fn get<E: DeserializeOwned>(
        &self,
        key: Key,
        consistency: Consistency,
    ) -> Result<Option<E>, DynamoError> {
        let answer = self
            .client()
            .get_item()
            .table_name(self.name())
            .set_key(Some(key.attributes()))
            .consistent_read(consistency.is_strong())
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
            .send()
            .await
            .map_err(DynamoError::of)?;
        capacity::read(answer.consumed_capacity());
        answer
            .item
            .map(|attributes| Item { attributes }.read())
            .transpose()
    }

    /// Reads many items at once, in no order; absent ones are left out. More than a hundred are read side by side.
    ///
    /// # Errors
    /// When a call brings no answer. What the store leaves unprocessed is asked for again, so that it is never taken
    /// for absent.
    pub async fn get_many<E: DeserializeOwned>(
        &self,
        keys: Vec<Key>,
        consistency: Consistency,
    ) -> Result<Vec<E>, DynamoError> {
        let mut unique = keys;
        unique.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        unique.dedup();
        let batches = unique
            .chunks(100)
            .map(|keys| self.get_batch(keys, consistency));
        let found = futures::future::try_join_all(batches).await?;
        found.into_iter().flatten().map(Item::read).collect()
    }

    async fn get_batch(
        &self,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Item>, DynamoError> {
        let mut wanted: Vec<HashMap<String, AttributeValue>> =
            keys.iter().map(Key::attributes).collect();
        let mut found = Vec::with_capacity(keys.len());
        let mut rounds = 0;
        while !wanted.is_empty() {
            if rounds > 0 {
                back_off(rounds).await?;
            }
            let request = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(consistency.is_strong())
                .build()
                .map_err(|error| DynamoError::Malformed(error.to_string()))?;
            let answer = self
                .client()
                .batch_get_item()
                .request_items(self.name(), request)
                .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
                .send()
                .await
                .map_err(DynamoError::of)?;
            capacity::read(answer.consumed_capacity());
            let items = answer
                .responses
                .into_iter()
                .flatten()
                .flat_map(|(_, items)| items);
            found.extend(items.map(|attributes| Item { attributes }));
            wanted = answer
                .unprocessed_keys
                .into_iter()
                .flatten()
                .flat_map(|(_, rest)| rest.keys)
                .collect();
            rounds += 1;
        }
        Ok(found)
    }

    /// Makes one write happen, if its conditions hold.
    ///
    /// # Errors
    /// [`WriteError::ConditionFailed`] with the item as it is; otherwise the call brought no answer.
    pub async fn write(write: Write) -> Result<(), WriteError> {
        let (table, key, parts) = write.parts()?;
        let client = table.client();
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        match parts.change {
            Change::Put(attributes) => client
                .put_item()
                .table_name(table.name())
                .set_item(Some(attributes))
                .set_condition_expression(parts.condition)
                .set_expression_attribute_names(parts.names)
                .set_expression_attribute_values(parts.values)
                .return_values_on_condition_check_failure(old)
                .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
                .send()
                .await
                .map(|answer| capacity::written(answer.consumed_capacity()))
                .map_err(put_failed),
            Change::Update(expression) => update_request(
                &table,
                &key,
                expression,
                (parts.condition, parts.names, parts.values),
            )
            .send()
            .await
            .map(|answer| capacity::written(answer.consumed_capacity()))
            .map_err(update_failed),
            Change::Delete => client
                .delete_item()
                .table_name(table.name())
                .set_key(Some(key.attributes()))
                .set_condition_expression(parts.condition)
                .set_expression_attribute_names(parts.names)
                .set_expression_attribute_values(parts.values)
                .return_values_on_condition_check_failure(old)
                .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
                .send()
                .await
                .map(|answer| capacity::written(answer.consumed_capacity()))
                .map_err(delete_failed),
            Change::Check => Err(DynamoError::Malformed(
                "a check alone is no write; it belongs in a transaction".to_owned(),
            )
            .into()),
        }
    }

    /// Makes one update happen, if its conditions hold, and brings the item as it then is, at no further cost.
    ///
    /// # Errors
    /// [`WriteError::ConditionFailed`] with the item as it is; otherwise the call brought no answer.
    pub async fn update(write: Write) -> Result<Item, WriteError> {
        let (table, key, parts) = write.parts()?;
        let Change::Update(expression) = parts.change else {
            return Err(DynamoError::Malformed(
                "only an update brings the item as it then is".to_owned(),
            )
            .into());
        };
        let condition = (parts.condition, parts.names, parts.values);
        let answer = update_request(&table, &key, expression, condition)
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(update_failed)?;
        capacity::written(answer.consumed_capacity());
        let attributes = answer
            .attributes
            .ok_or_else(|| DynamoError::Malformed("an update brought no item".to_owned()))?;
        Ok(Item { attributes })
    }
}

/// A condition's expression, with the names and the values that it and the change beside it refer to.
type Conditional = (
    Option<String>,
    Option<HashMap<String, String>>,
    Option<HashMap<String, AttributeValue>>,
);

fn update_request(
    table: &Table,
    key: &Key,
    expression: String,
    (condition, names, values): Conditional,
) -> UpdateItemFluentBuilder {
    table
        .client()
        .update_item()
        .table_name(table.name())
        .set_key(Some(key.attributes()))
        .update_expression(expression)
        .set_condition_expression(condition)
        .set_expression_attribute_names(names)
        .set_expression_attribute_values(values)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
}

fn put_failed(error: SdkError<PutItemError>) -> WriteError {
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => {
            failed_condition(failed.item())
        }
        _ => DynamoError::of(error).into(),
    }
}

fn update_failed(error: SdkError<UpdateItemError>) -> WriteError {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
            failed_condition(failed.item())
        }
        _ => DynamoError::of(error).into(),
    }
}

fn delete_failed(error: SdkError<DeleteItemError>) -> WriteError {
    match error.as_service_error() {
        Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
            failed_condition(failed.item())
        }
        _ => DynamoError::of(error).into(),
    }
}

fn failed_condition(item: Option<&HashMap<String, AttributeValue>>) -> WriteError {
    capacity::refused(item.map_or(0, size_of_map));
    WriteError::ConditionFailed(item.map(|attributes| Item {
        attributes: attributes.clone(),
    }))
}

/// Waits before asking again for what was left unprocessed; gives up after some rounds.
async fn back_off(rounds: u32) -> Result<(), DynamoError> {
    if rounds > 6 {
        return Err(DynamoError::Busy {
            code: "UnprocessedKeys".to_owned(),
            source: None,
        });
    }
    tokio::time::sleep(std::time::Duration::from_millis(10 << rounds)).await;
    Ok(())
}
