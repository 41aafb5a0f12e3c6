//! What the mall asks of S3.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use backends::{Backends, Options, Storage};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use ring::hmac;

use crate::clients;

const PICTURE: &[u8] = b"\x89PNG not really";

async fn started() -> (Backends, aws_sdk_s3::Client) {
    let options = Options {
        public_buckets: BTreeSet::from(["mall-media".to_owned()]),
        allowed_origins: vec!["http://localhost:8080".parse().expect("an origin")],
        ..Options::default()
    };
    let backends = Backends::start_with(Storage::Memory, options)
        .await
        .expect("back ends in memory start");
    backends
        .create_bucket("mall-media")
        .expect("the public bucket");
    backends
        .create_bucket("mall-private")
        .expect("the other bucket");
    let client = clients::s3(&backends.s3_url());
    (backends, client)
}

async fn put(client: &aws_sdk_s3::Client, bucket: &str) {
    let put = client
        .put_object()
        .bucket(bucket)
        .key("products/图 1.png")
        .body(ByteStream::from_static(PICTURE));
    put.content_type("image/png")
        .cache_control("max-age=60")
        .send()
        .await
        .expect("it is stored");
}

/// A browser: no credentials, no SDK.
pub(crate) fn browser() -> reqwest::Client {
    // Only its absence is an error, and another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

#[tokio::test]
async fn an_object_comes_back_with_its_type_and_cache_control() {
    let (_backends, client) = started().await;
    put(&client, "mall-private").await;
    let object = client
        .get_object()
        .bucket("mall-private")
        .key("products/图 1.png")
        .send()
        .await
        .expect("it is there");
    assert_eq!(
        (object.content_type(), object.cache_control()),
        (Some("image/png"), Some("max-age=60"))
    );
    assert_eq!(
        object.body.collect().await.expect("its bytes").to_vec(),
        PICTURE
    );
}

#[tokio::test]
async fn a_directory_keeps_its_objects() {
    let directory = tempfile::tempdir().expect("a directory");
    {
        let backends = clients::on(directory.path()).await;
        backends.create_bucket("mall-media").expect("the bucket");
        put(&clients::s3(&backends.s3_url()), "mall-media").await;
    }
    let backends = clients::on(directory.path()).await;
    let object = clients::s3(&backends.s3_url())
        .get_object()
        .bucket("mall-media")
        .key("products/图 1.png")
        .send()
        .await
        .expect("it is there");
    assert_eq!(object.content_type(), Some("image/png"));
}

#[tokio::test]
async fn a_presigned_put_stores_what_was_signed_and_nothing_else() {
    let (_backends, client) = started().await;
    let presigning = PresigningConfig::expires_in(Duration::from_secs(60)).expect("a minute");
    let request = client
        .put_object()
        .bucket("mall-private")
        .key("upload.png")
        .content_type("image/png");
    let presigned = request.presigned(presigning).await.expect("it is signed");

    let unsigned_type = browser()
        .put(presigned.uri())
        .header("content-type", "text/html")
        .body(PICTURE)
        .send()
        .await
        .expect("it answers");
    assert_eq!(unsigned_type.status(), StatusCode::FORBIDDEN);
    let other_key = presigned.uri().replace("upload.png", "other.png");
    let other_key = browser()
        .put(other_key)
        .header("content-type", "image/png")
        .body(PICTURE)
        .send()
        .await
        .expect("it answers");
    assert_eq!(other_key.status(), StatusCode::FORBIDDEN);
    let stored = browser()
        .put(presigned.uri())
        .header("content-type", "image/png")
        .body(PICTURE)
        .send()
        .await
        .expect("it answers");
    assert_eq!(stored.status(), StatusCode::OK);

    let object = client
        .get_object()
        .bucket("mall-private")
        .key("upload.png")
        .send()
        .await
        .expect("it is there");
    assert_eq!(object.content_type(), Some("image/png"));
}

/// A form upload with a policy that allows keys under `uploads/`, as a browser sends it.
pub(crate) async fn post_form(backends: &Backends, key: &str, secret: &str) -> StatusCode {
    let now = time();
    let credential = format!(
        "{}/{}/us-east-1/s3/aws4_request",
        Options::ACCESS_KEY,
        &now[..8]
    );
    let policy = serde_json::json!({"expiration": "2999-01-01T00:00:00.000Z", "conditions": [
        {"bucket": "mall-private"}, ["starts-with", "$key", "uploads/"], ["starts-with", "$Content-Type", "image/"],
        {"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-credential": credential}, {"x-amz-date": now}
    ]});
    let policy = STANDARD.encode(policy.to_string());
    let sign = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
    };
    let mut signature = sign(format!("AWS4{secret}").as_bytes(), &now[..8]);
    for part in ["us-east-1", "s3", "aws4_request", &policy] {
        signature = sign(signature.as_ref(), part);
    }
    let signature: String = signature
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut form = String::new();
    for (name, value) in [
        ("key", key),
        ("Content-Type", "image/png"),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", &now),
        ("policy", &policy),
        ("x-amz-signature", &signature),
    ] {
        form += &format!(
            "--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    form += "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npicture\r\n--part--\r\n";
    let request = browser().post(format!("{}/mall-private", backends.s3_url()));
    let request = request
        .header("content-type", "multipart/form-data; boundary=part")
        .body(form);
    request.send().await.expect("it answers").status()
}

/// Now, as SigV4 writes it.
fn time() -> String {
    let now = aws_sdk_s3::primitives::DateTime::from(std::time::SystemTime::now());
    let text = now
        .fmt(aws_sdk_s3::primitives::DateTimeFormat::DateTime)
        .expect("a time after 1970");
    let digits: String = text
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !matches!(c, '-' | ':' | 'Z'))
        .collect();
    format!("{digits}Z")
}

#[tokio::test]
async fn a_form_upload_is_bound_to_its_signed_policy() {
    let (backends, client) = started().await;
    assert_eq!(
        post_form(&backends, "uploads/a.png", "wrong").await,
        StatusCode::FORBIDDEN
    );
    // AWS answers 403 to what a policy does not allow.
    assert_eq!(
        post_form(&backends, "elsewhere/a.png", Options::ACCESS_KEY).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        post_form(
            &backends,
            "uploads/../../mall-media/a.png",
            Options::ACCESS_KEY
        )
        .await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        post_form(&backends, "uploads/a.png", Options::ACCESS_KEY).await,
        StatusCode::NO_CONTENT
    );
    let object = client
        .get_object()
        .bucket("mall-private")
        .key("uploads/a.png")
        .send()
        .await
        .expect("it is there");
    assert_eq!(object.content_type(), Some("image/png"));
}

#[tokio::test]
async fn a_key_that_leaves_its_bucket_or_has_empty_segments_is_refused() {
    let (_backends, client) = started().await;
    for key in [
        "../mall-media/x",
        "a/../../mall-media/x",
        "a//b",
        "a/",
        "./a",
        "/a",
    ] {
        let put = client
            .put_object()
            .bucket("mall-private")
            .key(key)
            .body(ByteStream::from_static(PICTURE));
        let refused = put.send().await.expect_err(key);
        assert_eq!(
            refused
                .raw_response()
                .map(|response| response.status().as_u16()),
            Some(400),
            "{key}"
        );
        assert_eq!(
            refused.into_service_error().meta().code(),
            Some("InvalidArgument"),
            "{key}"
        );
    }
    put(&client, "mall-private").await;
    let copy = client
        .copy_object()
        .bucket("mall-private")
        .key("copy")
        .copy_source("mall-media/../mall-private/x");
    assert_eq!(
        copy.send()
            .await
            .expect_err("it leaves")
            .raw_response()
            .map(|response| response.status().as_u16()),
        Some(400)
    );
}

#[tokio::test]
async fn an_object_in_a_bucket_that_does_not_exist_is_refused() {
    let (_backends, client) = started().await;
    let put = client
        .put_object()
        .bucket("mall-unknown")
        .key("a")
        .body(ByteStream::from_static(PICTURE));
    assert_eq!(
        put.send()
            .await
            .expect_err("there is none")
            .into_service_error()
            .meta()
            .code(),
        Some("NoSuchBucket")
    );
}

#[tokio::test]
async fn anybody_may_read_objects_of_a_public_bucket_and_nothing_else() {
    let (backends, client) = started().await;
    put(&client, "mall-media").await;
    put(&client, "mall-private").await;
    let (browser, url) = (browser(), backends.s3_url());

    let picture = browser
        .get(format!("{url}/mall-media/products/图 1.png"))
        .send()
        .await
        .expect("it answers");
    assert_eq!(picture.status(), StatusCode::OK);
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(picture.headers()["cache-control"], "max-age=60");
    let private = browser
        .get(format!("{url}/mall-private/products/图 1.png"))
        .send()
        .await
        .expect("it answers");
    assert_eq!(private.status(), StatusCode::FORBIDDEN);
    let list = browser
        .get(format!("{url}/mall-media"))
        .send()
        .await
        .expect("it answers");
    assert_eq!(list.status(), StatusCode::FORBIDDEN);
    let write = browser
        .put(format!("{url}/mall-media/a"))
        .body("x")
        .send()
        .await
        .expect("it answers");
    assert_eq!(write.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_upload_and_others_may_not() {
    let (backends, _client) = started().await;
    let ask = |origin: &'static str| {
        let request = browser().request(
            reqwest::Method::OPTIONS,
            format!("{}/mall-private/a", backends.s3_url()),
        );
        request
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .send()
    };
    let allowed = ask("http://localhost:8080").await.expect("it answers");
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        "http://localhost:8080"
    );
    let other = ask("http://example.com").await.expect("it answers");
    assert!(!other.headers().contains_key("access-control-allow-origin"));
}
