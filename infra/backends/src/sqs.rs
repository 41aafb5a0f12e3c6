//! SQS: `rustack` keeps the queues in memory; this module serves them to those who may, and keeps the journal beside them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::body::SqsResponseBody;
use rustack_sqs_http::dispatch::SqsHandler;
use rustack_sqs_http::response::{CONTENT_TYPE, error_to_response, json_response};
use rustack_sqs_http::router::resolve_operation;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{
    ChangeMessageVisibilityBatchInput, ChangeMessageVisibilityInput, CreateQueueInput,
    GetQueueUrlInput, SetQueueAttributesInput,
};
use rustack_sqs_model::operations::SqsOperation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;

use crate::BackendError;
use crate::access::{self, Access};
use crate::journal::Journal;
use crate::messages::Queues;
use crate::server::{Loopback, Server};

/// Ten messages of the 256 KiB that the engine takes would be more; on AWS a batch holds 1 MiB. JSON escapes may double it.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Sqs {
    queues: Arc<Queues>,
    server: Server,
}

impl Sqs {
    /// Serves queues in memory, with their journal in `file` if there is one. The messages of a journal come back when
    /// their queue is created.
    pub(crate) fn start(
        file: Option<&Path>,
        loopback: Loopback,
        access: Arc<Access>,
    ) -> Result<Sqs, BackendError> {
        let provider = Arc::new(RustackSqs::new(SqsConfig {
            skip_signature_validation: true,
            default_region: crate::REGION.to_owned(),
            account_id: crate::ACCOUNT.to_owned(),
            host: "127.0.0.1".to_owned(),
            port: loopback.port(),
        }));
        let journal = file.map(Journal::open).transpose()?.map(Mutex::new);
        let queues = Arc::new(Queues { provider, journal });
        let service = Arc::new(Service {
            rest: RustackSqsHandler::new(Arc::clone(&queues.provider)),
            queues: Arc::clone(&queues),
            access,
        });
        let routes = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(service);
        let server = Server::start(loopback, |listener| crate::server::serve(listener, routes))?;
        Ok(Sqs { queues, server })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Waits until its server has ended.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        self.server.ended()
    }

    /// The queues, for whoever sends to them without a request.
    pub(crate) fn queues(&self) -> Arc<Queues> {
        Arc::clone(&self.queues)
    }

    /// Creates the queue, or gives an existing one these attributes.
    pub(crate) async fn create_queue(
        &self,
        name: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), BackendError> {
        let (queues, queue) = (Arc::clone(&self.queues), name.to_owned());
        let attributes = attributes.clone().into_iter().collect();
        // A queue is a task: it has to live on the server's runtime and not on the caller's.
        let created = self.server.runtime().spawn(async move {
            let url = queues
                .provider
                .get_queue_url(GetQueueUrlInput {
                    queue_name: queue.clone(),
                    ..Default::default()
                })
                .await;
            if let Ok(Some(queue_url)) = url.map(|output| output.queue_url) {
                return queues
                    .provider
                    .set_queue_attributes(SetQueueAttributesInput {
                        queue_url,
                        attributes,
                    })
                    .await
                    .map(drop);
            }
            queues
                .create_queue(CreateQueueInput {
                    queue_name: queue,
                    attributes,
                    ..Default::default()
                })
                .await
                .map(drop)
        });
        let result = match created.await {
            Ok(result) => result,
            Err(error) => Err(SqsError::internal_error(error.to_string())),
        };
        result.map_err(|source| BackendError::Queue {
            queue: name.to_owned(),
            source,
        })
    }
}

struct Service {
    queues: Arc<Queues>,
    rest: RustackSqsHandler,
    access: Arc<Access>,
}

/// A request that was refused before it came to any queue.
struct Refused {
    /// The error's name in the JSON protocol.
    kind: &'static str,
    /// Its name in the older query protocol, which SDKs still show.
    code: &'static str,
    message: String,
}

async fn answer(
    State(service): State<Arc<Service>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<axum::body::Body> {
    let response = match resolve_operation(&headers) {
        Ok(operation) => match service.admit(operation, &uri, &headers, &body) {
            Ok(()) => service.operate(operation, body).await,
            Err(refused) => return refused.response(),
        },
        Err(error) => Err(error),
    };
    response
        .unwrap_or_else(|error| error_to_response(&error, "local"))
        .map(axum::body::Body::new)
}

impl Refused {
    fn response(&self) -> Response<axum::body::Body> {
        let kind = format!("com.amazon.coral.service#{}", self.kind);
        let body = json!({"__type": kind, "message": self.message}).to_string();
        let mut response = Response::new(axum::body::Body::from(body));
        *response.status_mut() = StatusCode::FORBIDDEN;
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
        if let Ok(code) = HeaderValue::try_from(format!("{};Sender", self.code)) {
            headers.insert("x-amzn-query-error", code);
        }
        response
    }
}

impl Service {
    /// Whether whoever signed the request may do what it asks.
    fn admit(
        &self,
        operation: SqsOperation,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), Refused> {
        let authorization = headers.get("authorization");
        let authorization = authorization.and_then(|value| value.to_str().ok());
        let key_id = access::key_id(authorization, uri.query()).ok_or_else(|| Refused {
            kind: "MissingAuthenticationTokenException",
            code: "MissingAuthenticationToken",
            message: "Request is missing Authentication Token".to_owned(),
        })?;
        let principal = self.access.principal(key_id).ok_or_else(|| Refused {
            kind: "UnrecognizedClientException",
            code: "InvalidClientTokenId",
            message: "The security token included in the request is invalid.".to_owned(),
        })?;
        let needs = || access::sqs::needs(operation, body);
        self.access
            .authorise(principal, needs)
            .map_err(|refusal| Refused {
                kind: "AccessDeniedException",
                code: "AccessDenied",
                message: refusal.message_of_sqs(),
            })
    }

    /// What puts a message into a queue, takes it out or hands it over goes past the journal; the rest is rustack's alone.
    async fn operate(
        &self,
        operation: SqsOperation,
        body: Bytes,
    ) -> Result<Response<SqsResponseBody>, SqsError> {
        let queues = &self.queues;
        match operation {
            SqsOperation::CreateQueue => written(&queues.create_queue(read(&body)?).await?),
            SqsOperation::DeleteQueue => written(&queues.delete_queue(read(&body)?).await?),
            SqsOperation::PurgeQueue => written(&queues.purge(read(&body)?).await?),
            SqsOperation::SendMessage => written(&queues.send(read(&body)?).await?),
            SqsOperation::SendMessageBatch => written(&queues.send_batch(read(&body)?).await?),
            SqsOperation::ReceiveMessage => written(&queues.receive(read(&body)?).await?),
            SqsOperation::DeleteMessage => written(&queues.delete(read(&body)?).await?),
            SqsOperation::DeleteMessageBatch => written(&queues.delete_batch(read(&body)?).await?),
            SqsOperation::ChangeMessageVisibility => {
                let input: ChangeMessageVisibilityInput = read(&body)?;
                check_visibility(Some(input.visibility_timeout))?;
                self.rest.handle_operation(operation, body).await
            }
            SqsOperation::ChangeMessageVisibilityBatch => {
                let input: ChangeMessageVisibilityBatchInput = read(&body)?;
                input
                    .entries
                    .iter()
                    .try_for_each(|entry| check_visibility(Some(entry.visibility_timeout)))?;
                self.rest.handle_operation(operation, body).await
            }
            _ => self.rest.handle_operation(operation, body).await,
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| {
        SqsError::invalid_parameter_value(format!("the request cannot be read: {error}"))
    })
}

fn written<T: Serialize>(output: &T) -> Result<Response<SqsResponseBody>, SqsError> {
    let json =
        serde_json::to_vec(output).map_err(|error| SqsError::internal_error(error.to_string()))?;
    Ok(json_response(json, "local"))
}

/// rustack takes any number of seconds; SQS does not, and a delay of more than 15 minutes has to fail here too.
pub(crate) fn check_delay(seconds: Option<i32>) -> Result<(), SqsError> {
    check_range("DelaySeconds", seconds, 900)
}

pub(crate) fn check_visibility(seconds: Option<i32>) -> Result<(), SqsError> {
    check_range("VisibilityTimeout", seconds, 43_200)
}

pub(crate) fn check_wait(seconds: Option<i32>) -> Result<(), SqsError> {
    check_range("WaitTimeSeconds", seconds, 20)
}

fn check_range(name: &str, seconds: Option<i32>, most: i32) -> Result<(), SqsError> {
    match seconds {
        Some(seconds) if !(0..=most).contains(&seconds) => {
            Err(SqsError::invalid_parameter_value(format!(
                "Value {seconds} for parameter {name} is invalid. Reason: Must be between 0 and {most}, if provided."
            )))
        }
        _ => Ok(()),
    }
}
