//! A small mall that keeps every rule, for tests to break in one place.

use std::collections::{BTreeMap, BTreeSet};

use edge::Source;
use tempfile::TempDir;
use template::Deployment;

use super::{Finding, Subject, read, read_named, rules};
use crate::services::{Kind, Operation, Service};

const ROOT: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String, Default: gulimall}
Resources:
  Order:
    Type: AWS::Serverless::Application
    Properties: {Parameters: {Prefix: !Ref Prefix}, Location: infra/order.yaml}
  Stock:
    Type: AWS::Serverless::Application
    Properties: {Parameters: {Prefix: !Ref Prefix}, Location: infra/stock.yaml}
  Edge:
    Type: AWS::Serverless::Application
    Properties:
      Location: infra/edge.yaml
      Parameters: {OrderApi: !GetAtt Order.Outputs.ApiId, StockApi: !GetAtt Stock.Outputs.ApiId}
";

const STOCK: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String}
Globals:
  Function:
    CodeUri: ../functions/stock
    Runtime: provided.al2023
    Timeout: 10
    Tracing: Active
    LoggingConfig: {LogGroup: !Ref Logs, LogFormat: JSON, ApplicationLogLevel: INFO}
  HttpApi:
    CorsConfiguration: {AllowOrigins: [https://mall.example], AllowCredentials: true}
    DefaultRouteSettings: {ThrottlingRateLimit: 100, ThrottlingBurstLimit: 100}
    AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn, Format: $context.requestId}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/${Prefix}/stock', RetentionInDays: 30}}
  Monitoring:
    Type: AWS::Serverless::Application
    Properties:
      Location: monitoring.yaml
      Parameters: {ApiId: !Ref Api, Logs: !Ref Logs, AccessLogs: !Ref Logs, Queue: !GetAtt ReleaseStockQueue.QueueName, DeadLetterQueue: !GetAtt ReleaseStockDead.QueueName}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Prefix}-stock
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: by, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
      DeletionProtectionEnabled: true
      GlobalSecondaryIndexes:
        - IndexName: by-warehouse
          KeySchema: [{AttributeName: by, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
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
  ReleaseStock:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: stock}}
    Properties:
      Handler: release-stock
      Policies: [{Statement: [{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn}]}]
      Events:
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt ReleaseStockQueue.Arn, FunctionResponseTypes: [ReportBatchItemFailures]}
  ReceiveStock:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: stock}}
    Properties:
      Handler: receive-stock
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /api/stock/admin/receipts, Method: POST}}
Outputs:
  ApiId: {Value: !Ref Api}
";

const ORDER: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Prefix: {Type: String}
Globals:
  Function:
    Tracing: Active
    LoggingConfig: {LogGroup: !Ref Logs, LogFormat: JSON, ApplicationLogLevel: INFO}
  HttpApi:
    CorsConfiguration: {AllowOrigins: [https://mall.example], AllowCredentials: true}
    DefaultRouteSettings: {ThrottlingRateLimit: 100, ThrottlingBurstLimit: 100}
    AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn, Format: $context.requestId}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/${Prefix}/order', RetentionInDays: 30}}
  Monitoring:
    Type: AWS::Serverless::Application
    Properties: {Location: monitoring.yaml, Parameters: {ApiId: !Ref Api, Logs: !Ref Logs, AccessLogs: !Ref Logs}}
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub ${Prefix}-pictures
  SubmitOrder:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: order}}
    Properties:
      Handler: submit-order
      Runtime: provided.al2023
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /api/orders, Method: POST}}
Outputs:
  ApiId: {Value: !Ref Api}
";

const EDGE: &str = "
Parameters:
  OrderApi: {Type: String}
  StockApi: {Type: String}
Resources:
  Kept: {Type: AWS::CloudFront::CachePolicy}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins:
          - {Id: order, DomainName: !Sub '${OrderApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'}
          - {Id: stock, DomainName: !Sub '${StockApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'}
        CacheBehaviors:
          - PathPattern: /api/orders*
            TargetOriginId: order
            AllowedMethods: [GET, POST]
            CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad # orders
        DefaultCacheBehavior:
          TargetOriginId: stock
          AllowedMethods: [GET, POST]
          CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
";

const MONITORING: &str = "
Parameters:
  ApiId: {Type: String}
  Logs: {Type: String}
  AccessLogs: {Type: String}
  Queue: {Type: String, Default: ''}
  DeadLetterQueue: {Type: String, Default: ''}
  FailureQueue: {Type: String, Default: ''}
Resources:
  Errors: {Type: AWS::CloudWatch::Alarm}
";

pub(crate) struct SmallMall {
    /// Templates, and event files that a rule reads.
    texts: BTreeMap<String, String>,
    /// Stock with `release-stock` and `receive-stock`, then order with `submit-order`.
    pub(super) services: Vec<Service>,
    pub(super) files: BTreeSet<String>,
}

impl SmallMall {
    pub(crate) fn new() -> SmallMall {
        let templates = [
            ("template.yaml", ROOT),
            ("infra/stock.yaml", STOCK),
            ("infra/order.yaml", ORDER),
            ("infra/edge.yaml", EDGE),
            ("infra/monitoring.yaml", MONITORING),
        ];
        let files = [
            "events/order/submit-order.json",
            "events/stock/receive-stock.json",
            "events/stock/release-stock.json",
            "functions/order/src/api/submit_order.rs",
            "functions/stock/src/api/receive_stock.rs",
            "functions/stock/src/worker/release_stock.rs",
        ];
        SmallMall {
            texts: templates
                .into_iter()
                .map(|(file, text)| (file.to_owned(), text.to_owned()))
                .collect(),
            services: vec![
                service(
                    "stock",
                    &[
                        ("release-stock", Kind::Worker(Source::Queue)),
                        ("receive-stock", Kind::BackOffice),
                    ],
                ),
                service("order", &[("submit-order", Kind::Endpoint)]),
            ],
            files: files.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Replaces, in a template, the text `from` by `to`.
    pub(crate) fn edit(&mut self, file: &str, from: &str, to: &str) {
        let text = self
            .texts
            .get_mut(file)
            .expect("a template of the small mall");
        assert!(text.contains(from), "{file} has no `{from}`");
        *text = text.replacen(from, to, 1);
    }

    /// Adds a function to the stock, with its event and further properties, and a watched queue for its failures.
    pub(super) fn add_worker(&mut self, name: &str, source: Source, event: &str, properties: &str) {
        let id: String = name.split('-').map(capitalised).collect();
        let resources = format!(
            "  Failures: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !Sub '${{Prefix}}-failures'}}}}\n  {id}:\n    \
             Type: AWS::Serverless::Function\n    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: stock}}}}\n    \
             Properties:\n      Handler: {name}\n      {properties}\n      Events:\n        Start: {{{event}}}\nOutputs:\n"
        );
        self.edit("infra/stock.yaml", "Outputs:\n", &resources);
        let watched = "DeadLetterQueue: !GetAtt ReleaseStockDead.QueueName";
        let both = format!("{watched}, FailureQueue: !GetAtt Failures.QueueName");
        self.edit("infra/stock.yaml", watched, &both);
        self.services[0].operations.push(Operation {
            name: name.to_owned(),
            kind: Kind::Worker(source),
            public: false,
            permission: None,
        });
        let file = name.replace('-', "_");
        self.files.insert(format!("events/stock/{name}.json"));
        self.files
            .insert(format!("functions/stock/src/worker/{file}.rs"));
    }

    /// Says what the event file of a function of the stock holds.
    pub(super) fn set_event(&mut self, name: &str, event: &str) {
        let file = format!("events/stock/{name}.json");
        self.texts.insert(file, event.to_owned());
    }

    /// Gives a service, its template and its files another name.
    pub(super) fn rename_service(&mut self, from: &str, to: &str) {
        self.edit(
            "template.yaml",
            &format!("infra/{from}.yaml"),
            &format!("infra/{to}.yaml"),
        );
        self.edit(
            &format!("infra/{from}.yaml"),
            &format!("Binary: {from}"),
            &format!("Binary: {to}"),
        );
        let template = self
            .texts
            .remove(&format!("infra/{from}.yaml"))
            .expect("its template");
        self.texts.insert(format!("infra/{to}.yaml"), template);
        self.files = self
            .files
            .iter()
            .map(|file| file.replace(&format!("/{from}/"), &format!("/{to}/")))
            .collect();
        self.services
            .iter_mut()
            .filter(|service| service.name == from)
            .for_each(|service| service.name = to.to_owned());
    }

    /// The findings, as lines in order.
    pub(super) fn findings(&self) -> Vec<String> {
        let folder = self.write();
        let mut findings: Vec<Finding> = match read(folder.path()) {
            Ok(deployment) => rules(&Subject {
                root: folder.path(),
                deployment: &deployment,
                services: &self.services,
                files: &self.files,
            }),
            Err(problems) => problems.iter().map(Finding::from).collect(),
        };
        findings.sort();
        findings.iter().map(Finding::to_string).collect()
    }

    /// Its deployment, under a prefix.
    pub(crate) fn deployment(&self, prefix: &str) -> Deployment {
        read_named(self.write().path(), prefix).expect("sound templates")
    }

    fn write(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for subfolder in ["infra", "events/stock"] {
            std::fs::create_dir_all(folder.path().join(subfolder)).expect("a folder");
        }
        for (file, text) in &self.texts {
            std::fs::write(folder.path().join(file), text).expect("a file");
        }
        folder
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

fn service(name: &str, operations: &[(&str, Kind)]) -> Service {
    let operations = operations.iter().map(|(name, kind)| Operation {
        name: (*name).to_owned(),
        kind: *kind,
        public: false,
        permission: None,
    });
    Service {
        name: name.to_owned(),
        operations: operations.collect(),
    }
}
