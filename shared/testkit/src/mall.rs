//! The mall of one test.

mod events;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use backends::Options;
use edge::{Boot, Failure, Running, Service, SessionToken, Sessions};
use kernel::{Clock, Environment, ManualClock, MemberId, Timestamp};
use serde_json::{Value, json, value::RawValue};
use template::{Deployment, HttpRequest, Inputs, Match, Routes, Trigger};
use time::OffsetDateTime;

use crate::back_end::{BackEnd, Ministack};
use crate::{Answer, Call, Request, Wire, staff::StaffSessions};

/// A parameter of the root template and its value in one test.
pub type Setting<'s> = (&'s str, &'s str);

/// When every test begins: 2026-11-24 06:00 UTC.
const BEGINNING: Timestamp = Timestamp::from_millis(1_795_500_000_000);

/// The merchant's key in every test, of which no provider knows.
const MERCHANT_PRIVATE_KEY: &str =
    include_str!("../../alipay/tests/keys/test-merchant-private.pem");

/// A mall. Clones are the same mall; it ends with the last of them.
#[derive(Clone)]
pub struct Mall(Arc<Inner>);

struct Inner {
    services: Vec<Service>,
    deployment: Deployment,
    routes: Routes,
    running: Mutex<BTreeMap<String, Running>>,
    /// Of each operation on a stream, the sequence number of the last record that it has handled.
    reached: Mutex<BTreeMap<String, String>>,
    clock: ManualClock,
    wire: Wire,
    url: String,
    s3_url: String,
    back_end: BackEnd,
    staff: tokio::sync::Mutex<StaffSessions>,
}

/// A message that was sent and not yet handled.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its content.
    pub message: Value,
    /// After how long it appears.
    pub delay: Duration,
}

impl Mall {
    /// Starts a mall with these services.
    pub async fn start(services: &[fn() -> Service]) -> Self {
        Self::start_with(services, &[]).await
    }

    /// Starts a mall with these services and other values for some parameters of the root template.
    pub async fn start_with(services: &[fn() -> Service], settings: &[Setting<'_>]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let ministack = Ministack::from_env();
        let mut inputs = inputs(&root, settings);
        if let Some(ministack) = &ministack {
            inputs.account = ministack.account().to_owned();
        }
        let deployment = template::read(&root, &inputs).unwrap_or_else(|error| panic!("{error}"));
        let back_end = BackEnd::start(ministack, &root, &deployment).await;
        let (wire, url, s3_url) = Wire::start(
            back_end.dynamodb_url(),
            back_end.sqs_url(),
            back_end.s3_url(),
        )
        .await;
        Self(Arc::new(Inner {
            services: services.iter().map(|service| service()).collect(),
            routes: deployment.routes(),
            deployment,
            running: Mutex::default(),
            reached: Mutex::default(),
            clock: ManualClock::at(BEGINNING),
            wire,
            url,
            s3_url,
            back_end,
            staff: tokio::sync::Mutex::default(),
        }))
    }

    /// A `GET`.
    pub fn get(&self, path: &str) -> Request<'_> {
        Request::new(self, "GET", path)
    }

    /// A `POST`.
    pub fn post(&self, path: &str) -> Request<'_> {
        Request::new(self, "POST", path)
    }

    /// A `PUT`.
    pub fn put(&self, path: &str) -> Request<'_> {
        Request::new(self, "PUT", path)
    }

    /// A `PATCH`.
    pub fn patch(&self, path: &str) -> Request<'_> {
        Request::new(self, "PATCH", path)
    }

    /// A `DELETE`.
    pub fn delete(&self, path: &str) -> Request<'_> {
        Request::new(self, "DELETE", path)
    }

    /// The clock that all its functions go by.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.0.clock
    }

    /// The time by that clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Clock::Manual(self.0.clock.clone()).now()
    }

    /// The wire to its back ends.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.0.wire
    }

    /// Where what `/media/` shows is read here: the bucket of pictures.
    #[must_use]
    pub fn pictures_url(&self) -> String {
        let pictures = self.0.deployment.pictures_bucket();
        let name = &pictures.expect("no bucket of pictures").name;
        format!("{}/{name}", self.0.s3_url)
    }

    /// The templates it was made from.
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        &self.0.deployment
    }

    /// What an operation would start from, but for its role: with the rights of an administrator. For what a test does
    /// itself, and for the face of a service towards the services above it, which is used by functions of all of them.
    #[must_use]
    pub fn boot(&self, operation: &str) -> Boot {
        self.boot_as(operation, Options::ACCESS_KEY)
    }

    fn boot_as(&self, operation: &str, access_key: &str) -> Boot {
        Boot::new(self.environment(operation, access_key))
            .unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// As [`Mall::boot`], with clients that repeat a call which brought no answer, as they do on AWS. Elsewhere in tests what the
    /// wire breaks stays broken.
    #[must_use]
    pub fn boot_that_retries(&self, operation: &str) -> Boot {
        let mut variables = self.variables(operation, Options::ACCESS_KEY);
        variables.remove("AWS_MAX_ATTEMPTS");
        Boot::new(self.environment_of(variables))
            .unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// Opens a session for a member, without the price of a password; the value of its cookie.
    pub async fn session_of(&self, member: &MemberId) -> String {
        let sessions = Sessions::from_env(&self.boot(&self.session_reader()))
            .unwrap_or_else(|error| panic!("{error}"));
        let (token, _) = sessions.open(member).await.unwrap();
        cookie_value(&token)
    }

    /// An operation that is told where sessions are.
    fn session_reader(&self) -> String {
        let reads_sessions =
            |function: &&template::Function| function.environment.contains_key("SESSION_TABLE");
        let reader = self.0.deployment.functions().find(reads_sessions);
        reader.expect("no function reads sessions").handler.clone()
    }

    /// What it takes to reach sessions past the wire, which neither counts nor breaks it.
    pub(crate) fn boot_past_the_wire(&self) -> Boot {
        let mut variables = self.variables(&self.session_reader(), Options::ACCESS_KEY);
        let url = self.0.back_end.dynamodb_url();
        variables.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), url);
        Boot::new(self.environment_of(variables)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The sessions of staff that were opened for this test.
    pub(crate) fn staff_sessions(&self) -> &tokio::sync::Mutex<StaffSessions> {
        &self.0.staff
    }

    /// What waits in a queue, without handling it.
    #[must_use]
    pub fn waiting(&self, queue: &str) -> Vec<Sent> {
        self.0
            .wire
            .accepted(&self.physical(queue))
            .iter()
            .map(sent)
            .collect()
    }

    /// Hands all that waits in a queue to its consumer, once each; a message that fails waits again. Returns how many
    /// were handled.
    pub async fn deliver(&self, queue: &str) -> usize {
        self.deliver_times(queue, 1).await
    }

    /// Hands all that waits in a queue to its consumer, each message as often as `times`: 0 loses it, as no queue does.
    pub async fn deliver_times(&self, queue: &str, times: usize) -> usize {
        let messages = self.0.wire.take_accepted(&self.physical(queue));
        let mut handled = 0;
        for message in messages {
            let mut done = true;
            for _ in 0..times {
                done &= self.handle_message(queue, &message).await;
            }
            if done {
                handled += 1
            } else {
                self.0.wire.put_back(message)
            }
        }
        handled
    }

    /// Hands one message of any content to a queue's consumer; `false` when it failed and stays in the queue.
    pub async fn handle(&self, queue: &str, message: &Value) -> bool {
        let request = json!({ "MessageBody": message.to_string() });
        let call = Call {
            operation: "SendMessage".to_owned(),
            targets: Vec::new(),
            request,
            status: 200,
            half_write_units: 0,
            half_read_units: 0,
            began: 0,
            ended: 0,
        };
        self.handle_message(queue, &call).await
    }

    /// Hands one message of any content to a consumer that dies when the wire says so: `None` when it died before it could
    /// say whether it was done.
    pub async fn handle_to_the_death(&self, queue: &str, message: &Value) -> Option<bool> {
        self.to_the_death(self.handle(queue, message)).await
    }

    /// Lets functions run until the wire says that they die: `None` when they died before they were done.
    pub async fn to_the_death<F: Future>(&self, running: F) -> Option<F::Output> {
        tokio::select! {
            done = running => Some(done),
            () = self.wire().died() => None,
        }
    }

    async fn handle_message(&self, queue: &str, message: &Call) -> bool {
        let name = self.physical(queue);
        let consumes =
            |trigger: &Trigger| matches!(trigger, Trigger::Queue { queue, .. } if *queue == name);
        let consumer = self
            .0
            .deployment
            .functions()
            .find(|function| function.triggers.iter().any(consumes));
        let consumer = consumer
            .unwrap_or_else(|| panic!("nothing consumes {name}"))
            .handler
            .clone();
        let attributes = message.request["MessageAttributes"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let attributes: Value = attributes
            .into_iter()
            .map(|(key, value)| {
                let value =
                    json!({ "dataType": value["DataType"], "stringValue": value["StringValue"] });
                (key, value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        let event = json!({ "Records": [{
            "messageId": "1", "receiptHandle": "1", "body": message.request["MessageBody"],
            "attributes": { "ApproximateReceiveCount": "1" }, "messageAttributes": attributes,
            "eventSource": "aws:sqs", "awsRegion": "us-east-1",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:{}:{name}", self.0.deployment.account),
        }] });
        let answer = self.invoke(&consumer, &event).await;
        answer["batchItemFailures"]
            .as_array()
            .is_none_or(Vec::is_empty)
    }

    /// Gives an operation an event and returns what it hands back.
    pub async fn invoke(&self, operation: &str, event: &Value) -> Value {
        self.try_invoke(operation, event)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    async fn try_invoke(&self, operation: &str, event: &Value) -> Result<Value, Failure> {
        let raw = RawValue::from_string(event.to_string()).unwrap();
        let outcome = self.running(operation).handle(raw).await?;
        Ok(serde_json::to_value(outcome).unwrap())
    }

    pub(crate) async fn answer(&self, request: &Request<'_>) -> Answer {
        let (raw_path, raw_query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let Match::Found(found) = self.0.routes.find(&request.method, raw_path) else {
            return Answer {
                status: 404,
                headers: Vec::new(),
                cookies: Vec::new(),
                body: String::new(),
            };
        };
        let http = HttpRequest {
            method: request.method.clone(),
            raw_path: raw_path.to_owned(),
            raw_query: raw_query.to_owned(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            source_ip: "127.0.0.1".to_owned(),
            protocol: "HTTP/1.1".to_owned(),
            request_id: "test-request".to_owned(),
            time: OffsetDateTime::UNIX_EPOCH,
        };
        let event = template::http_event(&found, &http);
        Answer::of(&self.invoke(&found.function, &event).await)
    }

    fn running(&self, operation: &str) -> Running {
        let mut running = self.0.running.lock().unwrap();
        if let Some(known) = running.get(operation) {
            return known.clone();
        }
        let function = self
            .0
            .deployment
            .function(operation)
            .unwrap_or_else(|| panic!("no function {operation}"));
        let service = self
            .0
            .services
            .iter()
            .find(|service| service.name() == function.binary);
        let found = service.and_then(|service| service.operation(&function.handler));
        let started = found.unwrap_or_else(|| panic!("{operation} is of no service of this test"));
        let started = started
            .start(&self.boot_as(operation, &function.handler))
            .unwrap_or_else(|error| panic!("{operation}: {error}"));
        running.insert(operation.to_owned(), started.clone());
        started
    }

    /// Exactly what the template gives the function, and where AWS is.
    fn environment(&self, operation: &str, access_key: &str) -> Environment {
        self.environment_of(self.variables(operation, access_key))
    }

    fn environment_of(&self, variables: BTreeMap<String, String>) -> Environment {
        Environment::of(variables, Clock::Manual(self.0.clock.clone()))
    }

    fn variables(&self, operation: &str, access_key: &str) -> BTreeMap<String, String> {
        let function = self
            .0
            .deployment
            .function(operation)
            .unwrap_or_else(|| panic!("no function {operation}"));
        let secret = self.0.back_end.secret(access_key);
        let access_key = self.0.back_end.access_key(access_key);
        let mut variables = function.environment.clone();
        let aws = [
            ("AWS_REGION", backends::REGION),
            ("AWS_ACCESS_KEY_ID", access_key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.0.url),
            ("AWS_ENDPOINT_URL_SQS", &self.0.url),
            ("AWS_ENDPOINT_URL_S3", &self.0.s3_url),
            // What the wire breaks stays broken: the SDK does not mend it by trying again.
            ("AWS_MAX_ATTEMPTS", "1"),
        ];
        variables.extend(aws.map(|(name, value)| (name.to_owned(), value.to_owned())));
        variables
    }

    fn physical(&self, queue: &str) -> String {
        let name = format!("mall-{queue}");
        assert!(self.0.deployment.queue(&name).is_some(), "no queue {name}");
        name
    }
}

fn inputs(root: &Path, settings: &[Setting<'_>]) -> Inputs {
    let known = [
        ("AllowedOrigins", "https://mall.example"),
        ("SigningKey", "the-signing-key-of-all-tests-0123456789"),
        ("MerchantPrivateKey", MERCHANT_PRIVATE_KEY),
        ("PaymentReturnUrl", "https://mall.example/orders"),
    ];
    let declared = template::parameters(root).unwrap_or_else(|error| panic!("{error}"));
    for (name, _) in settings {
        assert!(
            declared.iter().any(|parameter| parameter.name == *name),
            "template.yaml has no parameter {name}"
        );
    }
    // A later value replaces an earlier one. What a test does not set and no default gives, its services do not need.
    let needed = declared
        .iter()
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| (&*parameter.name, "none"));
    let values = needed.chain(known).chain(settings.iter().copied());
    values.fold(Inputs::local(), |inputs, (name, value)| {
        if name == "Prefix" {
            inputs
        } else {
            inputs.with(name, value)
        }
    })
}

fn sent(call: &Call) -> Sent {
    let body = call.request["MessageBody"].as_str().unwrap();
    Sent {
        message: serde_json::from_str(body).unwrap(),
        delay: Duration::from_secs(call.request["DelaySeconds"].as_u64().unwrap_or(0)),
    }
}

fn cookie_value(token: &SessionToken) -> String {
    let cookies = edge::Cookies::from_env(&Environment::default()).unwrap();
    value_in(&cookies.session(token, 1))
}

/// The value in a `Set-Cookie`.
pub(crate) fn value_in(set_cookie: &str) -> String {
    let (_, rest) = set_cookie.split_once('=').unwrap();
    rest.split(';').next().unwrap().to_owned()
}
