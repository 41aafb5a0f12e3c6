//! A small mall in text, for tests to read whole or to break in one place.

use std::path::Path;

use tempfile::TempDir;
use template::{Deployment, Inputs, TemplateError};

pub(crate) const ROOT: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: A small mall
Parameters:
  Prefix: {Type: String, Default: gulimall, Description: Starts every physical name}
  SigningKey: {Type: String, NoEcho: true, Default: key}
  Stage: {Type: String, Default: live, AllowedValues: [live, test]}
  Origins: {Type: CommaDelimitedList, Default: 'https://a.test, https://b.test'}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
Resources:
  AlarmTopic: {Type: AWS::SNS::Topic}
  Edge:
    Type: AWS::Serverless::Application
    Properties:
      Location: infra/edge.yaml
      Parameters:
        OrderUrl: !GetAtt Order.Outputs.ApiUrl
        StockUrl: !Sub '${Stock.Outputs.ApiUrl}/api/stock'
  Order:
    Type: AWS::Serverless::Application
    DependsOn: Stock
    Properties:
      Location: infra/order.yaml
      Parameters:
        Prefix: !Ref Prefix
        Origins: !Join [',', !Ref Origins]
        Window: !If [IsTest, 5, 900]
        Alarms: !Ref AlarmTopic
  Stock:
    Type: AWS::Serverless::Application
    Properties:
      Location: infra/stock.yaml
      Parameters: {Prefix: !Ref Prefix, SigningKey: !Ref SigningKey}
"#;

pub(crate) const EDGE: &str = r#"
Parameters:
  OrderUrl: {Type: String}
  StockUrl: {Type: String}
Resources:
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins: [{Id: order, DomainName: !Ref OrderUrl}, {Id: stock, DomainName: !Ref StockUrl}]
        CacheBehaviors:
          - {PathPattern: /api/orders/*, TargetOriginId: order, AllowedMethods: [GET, POST], CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad}
        DefaultCacheBehavior: {TargetOriginId: stock, CachePolicyId: !Ref Kept}
  Kept: {Type: AWS::CloudFront::CachePolicy}
  StaticFiles:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: {BucketName: !Join ['-', [static, !Ref OrderUrl]]}
Outputs:
  Domain: {Value: !GetAtt Distribution.DomainName}
"#;

pub(crate) const STOCK: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String}
  SigningKey: {Type: String, NoEcho: true}
Globals:
  Function:
    CodeUri: ..
    Runtime: provided.al2023
    Architectures: [arm64]
    MemorySize: 256
    Timeout: 10
    Tracing: Active
    LoggingConfig: {LogGroup: !Ref Logs, LogFormat: JSON, ApplicationLogLevel: INFO, SystemLogLevel: WARN}
    Environment:
      Variables: {TABLE: !Ref Table, SIGNING_KEY: !Ref SigningKey, LOG: info}
  HttpApi:
    DefaultRouteSettings: {ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200}
    AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn, Format: $context.requestId}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub '/${Prefix}/stock', RetentionInDays: 30}
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      TableName: !Sub ${Prefix}-stock
      BillingMode: PAY_PER_REQUEST
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
      DeletionProtectionEnabled: "true"
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: by, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by-warehouse
          KeySchema: [{AttributeName: by, KeyType: HASH}]
          Projection: {ProjectionType: KEYS_ONLY}
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  ReleaseStockQueue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${Prefix}-release-stock
      VisibilityTimeout: 60
      DelaySeconds: 0
      RedrivePolicy: {deadLetterTargetArn: !GetAtt ReleaseStockDead.Arn, maxReceiveCount: 10}
  ReleaseStockDead:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${Prefix}-release-stock-dead
      MessageRetentionPeriod: 1209600
  ReleaseStock:
    Type: AWS::Serverless::Function
    Metadata: &metadata {BuildMethod: rust-cargolambda, BuildProperties: {Binary: stock}}
    Properties:
      Handler: release-stock
      Timeout: 9
      ReservedConcurrentExecutions: 5
      Environment: {Variables: {LOG: debug}}
      Policies:
        - Statement:
            - {Effect: Allow, Action: [dynamodb:PutItem, dynamodb:UpdateItem], Resource: !GetAtt Table.Arn}
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt ReleaseStockQueue.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 2}
  ReceiveStock:
    Type: AWS::Serverless::Function
    Metadata: *metadata
    Properties:
      Handler: receive-stock
      Policies:
        - Version: '2012-10-17'
          Statement:
            Sid: Receive
            Effect: Allow
            Action: dynamodb:Query
            Resource: [!GetAtt Table.Arn, !Sub '${Table.Arn}/index/by-warehouse']
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /api/stock/admin/receipts, Method: post}}
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 1 * * ? *), Input: '{"a":1}'}}
        Changes:
          Type: DynamoDB
          Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON, BatchSize: 50, MaximumRetryAttempts: 3, FilterCriteria: {Filters: [{Pattern: '{"eventName": ["INSERT"]}'}]}}
Outputs:
  ApiUrl: {Value: !GetAtt Api.ApiEndpoint}
"#;

pub(crate) const ORDER: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String}
  Origins: {Type: CommaDelimitedList}
  Window: {Type: Number}
  Alarms: {Type: String, Default: ''}
  Replica: {Type: String, Default: ''}
Conditions:
  HasReplica: !Not [!Equals [!Ref Replica, '']]
Globals:
  Function: {CodeUri: .., Runtime: provided.al2023}
  HttpApi:
    CorsConfiguration: {AllowOrigins: !Ref Origins, AllowMethods: [GET, POST], AllowHeaders: ['*'], AllowCredentials: true, MaxAge: 600}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Pictures: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Prefix}-pictures'}}
  ReplicaTable:
    Type: AWS::DynamoDB::Table
    Condition: HasReplica
    Properties: {TableName: !Ref Replica, BillingMode: PAY_PER_REQUEST, KeySchema: [], AttributeDefinitions: []}
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Alarms]}}
  Watch:
    Type: AWS::Serverless::Application
    Properties:
      Location: watch.yaml
      Parameters: {Functions: !Join [',', [!Ref SubmitOrder, other]], Topic: !Ref Alarms}
  SubmitOrder:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: order}}
    Properties:
      Handler: submit-order
      Environment:
        Variables:
          WINDOW_SECONDS: !Ref Window
          RELEASE_STOCK: !Sub https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/${Prefix}-release-stock
          REPLICA: !If [HasReplica, !Ref Replica, !Ref AWS::NoValue]
      Policies:
        - Statement:
            - Effect: Allow
              Action: dynamodb:UpdateItem
              Resource: !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Prefix}-stock
            - !If [HasReplica, {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt ReplicaTable.Arn}, !Ref AWS::NoValue]
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /api/orders, Method: POST}}
        Picture:
          Type: S3
          Properties: {Bucket: !Ref Pictures, Events: s3:ObjectCreated:*, Filter: {S3Key: {Rules: [{Name: suffix, Value: .png}]}}}
Outputs:
  ApiUrl: {Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}'}
"#;

/// What the order stack nests.
pub(crate) const WATCH: &str = r#"
Parameters:
  Functions: {Type: CommaDelimitedList}
  Topic: {Type: String}
  Least: {Type: Number, Default: 5}
Resources:
  Errors: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Topic]}}
"#;

/// Writes the small mall to a folder.
pub(crate) fn write() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in [
        ("template.yaml", ROOT),
        ("infra/edge.yaml", EDGE),
        ("infra/stock.yaml", STOCK),
        ("infra/order.yaml", ORDER),
        ("infra/watch.yaml", WATCH),
    ] {
        write_file(folder.path(), file, text);
    }
    folder
}

pub(crate) fn write_file(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// Reads the small mall after replacing, in `file`, the text `from` by `to`.
pub(crate) fn read_edited(file: &str, from: &str, to: &str) -> Result<Deployment, TemplateError> {
    let folder = write();
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).expect("a file of the small mall");
    assert!(text.contains(from), "{file} has no `{from}`");
    std::fs::write(&path, text.replacen(from, to, 1)).expect("a file");
    template::read(folder.path(), &Inputs::local())
}
