//! The Lambda Runtime API (version 2018-06-01) of one function instance.
//!
//! Each instance has an address of its own, because AWS gives a process `host:port` and nothing to tell instances apart by. The
//! process asks for `next` and waits; the instance hands it an invocation; the process posts a response or an error. What the
//! process says reaches the instance as [`Call`]s.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, Response, StatusCode};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Router, http};
use bytes::Bytes;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// Largest answer of a function, as on Lambda: 6 MB.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// One event on its way into a function.
#[derive(Debug)]
pub struct Invocation {
    /// Lambda's id of the request.
    pub request_id: String,
    /// Milliseconds since 1970 at which the function's time is over.
    pub deadline_ms: u128,
    /// ARN of the function.
    pub function_arn: String,
    /// X-Ray's id of the trace.
    pub trace_id: String,
    /// The event, JSON.
    pub event: Bytes,
    /// Takes the function's answer.
    pub reply: oneshot::Sender<Result<Bytes, FunctionError>>,
}

/// What a function reports of its own failure; Lambda's `errorType` and `errorMessage`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionError {
    /// A name for the kind of failure.
    pub error_type: String,
    /// What happened.
    pub error_message: String,
}

impl FunctionError {
    pub(crate) fn new(error_type: &str, error_message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.to_owned(),
            error_message: error_message.into(),
        }
    }

    fn parse(body: &[u8]) -> Self {
        serde_json::from_slice(body)
            .unwrap_or_else(|_| Self::new("Unhandled", String::from_utf8_lossy(body)))
    }
}

/// What the process says to its instance.
#[derive(Debug)]
pub enum Call {
    /// It waits for an invocation. The sender is dead when the process has gone away meanwhile.
    Next(oneshot::Sender<Invocation>),
    /// It could not start.
    InitError(FunctionError),
}

/// The endpoint of one instance; gone when dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    calls: mpsc::Receiver<Call>,
    server: AbortHandle,
}

impl RuntimeApi {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (heard, calls) = mpsc::channel(1);
        let endpoint = Arc::new(Endpoint {
            calls: heard,
            unanswered: Mutex::default(),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{request_id}/response",
                post(response),
            )
            .route(
                "/2018-06-01/runtime/invocation/{request_id}/error",
                post(error),
            )
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(endpoint);
        let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
        let server =
            tokio::spawn(async move { axum::serve(listener, routes).await }).abort_handle();
        Ok(Self {
            address,
            calls,
            server,
        })
    }

    /// `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The next thing the process says.
    pub async fn heard(&mut self) -> Call {
        match self.calls.recv().await {
            Some(call) => call,
            // The server ends with this value only: nothing more will be said.
            None => std::future::pending().await,
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Endpoint {
    calls: mpsc::Sender<Call>,
    unanswered: Mutex<Option<Unanswered>>,
}

/// An invocation that the process has taken and not answered.
struct Unanswered {
    request_id: String,
    reply: oneshot::Sender<Result<Bytes, FunctionError>>,
}

impl Endpoint {
    fn take(&self) -> Option<Unanswered> {
        self.lock().take()
    }

    fn take_if(&self, request_id: &str) -> Option<Unanswered> {
        self.lock()
            .take_if(|unanswered| unanswered.request_id == request_id)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Unanswered>> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request_id: &str, answer: Result<Bytes, FunctionError>) -> Response<Body> {
        match self.take_if(request_id) {
            Some(unanswered) => {
                let _ = unanswered.reply.send(answer);
                status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
            }
            None => status(
                StatusCode::BAD_REQUEST,
                r#"{"errorType":"InvalidRequestID","errorMessage":"no such invocation"}"#,
            ),
        }
    }
}

async fn next(State(endpoint): State<Arc<Endpoint>>) -> Response<Body> {
    if let Some(forgotten) = endpoint.take() {
        let error = FunctionError::new(
            "Runtime.NoAnswer",
            "asked for the next invocation without answering this one",
        );
        let _ = forgotten.reply.send(Err(error));
    }
    let (give, invocation) = oneshot::channel();
    if endpoint.calls.send(Call::Next(give)).await.is_err() {
        return status(StatusCode::GONE, "");
    }
    let Ok(invocation) = invocation.await else {
        return status(StatusCode::GONE, "");
    };
    let response = Response::builder()
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(
            HeaderName::from_static("lambda-runtime-aws-request-id"),
            &invocation.request_id,
        )
        .header(
            HeaderName::from_static("lambda-runtime-deadline-ms"),
            invocation.deadline_ms.to_string(),
        )
        .header(
            HeaderName::from_static("lambda-runtime-invoked-function-arn"),
            &invocation.function_arn,
        )
        .header(
            HeaderName::from_static("lambda-runtime-trace-id"),
            &invocation.trace_id,
        )
        .body(Body::from(invocation.event));
    *endpoint.lock() = Some(Unanswered {
        request_id: invocation.request_id,
        reply: invocation.reply,
    });
    response.unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR, ""))
}

async fn response(
    State(endpoint): State<Arc<Endpoint>>,
    Path(request_id): Path<String>,
    request: Request,
) -> Response<Body> {
    match to_bytes(request.into_body(), PAYLOAD_LIMIT).await {
        Ok(body) => endpoint.answer(&request_id, Ok(body)),
        Err(_) => {
            let error = FunctionError::new(
                "Function.ResponseSizeTooLarge",
                "the answer is larger than 6 MB, or broke off",
            );
            endpoint.answer(&request_id, Err(error));
            status(StatusCode::PAYLOAD_TOO_LARGE, "")
        }
    }
}

async fn error(
    State(endpoint): State<Arc<Endpoint>>,
    Path(request_id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    endpoint.answer(&request_id, Err(FunctionError::parse(&body)))
}

async fn init_error(State(endpoint): State<Arc<Endpoint>>, body: Bytes) -> Response<Body> {
    let _ = endpoint
        .calls
        .send(Call::InitError(FunctionError::parse(&body)))
        .await;
    status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn status(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
}
