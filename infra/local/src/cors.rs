//! What an HTTP API's `CorsConfiguration` does to requests from pages of other origins. API Gateway answers the preflight itself
//! and puts its own headers in place of the function's; so does the gateway here.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use template::Cors;

/// The method a browser asks permission for, when the request is a preflight.
pub(crate) fn preflight_method<'r>(method: &Method, headers: &'r HeaderMap) -> Option<&'r str> {
    if method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
        return None;
    }
    headers.get(ACCESS_CONTROL_REQUEST_METHOD)?.to_str().ok()
}

/// The answer to a preflight. An origin that is not allowed gets one without permissions.
pub(crate) fn preflight_answer(cors: &Cors, request: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if allow_origin(cors, request, headers) {
        set_list(headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
        set_list(headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
        if let Some(age) = cors.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age.as_secs()));
        }
    }
    response
}

/// Puts the API's permissions in place of those of the function.
pub(crate) fn apply(cors: &Cors, request: &HeaderMap, answer: &mut HeaderMap) {
    for name in [
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ACCESS_CONTROL_EXPOSE_HEADERS,
    ] {
        answer.remove(name);
    }
    if request.contains_key(ORIGIN) && allow_origin(cors, request, answer) {
        set_list(answer, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
    }
}

/// Whether the request's origin is allowed; then the answer says so.
fn allow_origin(cors: &Cors, request: &HeaderMap, answer: &mut HeaderMap) -> bool {
    let Some(origin) = request.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    let any = cors.allow_origins.iter().any(|allowed| allowed == "*");
    if !any && !cors.allow_origins.iter().any(|allowed| allowed == origin) {
        return false;
    }
    let said = if any && !cors.allow_credentials {
        "*"
    } else {
        origin
    };
    if let Ok(said) = HeaderValue::from_str(said) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, said);
    }
    answer.append(VARY, HeaderValue::from_static("origin"));
    if cors.allow_credentials {
        answer.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    true
}

fn set_list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let (false, Ok(value)) = (values.is_empty(), HeaderValue::from_str(&values.join(","))) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn cors() -> Cors {
        Cors {
            allow_origins: vec!["https://shop.example".to_owned()],
            allow_methods: vec!["GET".to_owned(), "POST".to_owned()],
            allow_headers: vec!["content-type".to_owned()],
            expose_headers: vec!["etag".to_owned()],
            allow_credentials: true,
            max_age: Some(Duration::from_secs(600)),
        }
    }

    fn from(origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
        headers.insert(
            ACCESS_CONTROL_REQUEST_METHOD,
            HeaderValue::from_static("POST"),
        );
        headers
    }

    #[test]
    fn a_preflight_from_an_allowed_origin_gets_the_permissions() {
        let request = from("https://shop.example");
        assert_eq!(preflight_method(&Method::OPTIONS, &request), Some("POST"));
        assert_eq!(preflight_method(&Method::GET, &request), None);
        let answer = preflight_answer(&cors(), &request);
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            "https://shop.example"
        );
        assert_eq!(answer.headers()["access-control-allow-methods"], "GET,POST");
        assert_eq!(answer.headers()["access-control-max-age"], "600");
        assert_eq!(answer.headers()["access-control-allow-credentials"], "true");
    }

    #[test]
    fn another_origin_gets_none() {
        let answer = preflight_answer(&cors(), &from("https://evil.example"));
        assert!(answer.headers().is_empty());
    }

    #[test]
    fn the_api_speaks_in_place_of_the_function() {
        let mut answer = HeaderMap::new();
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        apply(&cors(), &from("https://evil.example"), &mut answer);
        assert!(answer.is_empty());
        apply(&cors(), &from("https://shop.example"), &mut answer);
        assert_eq!(
            answer["access-control-allow-origin"],
            "https://shop.example"
        );
        assert_eq!(answer["access-control-expose-headers"], "etag");
    }

    #[test]
    fn any_origin_is_a_star_without_credentials() {
        let open = Cors {
            allow_origins: vec!["*".to_owned()],
            allow_credentials: false,
            ..cors()
        };
        let answer = preflight_answer(&open, &from("https://evil.example"));
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }
}
