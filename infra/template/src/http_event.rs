//! A request as API Gateway hands it to a function: an HTTP API's event, payload format 2.0.
//!
//! What AWS documents, and what it does without saying so, that a handler can notice:
//! - header names are lower-case, several values of one name are joined by a comma; cookies stand apart and not in `headers`;
//! - `rawPath` and `requestContext.http.path` are percent-decoded (despite the name), `rawQueryString` is as sent;
//! - a body is text only where its content type is JSON, XML, JavaScript or `text/*`; anything else is base64, forms included;
//! - `cookies`, `queryStringParameters`, `pathParameters` and `body` are absent where there are none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::routes::Found;

/// A request as the gateway received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method, upper-case.
    pub method: String,
    /// Path as sent, without its query, still percent-encoded.
    pub raw_path: String,
    /// Query as sent, without the `?`; empty where there is none.
    pub raw_query: String,
    /// Headers in the order they came, `Cookie` among them.
    pub headers: Vec<(String, String)>,
    /// Body; empty where there is none.
    pub body: Vec<u8>,
    /// Address of the client.
    pub source_ip: String,
    /// `HTTP/1.1` and the like.
    pub protocol: String,
    /// Id of the request, the gateway's own.
    pub request_id: String,
    /// When it came.
    pub time: OffsetDateTime,
}

/// Builds the event for the function that `found` names.
pub fn http_event(found: &Found, request: &HttpRequest) -> Value {
    let path = percent_decode_str(&request.raw_path).decode_utf8_lossy();
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.route_key,
        "rawPath": path,
        "rawQueryString": request.raw_query,
        "headers": headers(request),
        "requestContext": request_context(found, request, &path),
        "isBase64Encoded": false,
    });
    let cookies = cookies(request);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let query = query_parameters(&request.raw_query);
    if !query.is_empty() {
        event["queryStringParameters"] = query.into();
    }
    if !found.path_parameters.is_empty() {
        event["pathParameters"] = json!(found.path_parameters);
    }
    if !request.body.is_empty() {
        let text = if is_text(request) {
            std::str::from_utf8(&request.body).ok()
        } else {
            None
        };
        event["isBase64Encoded"] = text.is_none().into();
        event["body"] = text
            .map_or_else(|| STANDARD.encode(&request.body), str::to_owned)
            .into();
    }
    event
}

fn request_context(found: &Found, request: &HttpRequest, path: &str) -> Value {
    let host =
        header(request, "host").map(|host| host.split_once(':').map_or(host, |(name, _)| name));
    let domain = host.unwrap_or(&found.domain);
    json!({
        "accountId": found.account,
        "apiId": found.api_id,
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": header(request, "user-agent").unwrap_or_default(),
        },
        "requestId": request.request_id,
        "routeKey": found.route_key,
        "stage": "$default",
        "time": clf_time(request.time),
        "timeEpoch": i64::try_from(request.time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
    })
}

fn headers(request: &HttpRequest) -> Map<String, Value> {
    let mut joined = Map::new();
    for (name, value) in &request.headers {
        let name = name.to_ascii_lowercase();
        if name == "cookie" {
            continue;
        }
        let value = match joined.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value.clone(),
        };
        joined.insert(name, value.into());
    }
    let forwarded = match joined.get("x-forwarded-for").and_then(Value::as_str) {
        Some(before) => format!("{before}, {}", request.source_ip),
        None => request.source_ip.clone(),
    };
    joined.insert("x-forwarded-for".to_owned(), forwarded.into());
    joined
}

fn cookies(request: &HttpRequest) -> Vec<String> {
    let sent = request
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let pairs = sent.flat_map(|(_, value)| value.split(';')).map(str::trim);
    pairs
        .filter(|pair| !pair.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Names and values decoded; several values of one name are joined by a comma.
fn query_parameters(raw_query: &str) -> Map<String, Value> {
    let mut joined = Map::new();
    for pair in raw_query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode_query(name), decode_query(value));
        let value = match joined.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        joined.insert(name, value.into());
    }
    joined
}

fn decode_query(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

fn is_text(request: &HttpRequest) -> bool {
    let Some(content_type) = header(request, "content-type") else {
        return true;
    };
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || media_type.ends_with("+xml")
        || [
            "application/json",
            "application/javascript",
            "application/xml",
        ]
        .contains(&media_type.as_str())
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// `12/Mar/2020:19:03:58 +0000`, the form of web servers' access logs.
fn clf_time(time: OffsetDateTime) -> String {
    let time = time.to_offset(time::UtcOffset::UTC);
    let month = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    format!(
        "{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000",
        time.day(),
        month[usize::from(u8::from(time.month())) - 1],
        time.year(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn found() -> Found {
        Found {
            function: "read-order".to_owned(),
            route_key: "GET /api/orders/{order_sn}".to_owned(),
            path_parameters: BTreeMap::from([("order_sn".to_owned(), "a/b".to_owned())]),
            api_id: "orderapi".to_owned(),
            domain: "orderapi.execute-api.us-east-1.amazonaws.com".to_owned(),
            account: "000000000000".to_owned(),
        }
    }

    fn request(headers: &[(&str, &str)], body: &[u8]) -> HttpRequest {
        HttpRequest {
            method: "GET".to_owned(),
            raw_path: "/api/orders/a%2Fb".to_owned(),
            raw_query: "tag=a&tag=b%26c&q=x+y&empty".to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.to_vec(),
            source_ip: "127.0.0.1".to_owned(),
            protocol: "HTTP/1.1".to_owned(),
            request_id: "JKJaXmPLvHcESHA=".to_owned(),
            time: OffsetDateTime::from_unix_timestamp_nanos(1_583_348_638_390_000_000)
                .expect("a time"),
        }
    }

    #[test]
    fn an_event_has_exactly_the_fields_of_payload_format_2_0() {
        let headers = [
            ("Host", "shop.test:8080"),
            ("User-Agent", "curl/8"),
            ("Accept", "text/html"),
            ("accept", "application/json"),
            ("Cookie", "sid=1; key=2"),
            ("cookie", "third=3"),
        ];
        assert_eq!(
            http_event(&found(), &request(&headers, b"")),
            json!({
                "version": "2.0",
                "routeKey": "GET /api/orders/{order_sn}",
                "rawPath": "/api/orders/a/b",
                "rawQueryString": "tag=a&tag=b%26c&q=x+y&empty",
                "cookies": ["sid=1", "key=2", "third=3"],
                "headers": {
                    "host": "shop.test:8080",
                    "user-agent": "curl/8",
                    "accept": "text/html,application/json",
                    "x-forwarded-for": "127.0.0.1",
                },
                "queryStringParameters": {"tag": "a,b&c", "q": "x y", "empty": ""},
                "pathParameters": {"order_sn": "a/b"},
                "requestContext": {
                    "accountId": "000000000000",
                    "apiId": "orderapi",
                    "domainName": "shop.test",
                    "domainPrefix": "shop",
                    "http": {
                        "method": "GET",
                        "path": "/api/orders/a/b",
                        "protocol": "HTTP/1.1",
                        "sourceIp": "127.0.0.1",
                        "userAgent": "curl/8",
                    },
                    "requestId": "JKJaXmPLvHcESHA=",
                    "routeKey": "GET /api/orders/{order_sn}",
                    "stage": "$default",
                    "time": "04/Mar/2020:19:03:58 +0000",
                    "timeEpoch": 1_583_348_638_390_i64,
                },
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn what_is_not_there_is_absent_and_not_empty() {
        let mut bare = request(&[], b"");
        bare.raw_query.clear();
        let route = Found {
            path_parameters: BTreeMap::new(),
            ..found()
        };
        let event = http_event(&route, &bare);
        for name in ["cookies", "queryStringParameters", "pathParameters", "body"] {
            assert!(event.get(name).is_none(), "{name}");
        }
        assert_eq!(
            event["requestContext"]["domainName"],
            "orderapi.execute-api.us-east-1.amazonaws.com"
        );
    }

    #[test]
    fn a_text_body_is_sent_as_it_is() {
        for content_type in [
            "application/json",
            "application/json; charset=utf-8",
            "text/plain",
            "application/problem+json",
        ] {
            let event = http_event(
                &found(),
                &request(&[("Content-Type", content_type)], "{\"名\":1}".as_bytes()),
            );
            assert_eq!(event["body"], "{\"名\":1}", "{content_type}");
            assert_eq!(event["isBase64Encoded"], false);
        }
    }

    #[test]
    fn any_other_body_is_sent_as_base64_forms_and_broken_text_included() {
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", &b"a=1"[..]),
            ("image/png", b"\x89PNG"),
            ("application/json", b"\xff"),
        ] {
            let event = http_event(&found(), &request(&[("content-type", content_type)], body));
            assert_eq!(event["body"], STANDARD.encode(body), "{content_type}");
            assert_eq!(event["isBase64Encoded"], true);
        }
    }

    #[test]
    fn the_client_is_added_to_those_a_request_already_passed() {
        let event = http_event(&found(), &request(&[("X-Forwarded-For", "10.0.0.7")], b""));
        assert_eq!(event["headers"]["x-forwarded-for"], "10.0.0.7, 127.0.0.1");
    }
}
