//! The wire to S3. Requests pass as they are, the address they were sent to included: they are signed.

use axum::{Router, body::Body, extract::State, response::Response};
use bytes::Bytes;
use http::{Method, Request, request::Parts};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::{Action, Wire, wait_for_ever};
use crate::calls::Call;
use crate::loopback::listen;

/// The same wire, to this S3.
#[derive(Clone)]
struct Objects {
    wire: Wire,
    upstream: String,
}

/// Starts the part of a wire that leads to S3; its address.
pub(super) async fn start(wire: Wire, upstream: String) -> String {
    let state = Objects { wire, upstream };
    listen(Router::new().fallback(pass).with_state(state)).await
}

async fn pass(State(objects): State<Objects>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let wire = &objects.wire;
    let call = call_of(wire, &parts);
    let (began, action) = (call.began, wire.action(&call));
    wire.record(call).await;
    let answer = match action {
        Action::Pass | Action::Conflict => objects.forward(parts, body).await,
        Action::Wait(barrier) => {
            barrier.wait().await;
            objects.forward(parts, body).await
        }
        Action::FailBefore => failed(),
        Action::FailAfter => {
            objects.forward(parts, body).await;
            failed()
        }
        Action::DieBefore => wait_for_ever(wire).await,
        Action::DieAfter => {
            objects.forward(parts, body).await;
            wait_for_ever(wire).await
        }
        Action::Answer(status, answer) => Response::builder()
            .status(status)
            .body(Body::from(answer.to_string()))
            .unwrap(),
    };
    wire.ended(began, answer.status().as_u16(), &Value::Null);
    answer
}

impl Objects {
    async fn forward(&self, parts: Parts, body: Bytes) -> Response {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(parts.method)
            .uri(format!("{}{path}", self.upstream));
        for (name, value) in &parts.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body)).unwrap();
        let answer = self.wire.0.client.request(request).await.unwrap();
        answer.map(Body::new)
    }
}

/// What S3 calls a request, by its method, and what it reaches: `PutObject mall-pictures`.
fn call_of(wire: &Wire, parts: &Parts) -> Call {
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let operation = match parts.method {
        Method::PUT => "PutObject",
        Method::POST => "PostObject",
        Method::DELETE => "DeleteObject",
        Method::HEAD => "HeadObject",
        Method::OPTIONS => "Preflight",
        _ => "GetObject",
    };
    // `mall-pictures-<account>-<region>`, as no two buckets of the world have one name.
    let name: Vec<&str> = bucket.splitn(3, '-').take(2).collect();
    Call {
        operation: operation.to_owned(),
        targets: vec![name.join("-")],
        request: json!({ "Bucket": bucket, "Key": key }),
        status: 0,
        half_write_units: 0,
        half_read_units: 0,
        began: wire.next(),
        ended: usize::MAX,
    }
}

fn failed() -> Response {
    Response::builder()
        .status(500)
        .header("content-type", "application/xml")
        .body(Body::from(
            "<Error><Code>InternalError</Code><Message>broken by the test</Message></Error>",
        ))
        .unwrap()
}
