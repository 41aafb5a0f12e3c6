//! What the mall asks of DynamoDB.

use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use backends::Backends;
use serde_json::json;

use crate::clients;

fn stock_table() -> serde_json::Value {
    json!({
        "TableName": "mall-stock",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "kind", "AttributeType": "S"}
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-kind",
            "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"}
        }]
    })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

async fn with_stock_of(available: i64) -> (Backends, aws_sdk_dynamodb::Client) {
    let backends = clients::in_memory().await;
    backends
        .create_table(&stock_table(), None)
        .expect("the table is created");
    let client = clients::dynamodb(&backends.dynamodb_url());
    let put = client
        .put_item()
        .table_name("mall-stock")
        .item("pk", text("S#1"))
        .item("sk", text("W#main"));
    put.item("available", number(available))
        .send()
        .await
        .expect("the level is written");
    (backends, client)
}

fn take(units: i64) -> TransactWriteItem {
    let update = Update::builder()
        .table_name("mall-stock")
        .key("pk", text("S#1"))
        .key("sk", text("W#main"))
        .update_expression("SET available = available - :units")
        .condition_expression("available >= :units")
        .expression_attribute_values(":units", number(units))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder()
        .update(update.build().expect("an update"))
        .build()
}

fn order(id: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("mall-stock")
        .item("pk", text(id))
        .item("sk", text("O"))
        .item("kind", text("order"))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder()
        .put(put.build().expect("a put"))
        .build()
}

#[tokio::test]
async fn a_cancelled_transaction_returns_a_reason_and_the_old_item_for_each_condition() {
    let (_backends, client) = with_stock_of(3).await;
    client
        .transact_write_items()
        .transact_items(order("O#1"))
        .transact_items(take(1))
        .send()
        .await
        .expect("the first fits");

    let refused = client
        .transact_write_items()
        .transact_items(order("O#1"))
        .transact_items(take(3))
        .send()
        .await;
    let error = refused
        .expect_err("the order is there and the stock is short")
        .into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("not a cancelled transaction: {error:?}");
    };
    let reasons = cancelled.cancellation_reasons();
    assert_eq!(
        reasons
            .iter()
            .map(|reason| reason.code().unwrap_or_default())
            .collect::<Vec<_>>(),
        ["ConditionalCheckFailed"; 2]
    );
    assert_eq!(
        reasons[0].item().and_then(|item| item.get("kind")),
        Some(&text("order"))
    );
    assert_eq!(
        reasons[1].item().and_then(|item| item.get("available")),
        Some(&number(2))
    );
}

#[tokio::test]
async fn a_transaction_reports_the_units_of_its_table_and_of_each_index() {
    let (_backends, client) = with_stock_of(3).await;
    let request = client
        .transact_write_items()
        .transact_items(order("O#1"))
        .transact_items(take(1));
    let output = request
        .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
        .send()
        .await
        .expect("it fits");

    // Two units an item in a transaction; the copy of the order in the index costs one, there as elsewhere.
    let consumed = output.consumed_capacity();
    assert_eq!(consumed.len(), 1);
    assert_eq!(
        consumed[0].table().and_then(|table| table.capacity_units()),
        Some(4.0)
    );
    let index = consumed[0]
        .global_secondary_indexes()
        .and_then(|indexes| indexes.get("by-kind"));
    assert_eq!(index.and_then(|index| index.capacity_units()), Some(1.0));
    assert_eq!(consumed[0].capacity_units(), Some(5.0));
}

#[tokio::test]
async fn a_write_reports_the_units_of_its_table_and_of_each_index() {
    let (_backends, client) = with_stock_of(3).await;
    let put = client
        .put_item()
        .table_name("mall-stock")
        .item("pk", text("O#2"))
        .item("sk", text("O"))
        .item("kind", text("order"));
    let output = put
        .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
        .send()
        .await
        .expect("it is written");

    let consumed = output.consumed_capacity().expect("it was asked for");
    assert_eq!(
        consumed.table().and_then(|table| table.capacity_units()),
        Some(1.0)
    );
    let index = consumed
        .global_secondary_indexes()
        .and_then(|indexes| indexes.get("by-kind"));
    assert_eq!(index.and_then(|index| index.capacity_units()), Some(1.0));
}

#[tokio::test]
async fn an_expired_item_goes_from_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let expired = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
        - 60;
    {
        let backends = clients::on(directory.path()).await;
        backends
            .create_table(&stock_table(), Some("expires_at"))
            .expect("the table is created");
        let put = clients::dynamodb(&backends.dynamodb_url())
            .put_item()
            .table_name("mall-stock");
        let put = put
            .item("pk", text("C#1"))
            .item("sk", text("C"))
            .item("expires_at", AttributeValue::N(expired.to_string()));
        put.send().await.expect("it is written");
    }
    let backends = clients::on(directory.path()).await;
    let client = clients::dynamodb(&backends.dynamodb_url());
    let gone = async {
        while client
            .get_item()
            .table_name("mall-stock")
            .key("pk", text("C#1"))
            .key("sk", text("C"))
            .send()
            .await
            .expect("it answers")
            .item
            .is_some()
        {}
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone)
        .await
        .expect("it goes");
}
