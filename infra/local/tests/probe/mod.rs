//! Functions that exist for these tests, and templates that declare them.
//!
//! Their process is this test executable itself: a mall under test starts it again with the name of the test
//! `function_process`, and there [`run_function`] serves the Runtime API. A whole mall of them in a process of its own, to be
//! killed, is [`MallOfProbes`]: the test `mall_process`, which calls [`run_mall`].
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use mall::instance::{Program, end_with_parent};
use mall::logs::Style;
use mall::mall::{Mall, Options, StartError};
use mall::state::{Endpoints, StateError, read_endpoints};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::until;

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

    /// The same with further resources of the stack, `!Sub` and all.
    pub(crate) fn with(resources: &str) -> Self {
        let place = Self::new();
        place.add(resources);
        place
    }

    /// Adds resources to the stack, for the next start.
    pub(crate) fn add(&self, resources: &str) {
        let stack = std::fs::read_to_string(self.stack_file()).unwrap();
        std::fs::write(self.stack_file(), stack + resources).unwrap();
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
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match Mall::start(self.options()).await {
                // Another test of this process starts a child at this moment, which has the lock of a mall that was stopped until
                // it becomes a program of its own.
                Err(StartError::State(StateError::Held { .. })) if Instant::now() < deadline => {
                    tokio::task::yield_now().await;
                }
                started => return started.unwrap(),
            }
        }
    }
}

/// A mall with probe functions in a process of its own.
pub(crate) struct MallOfProbes(Child);

impl MallOfProbes {
    pub(crate) async fn start(place: &Place) -> (Self, Endpoints) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "mall_process", "--nocapture"])
            .env("MALL_OF_PROBES", place.root())
            .stdin(Stdio::null());
        let process = command.spawn().unwrap();
        let pid = process.id();
        let endpoints = until("the mall is open", async || {
            read_endpoints(&place.data())
                .ok()
                .filter(|open| open.pid == pid)
        })
        .await;
        (Self(process), endpoints)
    }

    pub(crate) fn kill9(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for MallOfProbes {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the test `mall_process` does when [`MallOfProbes`] has started it; nothing when the test runner has.
pub(crate) async fn run_mall() {
    let Ok(root) = std::env::var("MALL_OF_PROBES") else {
        return;
    };
    let mut options = Place::new().options();
    options.root = root.clone().into();
    options.data = Path::new(&root).join("data");
    options.parameters = BTreeMap::from([("Journal".to_owned(), format!("{root}/journal"))]);
    let _mall = Mall::start(options).await.unwrap();
    std::future::pending::<()>().await;
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
        "watch-items" => watch_items(&event.payload),
        "see-picture" => see_picture(&event.payload),
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

/// Notes every change. A value `fail once` fails the first time, `fail` always, `break` breaks the whole batch once; `wait`
/// waits for the sign.
fn watch_items(event: &Value) -> Result<Value, Error> {
    let records = event["Records"].as_array().cloned().unwrap_or_default();
    let batch: Vec<_> = records.iter().map(|record| told(record, "value")).collect();
    note(&format!("batch {}", batch.join(", ")));
    for record in &records {
        let (what, value) = (
            record["eventName"].as_str().unwrap_or_default(),
            told(record, "value"),
        );
        let line = format!("{what} {} {value}", told(record, "sk"));
        let before = noted(&line);
        note(&line);
        match value {
            "break" if before == 0 => return Err("out of luck".into()),
            "wait" => wait_for_sign(),
            "fail once" if before > 0 => {}
            "fail" | "fail once" => {
                let number = &record["dynamodb"]["SequenceNumber"];
                return Ok(json!({"batchItemFailures": [{"itemIdentifier": number}]}));
            }
            _ => {}
        }
    }
    Ok(json!({"batchItemFailures": []}))
}

/// An attribute of a change's item, as it is or as it was.
fn told<'r>(record: &'r Value, attribute: &str) -> &'r str {
    let change = &record["dynamodb"];
    let image = if change["NewImage"].is_object() {
        "NewImage"
    } else {
        "OldImage"
    };
    change[image][attribute]["S"].as_str().unwrap_or_default()
}

/// Notes every object. One whose key has `fail-once` in it fails the first time, with `fail-always` always, with `wait` it waits
/// for the sign.
fn see_picture(event: &Value) -> Result<Value, Error> {
    let record = &event["Records"][0];
    let (name, object) = (
        record["eventName"].as_str().unwrap_or_default(),
        &record["s3"]["object"],
    );
    let key = object["key"].as_str().unwrap_or_default();
    let line = format!("{name} {key} {}", object["size"]);
    let before = noted(&line);
    note(&line);
    match key {
        _ if key.contains("wait") => {
            wait_for_sign();
            Ok(Value::Null)
        }
        _ if key.contains("fail-always") => Err("out of luck".into()),
        _ if key.contains("fail-once") && before == 0 => Err("out of luck".into()),
        _ => Ok(Value::Null),
    }
}

/// Keeps the whole process, which has nothing else to do.
fn wait_for_sign() {
    while !sign_is_given() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How often a line was noted.
fn noted(line: &str) -> usize {
    let text = std::fs::read_to_string(std::env::var("JOURNAL").unwrap()).unwrap_or_default();
    text.lines().filter(|noted| *noted == line).count()
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
