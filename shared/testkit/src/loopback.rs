//! Calls over loopback HTTP.

use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) type Http = Client<HttpConnector, Full<Bytes>>;

/// A client with connections of its own.
pub(crate) fn http() -> Http {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Posts a body and returns status and JSON of the answer; `Null` where it is none.
pub(crate) async fn post(
    http: &Http,
    url: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(u16, Value), Error> {
    let mut request = Request::post(url);
    for (name, value) in headers
        .iter()
        .filter(|(name, _)| **name != header::HOST && **name != header::CONTENT_LENGTH)
    {
        request = request.header(name, value);
    }
    let answer = http.request(request.body(Full::new(body)).unwrap()).await?;
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    Ok((
        status,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    ))
}

/// Serves on a free port for as long as the test runs; its address.
pub(crate) async fn listen(router: Router) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
