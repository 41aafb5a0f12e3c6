//! Functions that exist for these tests, and templates that declare them.
//!
//! Their process is this test executable itself: a mall under test starts it again with the name of the test
//! `function_process`, and there [`run_function`] serves the Runtime API.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use mall::instance::{Program, end_with_parent};
use mall::logs::Style;
use mall::mall::{Mall, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

const TEMPLATE: &str = r#"
Parameters:
  Prefix: {Type: String}
  SigningKey: {Type: String, NoEcho: true}
  AllowedOrigins: {Type: String}
  Journal: {Type: String, Default: none}
Resources:
  Probe:
    Type: AWS::Serverless::Application
    Properties:
      Location: infra/probe.yaml
      Parameters:
        Prefix: !Ref Prefix
        SigningKey: !Ref SigningKey
        AllowedOrigins: !Ref AllowedOrigins
        Journal: !Ref Journal
"#;

const STACK: &str = r#"
Parameters:
  Prefix: {Type: String}
  SigningKey: {Type: String, NoEcho: true}
  AllowedOrigins: {Type: String}
  Journal: {Type: String}
Globals:
  Function:
    Runtime: provided.al2023
    CodeUri: .
    Timeout: 30
    Environment:
      Variables:
        JOURNAL: !Ref Journal
        SIGNING_KEY: !Ref SigningKey
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration:
        AllowOrigins: [https://shop.example]
        AllowMethods: [GET, POST]
        AllowHeaders: [content-type]
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub ${Prefix}-pictures
  Private:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub ${Prefix}-private
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${Prefix}-do-work
      VisibilityTimeout: 1
"#;

/// Logical id, handler, further properties, events.
const FUNCTIONS: &[(&str, &str, &str, &str)] = &[
    (
        "ShowEvent",
        "show-event",
        "",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: '/show/{name}'}}",
    ),
    (
        "ShowSelf",
        "show-self",
        "",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /self}}",
    ),
    (
        "WaitForSign",
        "wait-for-sign",
        "ReservedConcurrentExecutions: 2",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /wait}}",
    ),
    (
        "Sleep",
        "sleep",
        "Timeout: 1",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /sleep}}",
    ),
    (
        "Babble",
        "babble",
        "",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /babble}}",
    ),
    (
        "Fail",
        "fail",
        "",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /fail}}",
    ),
    (
        "NeverStart",
        "never-start",
        "",
        "{Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /never}}",
    ),
    (
        "DoWork",
        "do-work",
        "ReservedConcurrentExecutions: 1",
        "{Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 10, MaximumBatchingWindowInSeconds: 1, FunctionResponseTypes: [ReportBatchItemFailures]}}",
    ),
];

/// Templates, data and a journal that the functions write, in a temporary folder.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self { folder };
        std::fs::create_dir(place.root().join("infra")).unwrap();
        std::fs::write(place.root().join("template.yaml"), TEMPLATE).unwrap();
        let functions = FUNCTIONS.iter().map(|(id, handler, properties, event)| {
            format!(
                "  {id}:\n    Type: AWS::Serverless::Function\n    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: probe}}}}\n    \
                 Properties:\n      Handler: {handler}\n      {properties}\n      Events:\n        Start: {event}\n"
            )
        });
        std::fs::write(
            place.stack_file(),
            STACK.to_owned() + &functions.collect::<String>(),
        )
        .unwrap();
        place
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn stack_file(&self) -> PathBuf {
        self.root().join("infra/probe.yaml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// What functions note, a line at a time.
    pub(crate) fn journal(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.root().join("journal")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// What `wait-for-sign` waits for.
    pub(crate) fn give_sign(&self) {
        std::fs::write(self.root().join("journal.sign"), "").unwrap();
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            root: self.root().to_owned(),
            data: self.data(),
            fresh: false,
            port: 0,
            parameters: BTreeMap::from([(
                "Journal".to_owned(),
                self.root().join("journal").display().to_string(),
            )]),
            style: Style::Silent,
            program: Program::this(&["--exact", "function_process", "--nocapture"]).unwrap(),
            permission_record: None,
        }
    }

    /// A mall in this process.
    pub(crate) async fn open(&self) -> Mall {
        Mall::start(self.options()).await.unwrap()
    }
}

/// What the test `function_process` does when a mall has started it; nothing when the test runner has.
pub(crate) fn run_function() {
    let Ok(handler) = std::env::var("_HANDLER") else {
        return;
    };
    end_with_parent();
    if handler == "never-start" {
        std::process::exit(3);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let handle = |event: LambdaEvent<Value>| {
        let handler = handler.clone();
        async move { answer(&handler, event).await }
    };
    runtime
        .block_on(lambda_runtime::run(service_fn(handle)))
        .unwrap();
}

async fn answer(handler: &str, event: LambdaEvent<Value>) -> Result<Value, Error> {
    match handler {
        "show-event" => Ok(show(&event)),
        "show-self" => Ok(json_answer(
            &json!({"pid": std::process::id(), "environment": std::env::vars().collect::<BTreeMap<_, _>>()}),
        )),
        "wait-for-sign" => {
            note(&format!("start {}", std::process::id()));
            while !sign_is_given() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            note(&format!("end {}", std::process::id()));
            Ok(json_answer(&json!({"pid": std::process::id()})))
        }
        "sleep" => {
            note(&format!("asleep {}", std::process::id()));
            std::future::pending().await
        }
        "babble" => Ok(json!("no HTTP answer")),
        "fail" => Err("out of luck".into()),
        "do-work" => Ok(do_work(&event.payload)),
        other => Err(format!("no function {other}").into()),
    }
}

fn show(event: &LambdaEvent<Value>) -> Value {
    let mut answer =
        json_answer(&json!({"event": event.payload, "arn": event.context.invoked_function_arn}));
    answer["statusCode"] = json!(201);
    answer["headers"]["x-probe"] = json!("yes");
    answer["cookies"] = json!(["a=1", "b=2"]);
    answer
}

/// A message `fail once` fails the first time, `fail` always, `break` breaks the whole batch once.
fn do_work(event: &Value) -> Value {
    let records = event["Records"].as_array().cloned().unwrap_or_default();
    let mut failures = Vec::new();
    for record in &records {
        let (body, receives) = (
            record["body"].as_str().unwrap_or_default(),
            &record["attributes"]["ApproximateReceiveCount"],
        );
        note(&format!("{body} {}", receives.as_str().unwrap_or_default()));
        if body == "fail" || (body == "fail once" && receives == "1") {
            failures.push(json!({"itemIdentifier": record["messageId"]}));
        }
        if body == "break" && receives == "1" {
            return json!({"batchItemFailures": [{"itemIdentifier": ""}]});
        }
    }
    json!({ "batchItemFailures": failures })
}

fn json_answer(body: &Value) -> Value {
    json!({"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body.to_string()})
}

fn note(line: &str) {
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(std::env::var("JOURNAL").unwrap())
        .unwrap();
    // One write, so that lines of several processes do not mix.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn sign_is_given() -> bool {
    Path::new(&(std::env::var("JOURNAL").unwrap() + ".sign")).exists()
}
