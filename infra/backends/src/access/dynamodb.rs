//! What requests to DynamoDB need.

use dynoxide::actions::batch_get_item::BatchGetItemRequest;
use dynoxide::actions::batch_write_item::BatchWriteItemRequest;
use dynoxide::actions::get_shard_iterator::decode_shard_iterator;
use dynoxide::actions::transact_get_items::TransactGetItemsRequest;
use dynoxide::actions::transact_write_items::{TransactWriteItem, TransactWriteItemsRequest};

use super::Need;
use crate::{ACCOUNT, REGION};

/// The action of the operation's own name on a table.
pub(crate) fn table(action: &'static str, name: &str) -> Vec<Need> {
    vec![Need::new(action, table_arn(name))]
}

/// The action on a table, or on the index of it that is read.
pub(crate) fn table_or_index(
    action: &'static str,
    name: &str,
    index: Option<&String>,
) -> Vec<Need> {
    let table = table_arn(name);
    let resource = match index {
        Some(index) => format!("{table}/index/{index}"),
        None => table,
    };
    vec![Need::new(action, resource)]
}

/// One action for each table of the batch.
pub(crate) fn batch_get(request: &BatchGetItemRequest) -> Vec<Need> {
    let tables = request.request_items.keys();
    tables
        .map(|name| Need::new("dynamodb:BatchGetItem", table_arn(name)))
        .collect()
}

/// One action for each table of the batch.
pub(crate) fn batch_write(request: &BatchWriteItemRequest) -> Vec<Need> {
    let tables = request.request_items.keys();
    tables
        .map(|name| Need::new("dynamodb:BatchWriteItem", table_arn(name)))
        .collect()
}

/// A transaction has no action of its own: IAM asks for that of each write.
pub(crate) fn transact_write(request: &TransactWriteItemsRequest) -> Vec<Need> {
    request.transact_items.iter().flat_map(writes).collect()
}

fn writes(item: &TransactWriteItem) -> impl Iterator<Item = Need> {
    let put = item
        .put
        .as_ref()
        .map(|put| ("dynamodb:PutItem", &put.table_name));
    let update = item
        .update
        .as_ref()
        .map(|update| ("dynamodb:UpdateItem", &update.table_name));
    let delete = item
        .delete
        .as_ref()
        .map(|delete| ("dynamodb:DeleteItem", &delete.table_name));
    let check = item
        .condition_check
        .as_ref()
        .map(|check| ("dynamodb:ConditionCheckItem", &check.table_name));
    [put, update, delete, check]
        .into_iter()
        .flatten()
        .map(|(action, name)| Need::new(action, table_arn(name)))
}

/// As little an action of its own as its twin: IAM asks for a `GetItem` for each item.
pub(crate) fn transact_get(request: &TransactGetItemsRequest) -> Vec<Need> {
    let items = request.transact_items.iter();
    items
        .map(|item| Need::new("dynamodb:GetItem", table_arn(&item.get.table_name)))
        .collect()
}

/// The action on a stream, which requests name by its ARN.
pub(crate) fn stream(action: &'static str, arn: &str) -> Vec<Need> {
    vec![Need::new(action, arn)]
}

/// Reads a stream by an iterator, which knows its table. A table has one stream at a time here.
pub(crate) fn records(iterator: &str) -> Vec<Need> {
    let table = decode_shard_iterator(iterator).map(|(table, _, _)| table_arn(&table));
    let resource = table.map_or_else(|| "*".to_owned(), |table| format!("{table}/stream/*"));
    vec![Need::new("dynamodb:GetRecords", resource)]
}

/// A table is named by its name or, as well, by its ARN.
fn table_arn(name: &str) -> String {
    match name.starts_with("arn:") {
        true => name.to_owned(),
        false => format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"),
    }
}
