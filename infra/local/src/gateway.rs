//! The mall's front door: what API Gateway and the CDN are on AWS.
//!
//! A request finds its function by the routes that the templates declare, becomes an HTTP API event (payload 2.0), and the
//! function's answer becomes the response. The gateway's own answers are those of API Gateway: 404, 413, 431, 502 when a
//! function gives no answer, 503 when too many requests wait, 504 when it is too slow.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::serve::ListenerExt;
use template::{Cors, Found, HttpRequest, Match, Routes};
use time::OffsetDateTime;
use tokio::net::TcpListener;

use crate::answer::http_response;
use crate::cors;
use crate::function::uuid;
use crate::instance::InvokeError;
use crate::pages::Pages;
use crate::pool::Functions;

/// Largest request body, as at API Gateway: 10 MB.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// Largest request line with all headers, as at API Gateway.
const HEAD_LIMIT: usize = 10_240;

/// What the front door knows.
#[derive(Debug)]
pub(crate) struct Gateway {
    routes: Routes,
    /// By the id of the API.
    cors: BTreeMap<String, Cors>,
    functions: Arc<Functions>,
    pages: Pages,
    port: u16,
}

impl Gateway {
    pub(crate) fn new(
        deployment: &template::Deployment,
        functions: Arc<Functions>,
        pages: Pages,
        port: u16,
    ) -> Self {
        let apis = deployment.stacks.iter().flat_map(|stack| &stack.apis);
        let cors = apis
            .filter_map(|api| Some((api.api_id.clone(), api.cors.clone()?)))
            .collect();
        Self {
            routes: deployment.routes(),
            cors,
            functions,
            pages,
            port,
        }
    }

    /// Serves until `stopped`, then ends the requests that are in here.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        stopped: impl Future<Output = ()> + Send + 'static,
    ) {
        let routes = Router::new().fallback(answer).with_state(Arc::new(self));
        let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        // Serving itself does not fail: what goes wrong with a connection ends that connection.
        let _ = axum::serve(listener, service)
            .with_graceful_shutdown(stopped)
            .await;
    }

    async fn call(
        &self,
        parts: &Parts,
        client: SocketAddr,
        body: Body,
        request_id: &str,
    ) -> Response<Body> {
        let path = parts.uri.path();
        if let Some(picture) = self
            .pages
            .picture(&parts.method, path, &parts.headers)
            .await
        {
            return picture;
        }
        if let Some(method) = cors::preflight_method(&parts.method, &parts.headers)
            && let Match::Found(found) = self.routes.find(method, path)
            && let Some(cors) = self.cors.get(&found.api_id)
        {
            return cors::preflight_answer(cors, &parts.headers);
        }
        let Match::Found(found) = self.routes.find(parts.method.as_str(), path) else {
            let welcome = self.pages.welcome(&parts.method, path);
            return welcome.unwrap_or_else(|| message(StatusCode::NOT_FOUND, "Not Found"));
        };
        let mut response = match read_body(parts, body).await {
            Ok(body) => {
                self.invoke(&found, &self.request(parts, client, body, request_id))
                    .await
            }
            Err(refusal) => refusal,
        };
        if let Some(cors) = self.cors.get(&found.api_id) {
            cors::apply(cors, &parts.headers, response.headers_mut());
        }
        response
    }

    fn request(
        &self,
        parts: &Parts,
        client: SocketAddr,
        body: Bytes,
        request_id: &str,
    ) -> HttpRequest {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let set_here = ["x-forwarded-proto", "x-forwarded-port"];
        let sent = parts
            .headers
            .iter()
            .filter(|(name, _)| !set_here.contains(&name.as_str()));
        let mut headers: Vec<_> = sent
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        headers.push(("x-forwarded-proto".to_owned(), "http".to_owned()));
        headers.push(("x-forwarded-port".to_owned(), self.port.to_string()));
        HttpRequest {
            method: parts.method.to_string(),
            raw_path: parts.uri.path().to_owned(),
            raw_query: parts.uri.query().unwrap_or_default().to_owned(),
            headers,
            body: body.into(),
            source_ip: client.ip().to_string(),
            protocol: format!("{:?}", parts.version),
            request_id: request_id.to_owned(),
            time: OffsetDateTime::now_utc(),
        }
    }

    async fn invoke(&self, found: &Found, request: &HttpRequest) -> Response<Body> {
        let Some(function) = self.functions.find(&found.function) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let event = template::http_event(found, request).to_string();
        match function.invoke(Bytes::from(event)).await {
            Ok(answer) => http_response(&answer).unwrap_or_else(|malformed| {
                tracing::error!(function = found.function, route = found.route_key, error = %malformed, "malformed answer");
                message(StatusCode::BAD_GATEWAY, "Bad Gateway")
            }),
            Err(error) => no_answer(&error),
        }
    }
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let request_id = uuid();
    let mut response = if head_size(&parts) > HEAD_LIMIT {
        message(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "Request Header Fields Too Large",
        )
    } else {
        gateway.call(&parts, client, body, &request_id).await
    };
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("apigw-requestid", request_id);
    }
    response
}

fn head_size(parts: &Parts) -> usize {
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    let target = parts
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    parts.method.as_str().len() + target + headers.sum::<usize>()
}

async fn read_body(parts: &Parts, body: Body) -> Result<Bytes, Response<Body>> {
    let too_large = || message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    let announced = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT) {
        return Err(too_large());
    }
    // A body that breaks off has no reader for its answer either.
    to_bytes(body, BODY_LIMIT).await.map_err(|_| too_large())
}

fn no_answer(error: &InvokeError) -> Response<Body> {
    match error {
        InvokeError::Throttled => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        InvokeError::EventTooLarge => {
            message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
        }
        InvokeError::TimedOut(_) => {
            message(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out")
        }
        InvokeError::Died(_)
        | InvokeError::Panicked
        | InvokeError::NotStarted(_)
        | InvokeError::Function { .. } => message(StatusCode::BAD_GATEWAY, "Bad Gateway"),
    }
}

/// An answer of the gateway's own, in API Gateway's form.
pub(crate) fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(
        serde_json::json!({ "message": text }).to_string(),
    ));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert("retry-after", HeaderValue::from_static("1"));
    }
    response
}
