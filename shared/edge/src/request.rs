//! An HTTP request, as API Gateway hands it over (HTTP API, payload format 2.0).

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use queue::Trace;

/// A request on its way to an operation.
#[derive(Debug)]
pub struct Request {
    method: Method,
    path: String,
    address: Option<String>,
    headers: HeaderMap,
    cookies: Vec<(String, String)>,
    path_parameters: HashMap<String, String>,
    query: String,
    body: Vec<u8>,
    id: RequestId,
    trace: Trace,
}

/// The id that the gateway gave a request; it stands in every log line, problem document and order timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// A request body that is not what its event says.
#[derive(Debug, thiserror::Error)]
#[error("the event's body is not base64")]
pub(crate) struct BadEvent;

impl Request {
    pub(crate) fn of(event: ApiGatewayV2httpRequest) -> Result<Self, BadEvent> {
        let body = match event.body {
            Some(text) if event.is_base64_encoded => STANDARD.decode(text).map_err(|_| BadEvent)?,
            Some(text) => text.into_bytes(),
            None => Vec::new(),
        };
        let headers = event.headers;
        let cookies = event
            .cookies
            .unwrap_or_default()
            .iter()
            .filter_map(|cookie| pair(cookie))
            .collect();
        let traceparent = headers
            .get("traceparent")
            .and_then(|value| value.to_str().ok());
        let trace = Trace::continued(traceparent);
        Ok(Self {
            method: event.request_context.http.method,
            path: event.raw_path.unwrap_or_default(),
            address: event.request_context.http.source_ip,
            cookies,
            path_parameters: event.path_parameters,
            query: event.raw_query_string.unwrap_or_default(),
            body,
            id: RequestId(event.request_context.request_id.unwrap_or_default()),
            trace,
            headers,
        })
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The address that the gateway saw it come from: of a CDN where there is one.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// A header's value, when it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.raw_header(name).and_then(|value| value.to_str().ok())
    }

    /// A header's value as it came, text or not.
    pub(crate) fn raw_header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.get(name)
    }

    /// A cookie's value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The values of `{name}` in the route's path, decoded.
    #[must_use]
    pub fn path_parameters(&self) -> &HashMap<String, String> {
        &self.path_parameters
    }

    /// The query string, without its question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The body's bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The id that the gateway gave it.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }
}

fn pair(cookie: &str) -> Option<(String, String)> {
    let (name, value) = cookie.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}
