//! Creating what is declared, again and again.

use backends::{BackendError, Backends, Storage};
use serde_json::{Value, json};

use crate::clients;
use crate::sqs::{attributes, bodies, receive, send, url};

fn sessions(sort_key: Option<&str>) -> Value {
    let mut keys = vec![json!({"AttributeName": "pk", "KeyType": "HASH"})];
    let mut definitions = vec![json!({"AttributeName": "pk", "AttributeType": "S"})];
    if let Some(name) = sort_key {
        keys.push(json!({"AttributeName": name, "KeyType": "RANGE"}));
        definitions.push(json!({"AttributeName": name, "AttributeType": "S"}));
    }
    json!({"TableName": "mall-session", "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys, "AttributeDefinitions": definitions})
}

const ROOT: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String, Default: mall}
Resources:
  Order:
    Type: AWS::Serverless::Application
    Properties: {Location: infra/order.yaml, Parameters: {Prefix: !Ref Prefix}}
";

const ORDER: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String}
Resources:
  CloseOrder:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${Prefix}-close-order
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt CloseOrderDead.Arn, maxReceiveCount: 1}
  CloseOrderDead:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Prefix}-close-order-dead', MessageRetentionPeriod: 1209600}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Prefix}-order
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  Media:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub '${Prefix}-media'}
";

#[tokio::test]
async fn everything_that_a_deployment_declares_is_created_and_its_dead_letters_first() {
    let templates = tempfile::tempdir().expect("a directory");
    std::fs::write(templates.path().join("template.yaml"), ROOT).expect("the root");
    std::fs::create_dir(templates.path().join("infra")).expect("a directory");
    std::fs::write(templates.path().join("infra/order.yaml"), ORDER).expect("the stack");
    let deployment = template::read(templates.path(), &template::Inputs::local())
        .expect("the templates are sound");
    let directory = tempfile::tempdir().expect("a directory");
    {
        let backends = clients::on(directory.path()).await;
        backends.create(&deployment).await.expect("it is created");
        backends.create(&deployment).await.expect("it is there");
        let dynamodb = clients::dynamodb(&backends.dynamodb_url());
        assert_eq!(
            dynamodb
                .list_tables()
                .send()
                .await
                .expect("it answers")
                .table_names(),
            ["mall-order"]
        );
        let s3 = clients::s3(&backends.s3_url());
        s3.head_bucket()
            .bucket("mall-media")
            .send()
            .await
            .expect("the bucket is there");
        let sqs = clients::sqs(&backends.sqs_url());
        send(&sqs, "poison").await;
        receive(&sqs, "mall-close-order", 60).await;
    }
    // Its only receive is used up: it goes to a queue that the template names after the one it was in.
    let backends = clients::on(directory.path()).await;
    backends.create(&deployment).await.expect("it is created");
    let dead = receive(
        &clients::sqs(&backends.sqs_url()),
        "mall-close-order-dead",
        60,
    )
    .await;
    assert_eq!(bodies(&dead), ["poison"]);
}

#[tokio::test]
async fn creating_twice_changes_nothing_and_survives_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    for _ in 0..2 {
        let backends = clients::on(directory.path()).await;
        for _ in 0..2 {
            backends
                .create_table(&sessions(None), Some("expires_at"))
                .expect("the table");
            backends
                .create_queue("mall-close-order", &attributes(&[("DelaySeconds", "1")]))
                .await
                .expect("the queue");
            backends.create_bucket("mall-media").expect("the bucket");
        }
        let client = clients::dynamodb(&backends.dynamodb_url());
        let ttl = client
            .describe_time_to_live()
            .table_name("mall-session")
            .send()
            .await
            .expect("it answers");
        let ttl = ttl
            .time_to_live_description()
            .and_then(|description| description.attribute_name());
        assert_eq!(ttl, Some("expires_at"));
    }
}

#[tokio::test]
async fn a_table_declared_with_other_keys_is_refused_and_keeps_its_data() {
    let backends = clients::in_memory().await;
    backends
        .create_table(&sessions(None), None)
        .expect("the table");
    let error = backends
        .create_table(&sessions(Some("sk")), None)
        .expect_err("its keys cannot change");
    assert!(
        matches!(error, BackendError::TableDiffers { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_declaration_that_is_no_table_is_refused() {
    let backends = clients::in_memory().await;
    let error = backends
        .create_table(&json!({"TableName": "mall-session"}), None)
        .expect_err("it has no keys");
    assert!(
        matches!(error, BackendError::TableDeclaration { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_queue_created_again_takes_its_new_attributes() {
    let backends = clients::in_memory().await;
    backends
        .create_queue("mall-close-order", &attributes(&[("DelaySeconds", "1")]))
        .await
        .expect("the queue");
    backends
        .create_queue("mall-close-order", &attributes(&[("DelaySeconds", "2")]))
        .await
        .expect("the same queue");
    let client = clients::sqs(&backends.sqs_url());
    let name = aws_sdk_sqs::types::QueueAttributeName::DelaySeconds;
    let request = client
        .get_queue_attributes()
        .queue_url(url("mall-close-order"))
        .attribute_names(name.clone());
    let attributes = request
        .send()
        .await
        .expect("it answers")
        .attributes
        .unwrap_or_default();
    assert_eq!(attributes.get(&name).map(String::as_str), Some("2"));
}

#[tokio::test]
async fn a_directory_in_use_is_refused_until_it_is_free() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = clients::on(directory.path()).await;
    let error = Backends::start(Storage::Directory(directory.path().to_owned()))
        .await
        .expect_err("it is in use");
    assert!(matches!(error, BackendError::InUse { .. }), "{error:?}");
    first.stop().await;
    clients::on(directory.path()).await.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let options = backends::Options {
        sqs_port: port,
        ..backends::Options::default()
    };
    let error = Backends::start_with(Storage::Memory, options)
        .await
        .expect_err("it is taken");
    assert_eq!(
        error.to_string(),
        format!("sqs cannot listen on 127.0.0.1:{port}")
    );
}
