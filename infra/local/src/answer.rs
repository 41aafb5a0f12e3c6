//! A function's answer to an HTTP event (HTTP API payload 2.0) as an HTTP response.
//!
//! API Gateway guesses at an answer without a status code. Nothing here does: functions of this mall always give one, so its
//! absence is a fault, and shows as 502.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

/// Why an answer is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MalformedAnswer {
    #[error("the answer is not that of an HTTP function")]
    Json(#[from] serde_json::Error),
    #[error("the status code {0} does not exist")]
    Status(u16),
    #[error("the header {0} is not one")]
    Header(String),
    #[error("the body is not base64")]
    Base64(#[from] base64::DecodeError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    headers: Option<BTreeMap<String, Value>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// The HTTP response that `answer` describes.
pub(crate) fn http_response(answer: &[u8]) -> Result<Response<Body>, MalformedAnswer> {
    let answer: Answer = serde_json::from_slice(answer)?;
    let status = StatusCode::from_u16(answer.status_code)
        .map_err(|_| MalformedAnswer::Status(answer.status_code))?;
    let text = answer.body.unwrap_or_default();
    let is_binary = answer.is_base64_encoded.unwrap_or(false);
    let body = if is_binary {
        BASE64_STANDARD.decode(text)?
    } else {
        text.into_bytes()
    };
    let mut headers = headers(answer.headers.unwrap_or_default())?;
    for cookie in answer.cookies.unwrap_or_default() {
        let value = HeaderValue::from_str(&cookie)
            .map_err(|_| MalformedAnswer::Header("set-cookie".to_owned()))?;
        headers.append(SET_COOKIE, value);
    }
    if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn headers(given: BTreeMap<String, Value>) -> Result<HeaderMap, MalformedAnswer> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let malformed = || MalformedAnswer::Header(name.clone());
        let header = HeaderName::try_from(&name).map_err(|_| malformed())?;
        headers.insert(
            header,
            HeaderValue::try_from(text).map_err(|_| malformed())?,
        );
    }
    // These belong to one connection; the server sets its own.
    for of_the_connection in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(of_the_connection);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_headers_cookies_and_binary_body_come_through() {
        let answer = br#"{"statusCode":201,"headers":{"Location":"/a","x-count":3},"cookies":["a=1","b=2"],"body":"AP8=","isBase64Encoded":true}"#;
        let response = http_response(answer).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["location"], "/a");
        assert_eq!(response.headers()["x-count"], "3");
        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
    }

    #[test]
    fn the_function_does_not_speak_for_the_connection() {
        let answer = br#"{"statusCode":200,"headers":{"content-length":"999","connection":"close"},"body":"hi"}"#;
        let response = http_response(answer).unwrap();
        assert!(
            !response.headers().contains_key("content-length")
                && !response.headers().contains_key("connection")
        );
    }

    #[test]
    fn what_is_no_http_answer_is_refused() {
        let garbage: [&[u8]; 6] = [
            b"",
            b"\"hello\"",
            br#"{"body":"no status"}"#,
            br#"{"statusCode":20}"#,
            br#"{"statusCode":200,"headers":{"bad name":"x"}}"#,
            br#"{"statusCode":200,"body":"%%%","isBase64Encoded":true}"#,
        ];
        for answer in garbage {
            assert!(
                http_response(answer).is_err(),
                "{}",
                String::from_utf8_lossy(answer)
            );
        }
    }
}
