//! Announcing an upload, and uploading from a page of the mall.

use serde_json::{Value, json};

use crate::support::{
    UPLOADS, announce, announcement, browser, is_kept, jpeg, mall, shown, statuses, upload,
};

#[tokio::test]
async fn an_announced_upload_has_a_form_and_addresses_and_is_pending() {
    let mall = mall().await;
    let body = announcement("image/png", 12_345);
    let answer = mall
        .post(UPLOADS)
        .staff()
        .json(&body)
        .send()
        .await
        .expect(201);
    let form = answer.json();
    let id = form["upload_id"].as_str().unwrap();
    assert_eq!(answer.header("location"), Some(&*format!("{UPLOADS}/{id}")));
    assert_eq!(form["fields"]["key"], id);
    assert_eq!(form["fields"]["Content-Type"], "image/png");
    assert_eq!(
        form["addresses"]["large"],
        format!("/media/pictures/{id}/1200.webp")
    );
    assert_eq!(
        form["addresses"]["fallback"],
        format!("/media/pictures/{id}/1200.jpg")
    );
    let path = format!("{UPLOADS}/{id}");
    let pending = mall.get(&path).staff().send().await.expect(200).json();
    assert_eq!(pending["state"], "pending");
    assert_eq!(pending["addresses"], form["addresses"]);
}

#[tokio::test]
async fn a_browser_uploads_from_a_page_of_the_mall_and_from_no_other() {
    let mall = mall().await;
    let form = announce(&mall, "image/jpeg", jpeg().len()).await;
    let preflight = |origin: &'static str| {
        let request = browser().request(reqwest::Method::OPTIONS, &form.url);
        let request = request.header("origin", origin);
        request
            .header("access-control-request-method", "POST")
            .send()
    };
    let ours = preflight("https://mall.example").await.unwrap();
    assert!(ours.status().is_success());
    let header = |name| ours.headers().get(name).unwrap().to_str().unwrap();
    assert_eq!(
        header("access-control-allow-origin"),
        "https://mall.example"
    );
    assert!(header("access-control-allow-methods").contains("POST"));
    let other = preflight("https://other.example").await.unwrap();
    assert_eq!(other.headers().get("access-control-allow-origin"), None);
    assert_eq!(form.post(&jpeg()).await, 204);
    assert!(is_kept(&mall, &form.upload_id).await);
}

#[tokio::test]
async fn nothing_is_to_be_seen_before_it_is_published() {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", &jpeg()).await;
    assert_eq!(shown(&mall, &form).await["state"], "pending");
    assert_eq!(statuses(&mall, &form).await, [404; 4]);
    let straight = format!("{}/{}", form.url, form.upload_id);
    let straight = browser().get(straight).send().await.unwrap();
    assert_eq!(straight.status(), 403);
}

#[tokio::test]
async fn what_is_no_announcement_is_refused_with_its_place_and_nothing_is_written() {
    let mall = mall().await;
    let with = |member: &str, value: Value| {
        let mut body = announcement("image/png", 100);
        body[member] = value;
        body
    };
    let bad = [
        (
            with("content_type", json!("image/svg+xml")),
            "/content_type",
        ),
        (with("content_type", json!("image/gif")), "/content_type"),
        (with("content_type", json!("text/html")), "/content_type"),
        (with("size_bytes", json!(0)), "/size_bytes"),
        (
            with("size_bytes", json!(10 * 1024 * 1024 + 1)),
            "/size_bytes",
        ),
        (with("size_bytes", json!(-1)), "/size_bytes"),
        (with("purpose", json!("avatar")), "/purpose"),
        (with("key", json!("../pictures/a")), "/key"),
    ];
    for (body, pointer) in bad {
        let refused = mall
            .post(UPLOADS)
            .staff()
            .json(&body)
            .send()
            .await
            .expect(400);
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    let announced = mall.wire().calls().names();
    assert!(
        !announced
            .iter()
            .any(|name| name.starts_with("PutItem mall-media"))
    );
}

#[tokio::test]
async fn only_staff_announce_uploads_and_look_at_them() {
    let mall = mall().await;
    let form = announce(&mall, "image/png", 100).await;
    let body = announcement("image/png", 100);
    mall.post(UPLOADS).json(&body).send().await.expect(401);
    let path = format!("{UPLOADS}/{}", form.upload_id);
    mall.get(&path).send().await.expect(401);
}

#[tokio::test]
async fn an_upload_that_nobody_announced_is_not_found() {
    let mall = mall().await;
    let path = format!("{UPLOADS}/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    mall.get(&path).staff().send().await.expect(404);
    let path = format!("{UPLOADS}/a");
    mall.get(&path).staff().send().await.expect(400);
}
