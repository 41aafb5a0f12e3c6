//! What the front door serves without a function: pictures from the public bucket, as the CDN does on AWS, and a first page.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::client::http_client;
use crate::gateway::message;
use crate::state::Endpoints;

/// Paths under this are objects of the public bucket: `/media/a.png` is the object `a.png`.
const MEDIA: &str = "/media/";
/// What the bucket hears of the request, besides method and path.
const SENT_ON: [HeaderName; 3] = [IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE];
/// What the client hears of the bucket's answer, besides status and content.
const SENT_BACK: [HeaderName; 7] = [
    ACCEPT_RANGES,
    CACHE_CONTROL,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_TYPE,
    ETAG,
    LAST_MODIFIED,
];

/// What is served without a function.
#[derive(Debug)]
pub(crate) struct Pages {
    http: reqwest::Client,
    /// URL of the public bucket; none when the templates declare no bucket for pictures.
    bucket_url: Option<String>,
    welcome: String,
}

impl Pages {
    pub(crate) fn new(bucket: Option<&str>, endpoints: &Endpoints) -> Result<Self, reqwest::Error> {
        let welcome = format!(
            "This is a mall on one machine. Its API is under {url}/api, for instance {url}/api/catalog/categories.\n\
             `mall routes` lists every endpoint.\n",
            url = endpoints.url
        );
        let bucket_url = bucket.map(|bucket| format!("{}/{bucket}", endpoints.s3_url));
        Ok(Self {
            http: http_client()?,
            bucket_url,
            welcome,
        })
    }

    /// A picture, when the path is one of a picture.
    pub(crate) async fn picture(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Option<Response<Body>> {
        let bucket = self.bucket_url.as_deref().filter(|_| reads(method))?;
        let key = path.strip_prefix(MEDIA)?;
        let mut request = self.http.request(method.clone(), format!("{bucket}/{key}"));
        for name in SENT_ON {
            if let Some(value) = headers.get(&name) {
                request = request.header(name, value);
            }
        }
        Some(match request.send().await {
            Ok(object) => picture_answer(object).await,
            Err(_) => message(StatusCode::BAD_GATEWAY, "Bad Gateway"),
        })
    }

    /// The first page, for the root of a mall whose templates route it nowhere.
    pub(crate) fn welcome(&self, method: &Method, path: &str) -> Option<Response<Body>> {
        (path == "/" && reads(method)).then(|| {
            let mut response = Response::new(Body::from(self.welcome.clone()));
            response.headers_mut().insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/plain; charset=utf-8"),
            );
            response
        })
    }
}

fn reads(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

async fn picture_answer(object: reqwest::Response) -> Response<Body> {
    let status = object.status();
    if status != StatusCode::NOT_MODIFIED
        && status != StatusCode::RANGE_NOT_SATISFIABLE
        && !status.is_success()
    {
        // A bucket that may not be listed answers 403 for what is not there.
        return message(StatusCode::NOT_FOUND, "Not Found");
    }
    let mut headers = object.headers().clone();
    let Ok(content) = object.bytes().await else {
        return message(StatusCode::BAD_GATEWAY, "Bad Gateway");
    };
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    for name in SENT_BACK {
        if let Some(value) = headers.remove(&name) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
