//! Lambda's Invoke API on a loopback port of its own, for `mall invoke` and for the AWS command line
//! (`aws lambda invoke --endpoint-url ... --function-name submit-order`).
//!
//! Whoever reaches it can hand a worker any message, so it listens to no web page: a request with an `Origin` is refused.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::routing::post;
use tokio::net::TcpListener;

use crate::instance::InvokeError;
use crate::pool::Functions;
use crate::runtime_api::PAYLOAD_LIMIT;

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, functions: Arc<Functions>) {
    let routes = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(PAYLOAD_LIMIT))
        .with_state(functions);
    let _ = axum::serve(listener, routes).await;
}

async fn invoke(
    State(functions): State<Arc<Functions>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    event: Bytes,
) -> Response<Body> {
    if headers.contains_key(ORIGIN) {
        return refusal(
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            "web pages may not invoke functions",
        );
    }
    let kind = headers
        .get("x-amz-invocation-type")
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("RequestResponse");
    if kind != "RequestResponse" {
        return refusal(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            "only RequestResponse is known here",
        );
    }
    let Some(function) = functions.find(&name) else {
        return refusal(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            &format!("no function {name}"),
        );
    };
    let event = if event.is_empty() {
        Bytes::from_static(b"{}")
    } else {
        event
    };
    match function.invoke(event).await {
        Ok(answer) => json(StatusCode::OK, Body::from(answer)),
        Err(error @ InvokeError::Throttled) => refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            &error.to_string(),
        ),
        Err(error @ InvokeError::EventTooLarge) => refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            &error.to_string(),
        ),
        Err(error) => function_error(&error),
    }
}

/// A failure of the function is an answer of Lambda's: 200, with a header that says so.
fn function_error(error: &InvokeError) -> Response<Body> {
    let (kind, text) = match error {
        InvokeError::Function {
            error_type,
            error_message,
        } => (error_type.as_str(), error_message.clone()),
        InvokeError::TimedOut(_) => ("Sandbox.Timedout", error.to_string()),
        _ => ("Runtime.ExitError", error.to_string()),
    };
    let mut response = json(StatusCode::OK, error_body(kind, &text));
    response.headers_mut().insert(
        "x-amz-function-error",
        HeaderValue::from_static("Unhandled"),
    );
    response
}

fn refusal(status: StatusCode, kind: &'static str, text: &str) -> Response<Body> {
    let mut response = json(
        status,
        Body::from(serde_json::json!({ "Type": "User", "message": text }).to_string()),
    );
    response
        .headers_mut()
        .insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}

fn error_body(kind: &str, text: &str) -> Body {
    Body::from(serde_json::json!({ "errorType": kind, "errorMessage": text }).to_string())
}

fn json(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
