//! What functions may do, and what they are told when they may not.

use std::sync::Arc;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Get, Put, TransactGetItem, TransactWriteItem, Update,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete as DeleteList, ObjectIdentifier};
use backends::{AccessKey, Backends, Needed, Options, PermissionRecord, Principal, Storage};
use tempfile::TempDir;

use crate::clients::{self, Clients};
use crate::streams::call as stream_call;

const ROOT: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String, Default: mall}
Resources:
  Shop:
    Type: AWS::Serverless::Application
    Properties: {Location: infra/shop.yaml, Parameters: {Prefix: !Ref Prefix}}
";

/// `keep` may keep an order and read the index; `show` may read; `work` works off the queue, and may not forget orders.
const SHOP: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String}
Globals:
  Function: {Runtime: provided.al2023, CodeUri: .}
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Prefix}-order
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: kind, AttributeType: S}]
      GlobalSecondaryIndexes:
        - {IndexName: kinds, KeySchema: [{AttributeName: kind, KeyType: HASH}], Projection: {ProjectionType: ALL}}
  Stock:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Prefix}-stock
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      StreamSpecification: {StreamViewType: KEYS_ONLY}
  Pictures:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub '${Prefix}-pictures'}
  Work:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Prefix}-work'}
  Other:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Prefix}-other'}
  Keep:
    Type: AWS::Serverless::Function
    Metadata: &metadata {BuildMethod: rust-cargolambda, BuildProperties: {Binary: shop}}
    Properties:
      Handler: keep
      Policies:
        - Statement:
            - {Effect: Allow, Action: [dynamodb:PutItem, dynamodb:BatchWriteItem], Resource: !GetAtt Orders.Arn}
            - {Effect: Allow, Action: [dynamodb:Query, dynamodb:Scan], Resource: !Sub '${Orders.Arn}/index/kinds'}
            - {Effect: Allow, Action: [sqs:SendMessage], Resource: !GetAtt Work.Arn}
            - {Effect: Allow, Action: [s3:PutObject, s3:GetObject, s3:DeleteObject], Resource: !Sub '${Pictures.Arn}/orders/*'}
  Show:
    Type: AWS::Serverless::Function
    Metadata: *metadata
    Properties:
      Handler: show
      Policies:
        - Statement:
            - {Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query], Resource: !GetAtt Orders.Arn}
            - {Effect: Allow, Action: [s3:GetObject, s3:ListBucket], Resource: [!GetAtt Pictures.Arn, !Sub '${Pictures.Arn}/*']}
  Work2:
    Type: AWS::Serverless::Function
    Metadata: *metadata
    Properties:
      Handler: work
      Policies:
        - Statement:
            - {Effect: Allow, Action: ['dynamodb:*'], Resource: !GetAtt Orders.Arn}
            - {Effect: Deny, Action: ['dynamodb:Delete*'], Resource: !GetAtt Orders.Arn}
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 10}}
  Watch:
    Type: AWS::Serverless::Function
    Metadata: *metadata
    Properties:
      Handler: watch
      Events:
        Changed:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Stock.StreamArn
            StartingPosition: LATEST
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Other.Arn}}
";

struct Shop {
    backends: Backends,
    folder: TempDir,
}

impl Shop {
    /// Every function has a key whose id is its handler.
    async fn start() -> Shop {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("template.yaml"), ROOT).expect("the root");
        std::fs::create_dir(folder.path().join("infra")).expect("a folder");
        std::fs::write(folder.path().join("infra/shop.yaml"), SHOP).expect("the stack");
        let deployment = template::read(folder.path(), &template::Inputs::local())
            .unwrap_or_else(|error| panic!("{error}"));
        let record = PermissionRecord::open(&folder.path().join("permissions"));
        let mut options = Options {
            record: Some(Arc::new(record.expect("a record"))),
            ..Options::default()
        };
        options.access_keys.extend(deployment.roles().map(|role| {
            let secret = role.function.clone();
            let holder = Principal::Function(role);
            (secret.clone(), AccessKey { secret, holder })
        }));
        let backends = Backends::start_with(Storage::Memory, options)
            .await
            .expect("back ends in memory start");
        backends.create(&deployment).await.expect("it is created");
        Shop { backends, folder }
    }

    fn clients(&self, key: &str) -> Clients {
        clients::of(&self.backends, key)
    }

    /// How many orders there are.
    async fn orders(&self) -> i32 {
        let scan = self.clients(Options::ACCESS_KEY).dynamodb.scan();
        let scanned = scan.table_name("mall-order").send().await;
        scanned.expect("the administrator may").count()
    }

    async fn queue_url(&self, name: &str) -> String {
        let asked = self.clients(Options::ACCESS_KEY).sqs.get_queue_url();
        let answered = asked.queue_name(name).send().await;
        let url = answered.expect("the administrator may").queue_url;
        url.expect("there is the queue")
    }

    fn needed(&self) -> Vec<(String, String, String)> {
        let record = PermissionRecord::read(&self.folder.path().join("permissions"));
        let parts = |needed: Needed| (needed.function, needed.action, needed.resource);
        record.expect("readable").into_iter().map(parts).collect()
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(table: &str, key: &str) -> TransactWriteItem {
    let put = Put::builder().table_name(table).item("pk", text(key));
    TransactWriteItem::builder()
        .put(put.build().expect("a put"))
        .build()
}

/// Code and message of a refusal.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, E>,
) -> (String, String) {
    let error = result.expect_err("it is refused");
    (
        error.code().unwrap_or_default().to_owned(),
        error.message().unwrap_or_default().to_owned(),
    )
}

fn not_authorized(function: &str, action: &str, resource: &str) -> String {
    let id = match function {
        "keep" => "Keep",
        "show" => "Show",
        "watch" => "Watch",
        _ => "Work2",
    };
    format!(
        "User: arn:aws:sts::000000000000:assumed-role/shop-{id}Role/{function} is not authorized to perform: {action} \
         on resource: {resource} because no identity-based policy allows the {action} action"
    )
}

const ORDERS: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/mall-order";
const STOCK: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock";

#[tokio::test]
async fn a_call_that_no_statement_allows_is_refused_and_does_nothing() {
    let shop = Shop::start().await;
    let show = shop.clients("show").dynamodb;
    let put = show.put_item().table_name("mall-order");
    let (code, message) = refusal(put.item("pk", text("1")).send().await);
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(message, not_authorized("show", "dynamodb:PutItem", ORDERS));
    assert_eq!(shop.orders().await, 0);

    let keep = shop.clients("keep").dynamodb;
    let put = keep.put_item().table_name("mall-order");
    put.item("pk", text("1")).send().await.expect("it may");
    assert_eq!(shop.orders().await, 1);
    let elsewhere = keep.put_item().table_name("mall-stock");
    let (_, message) = refusal(elsewhere.item("pk", text("1")).send().await);
    assert_eq!(message, not_authorized("keep", "dynamodb:PutItem", STOCK));
}

#[tokio::test]
async fn a_transaction_with_one_write_that_is_refused_is_refused_whole() {
    let shop = Shop::start().await;
    let keep = shop.clients("keep").dynamodb;
    let update = Update::builder()
        .table_name("mall-order")
        .key("pk", text("2"))
        .update_expression("SET a = :a")
        .expression_attribute_values(":a", text("a"));
    let update = TransactWriteItem::builder()
        .update(update.build().expect("an update"))
        .build();
    let delete = Delete::builder()
        .table_name("mall-order")
        .key("pk", text("2"));
    let delete = TransactWriteItem::builder()
        .delete(delete.build().expect("a delete"))
        .build();
    for (item, action, table) in [
        (update, "dynamodb:UpdateItem", ORDERS),
        (delete, "dynamodb:DeleteItem", ORDERS),
        (put("mall-stock", "2"), "dynamodb:PutItem", STOCK),
    ] {
        let both = keep
            .transact_write_items()
            .transact_items(put("mall-order", "1"))
            .transact_items(item);
        let (code, message) = refusal(both.send().await);
        assert_eq!(code, "AccessDeniedException");
        assert_eq!(message, not_authorized("keep", action, table));
    }
    assert_eq!(shop.orders().await, 0);
    let one = keep
        .transact_write_items()
        .transact_items(put("mall-order", "1"));
    one.send().await.expect("it may");
    assert_eq!(shop.orders().await, 1);
}

#[tokio::test]
async fn reading_in_a_transaction_needs_what_reading_alone_does() {
    let shop = Shop::start().await;
    let get = |table: &str| {
        let get = Get::builder().table_name(table).key("pk", text("1"));
        TransactGetItem::builder()
            .get(get.build().expect("a get"))
            .build()
    };
    let show = shop.clients("show").dynamodb;
    let one = show.transact_get_items().transact_items(get("mall-order"));
    one.clone().send().await.expect("it may");
    let (_, message) = refusal(one.transact_items(get("mall-stock")).send().await);
    assert_eq!(message, not_authorized("show", "dynamodb:GetItem", STOCK));
}

#[tokio::test]
async fn an_index_is_another_resource_than_its_table() {
    let shop = Shop::start().await;
    let query = |key: &str, index: Option<&str>, attribute: &str| {
        let query = shop.clients(key).dynamodb.query().table_name("mall-order");
        query
            .set_index_name(index.map(str::to_owned))
            .key_condition_expression(format!("{attribute} = :a"))
            .expression_attribute_values(":a", text("a"))
            .send()
    };
    let index = format!("{ORDERS}/index/kinds");
    query("keep", Some("kinds"), "kind").await.expect("it may");
    query("show", None, "pk").await.expect("it may");
    let (_, message) = refusal(query("keep", None, "pk").await);
    assert_eq!(message, not_authorized("keep", "dynamodb:Query", ORDERS));
    let (_, message) = refusal(query("show", Some("kinds"), "kind").await);
    assert_eq!(message, not_authorized("show", "dynamodb:Query", &index));
}

#[tokio::test]
async fn a_denial_stands_above_what_is_allowed() {
    let shop = Shop::start().await;
    let work = shop.clients("work").dynamodb;
    let get = work.get_item().table_name("mall-order");
    get.key("pk", text("1")).send().await.expect("it may");
    let delete = work.delete_item().table_name("mall-order");
    let (_, message) = refusal(delete.key("pk", text("1")).send().await);
    assert!(
        message.ends_with("with an explicit deny in an identity-based policy"),
        "{message}"
    );
}

#[tokio::test]
async fn a_queue_takes_messages_of_those_who_may_and_is_emptied_by_its_consumer() {
    let shop = Shop::start().await;
    let (work, other) = (
        shop.queue_url("mall-work").await,
        shop.queue_url("mall-other").await,
    );
    let send = |key: &str, url: &str| {
        let message = shop.clients(key).sqs.send_message().queue_url(url);
        message.message_body("x").send()
    };
    send("keep", &work).await.expect("it may");
    for (key, url, queue) in [("keep", &other, "mall-other"), ("work", &work, "mall-work")] {
        let result = send(key, url).await;
        let status = result.as_ref().err().and_then(|error| error.raw_response());
        assert_eq!(status.map(|raw| raw.status().as_u16()), Some(403));
        let (code, message) = refusal(result);
        let arn = format!("arn:aws:sqs:us-east-1:000000000000:{queue}");
        assert_eq!(code, "AccessDenied");
        assert_eq!(message, not_authorized(key, "sqs:sendmessage", &arn));
    }
    let receive = |key: &str| shop.clients(key).sqs.receive_message().queue_url(&work);
    let _ = refusal(receive("keep").send().await);
    let received = receive("work").send().await.expect("it may");
    assert_eq!(received.messages().len(), 1);
}

#[tokio::test]
async fn a_stream_is_read_by_the_function_that_it_triggers_and_by_no_other() {
    let shop = Shop::start().await;
    let table = serde_json::json!({"TableName": "mall-stock"});
    let (_, streams) = stream_call(&shop.backends, "watch", "ListStreams", table.clone()).await;
    let arn = streams["Streams"][0]["StreamArn"].clone();
    let (_, stream) = stream_call(
        &shop.backends,
        "watch",
        "DescribeStream",
        serde_json::json!({"StreamArn": arn}),
    )
    .await;
    let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let from = serde_json::json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let (_, iterator) =
        stream_call(&shop.backends, "watch", "GetShardIterator", from.clone()).await;
    let read = serde_json::json!({"ShardIterator": iterator["ShardIterator"]});
    let (status, records) = stream_call(&shop.backends, "watch", "GetRecords", read.clone()).await;
    assert_eq!(status, 200, "{records}");
    for (operation, body) in [
        ("ListStreams", table),
        ("DescribeStream", serde_json::json!({"StreamArn": arn})),
        ("GetShardIterator", from),
        ("GetRecords", read),
    ] {
        // Whoever may do everything with one table may do nothing with the stream of another.
        let (status, refused) = stream_call(&shop.backends, "work", operation, body).await;
        assert_eq!(status, 400, "{operation}: {refused}");
        let kind = refused["__type"].as_str().unwrap_or_default();
        assert!(
            kind.ends_with("AccessDeniedException"),
            "{operation}: {refused}"
        );
    }
    // The queue that hears of failures is open to it as well, and only that one.
    let sqs = shop.clients("watch").sqs;
    let send = async |queue: &str| {
        let url = shop.queue_url(queue).await;
        sqs.send_message()
            .queue_url(url)
            .message_body("given up")
            .send()
            .await
    };
    send("mall-other").await.expect("SAM lets it");
    assert_eq!(
        refusal(send("mall-work").await).1,
        not_authorized(
            "watch",
            "sqs:sendmessage",
            "arn:aws:sqs:us-east-1:000000000000:mall-work"
        )
    );
}

#[tokio::test]
async fn objects_are_bound_to_the_prefix_that_a_statement_names() {
    let shop = Shop::start().await;
    let keep = shop.clients("keep").s3;
    let put = |key: &str| {
        let put = keep.put_object().bucket("mall-pictures").key(key);
        put.body(ByteStream::from_static(b"picture")).send()
    };
    put("orders/1").await.expect("it may");
    let result = put("members/1").await;
    let status = result.as_ref().err().and_then(|error| error.raw_response());
    assert_eq!(status.map(|raw| raw.status().as_u16()), Some(403));
    let (code, message) = refusal(result);
    assert_eq!(code, "AccessDenied");
    let members = "\"arn:aws:s3:::mall-pictures/members/1\"";
    assert_eq!(message, not_authorized("keep", "s3:PutObject", members));

    // What a header, a body or a list of parts names is no way around.
    let copy = |from: &str, to: &str| {
        let copy = keep.copy_object().bucket("mall-pictures").key(to);
        copy.copy_source(format!("mall-pictures/{from}")).send()
    };
    copy("orders/1", "orders/2").await.expect("it may");
    let (_, message) = refusal(copy("members/1", "orders/3").await);
    assert_eq!(message, not_authorized("keep", "s3:GetObject", members));
    let _ = refusal(copy("orders/1", "members/1").await);
    let upload = keep.create_multipart_upload().bucket("mall-pictures");
    let _ = refusal(upload.key("members/1").send().await);
    let listed = |key: &str| ObjectIdentifier::builder().key(key).build().expect("a key");
    let list = DeleteList::builder()
        .objects(listed("orders/1"))
        .objects(listed("members/1"));
    let delete = keep.delete_objects().bucket("mall-pictures");
    let _ = refusal(delete.delete(list.build().expect("a list")).send().await);
    let get = keep.get_object().bucket("mall-pictures").key("orders/1");
    get.send().await.expect("it is still there");
}

#[tokio::test]
async fn only_who_may_list_a_bucket_hears_that_an_object_is_not_there() {
    let shop = Shop::start().await;
    let get = |key: &str| {
        let get = shop.clients(key).s3.get_object().bucket("mall-pictures");
        get.key("orders/none").send()
    };
    let (code, message) = refusal(get("keep").await);
    assert_eq!(code, "AccessDenied");
    let bucket = "\"arn:aws:s3:::mall-pictures\"";
    assert_eq!(message, not_authorized("keep", "s3:ListBucket", bucket));
    assert_eq!(refusal(get("show").await).0, "NoSuchKey");
}

#[tokio::test]
async fn a_key_that_nobody_has_opens_nothing() {
    let shop = Shop::start().await;
    let stranger = shop.clients("stranger");
    let tables = stranger.dynamodb.list_tables().send().await;
    assert_eq!(refusal(tables).0, "UnrecognizedClientException");
    let queues = stranger.sqs.list_queues().send().await;
    assert_eq!(refusal(queues).0, "InvalidClientTokenId");
    let buckets = stranger.s3.list_buckets().send().await;
    let status = buckets
        .as_ref()
        .err()
        .and_then(|error| error.raw_response());
    assert_eq!(status.map(|raw| raw.status().as_u16()), Some(403));
}

#[tokio::test]
async fn what_functions_needed_and_were_allowed_is_on_record() {
    let shop = Shop::start().await;
    let keep = shop.clients("keep").dynamodb;
    for key in ["1", "2"] {
        let both = keep
            .transact_write_items()
            .transact_items(put("mall-order", key));
        both.send().await.expect("it may");
    }
    let put = keep.put_item().table_name("mall-stock");
    let _ = refusal(put.item("pk", text("1")).send().await);
    assert_eq!(shop.orders().await, 2);
    assert_eq!(
        shop.needed(),
        [(
            "keep".to_owned(),
            "dynamodb:PutItem".to_owned(),
            ORDERS.to_owned()
        )]
    );
}
