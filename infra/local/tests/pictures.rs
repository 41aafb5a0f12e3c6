//! A picture, from a page of the mall to its address: with the forms, preflights and events of a real mall.

#![allow(clippy::unwrap_used)]

mod harness;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::{MallProcess, until, workspace};
use reqwest::Method;
use serde_json::{Value, json};

/// A PNG of one red pixel.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mM4oaEBAALUARk7rVwIAAAAAElFTkSuQmCC";

async fn announced(mall: &MallProcess, size_bytes: usize) -> Value {
    let body =
        json!({ "content_type": "image/png", "size_bytes": size_bytes, "purpose": "product" });
    let request = mall.http.post(mall.url("/api/media/uploads")).json(&body);
    let answer = request.header("cookie", mall.staff().await).send().await;
    answer.unwrap().json().await.unwrap()
}

/// Posts the form as a browser does on a page of the mall.
async fn post(mall: &MallProcess, form: &Value, file: &[u8]) -> u16 {
    let mut body = Vec::new();
    for (name, value) in form["fields"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        let part =
            format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    body.extend(
        b"--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n",
    );
    body.extend(file);
    body.extend(b"\r\n--part--\r\n");
    let request = mall
        .http
        .post(form["url"].as_str().unwrap())
        .header("origin", &mall.endpoints().url)
        .header("content-type", "multipart/form-data; boundary=part");
    let answer = request.body(body).send().await.unwrap();
    let allowed = answer.headers().get("access-control-allow-origin");
    assert_eq!(allowed.unwrap(), mall.endpoints().url.as_str());
    answer.status().as_u16()
}

/// What staff are shown once the upload is pending no more.
async fn settled(mall: &MallProcess, form: &Value) -> Value {
    let path = format!("/api/media/uploads/{}", form["upload_id"].as_str().unwrap());
    let cookie = mall.staff().await;
    until("the upload is settled", async || {
        let request = mall.http.get(mall.url(&path)).header("cookie", cookie);
        let upload: Value = request.send().await.unwrap().json().await.unwrap();
        (upload["state"] != "pending").then_some(upload)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_uploaded_from_a_page_of_the_mall_is_seen_at_its_addresses_and_a_script_is_not() {
    let mall = MallProcess::start(&workspace()).await;
    let picture = STANDARD.decode(PICTURE).unwrap();
    let form = announced(&mall, picture.len()).await;
    let url = form["url"].as_str().unwrap();
    for origin in [
        mall.endpoints().url.clone(),
        mall.endpoints().url.replace("127.0.0.1", "localhost"),
    ] {
        let preflight = mall.http.request(Method::OPTIONS, url);
        let preflight = preflight
            .header("origin", &origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-anything");
        let answer = preflight.send().await.unwrap();
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed.unwrap(), origin.as_str());
    }

    assert_eq!(post(&mall, &form, &picture).await, 204);
    let upload = settled(&mall, &form).await;
    assert_eq!(
        (&upload["state"], &upload["width"]),
        (&json!("published"), &json!(1))
    );
    for (name, kind) in [
        ("small", "image/webp"),
        ("medium", "image/webp"),
        ("large", "image/webp"),
        ("fallback", "image/jpeg"),
    ] {
        let address = upload["addresses"][name].as_str().unwrap();
        let answer = mall.http.get(mall.url(address)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
        assert_eq!(answer.headers()["content-type"], kind);
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
    }

    let script = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let form = announced(&mall, script.len()).await;
    assert_eq!(post(&mall, &form, script).await, 204);
    let upload = settled(&mall, &form).await;
    assert_eq!(
        (&upload["state"], &upload["reason"]),
        (&json!("refused"), &json!("not_a_picture"))
    );
    let id = form["upload_id"].as_str().unwrap();
    for path in [
        form["addresses"]["large"].as_str().unwrap().to_owned(),
        format!("/media/{id}"),
        format!("/media/../mall-uploads-000000000000-us-east-1/{id}"),
        format!("/media/%2e%2e/mall-uploads-000000000000-us-east-1/{id}"),
        format!("/media/..%2fmall-uploads-000000000000-us-east-1%2f{id}"),
    ] {
        let answer = mall.http.get(mall.url(&path)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}
