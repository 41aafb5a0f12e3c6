//! The contract, and the page that shows it.
#![allow(clippy::unwrap_used)]

use testkit::Mall;

#[tokio::test]
async fn the_contract_is_the_document_that_is_checked_in() {
    let mall = Mall::start(&[docs::service]).await;
    let answer = mall.get("/api/openapi.json").send().await.expect(200);
    assert_eq!(answer.body, include_str!("../../../docs/openapi.json"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let tag = answer.header("etag").unwrap();
    let again = mall.get("/api/openapi.json").header("if-none-match", tag);
    again.send().await.expect(304);
}

#[tokio::test]
async fn the_page_loads_nothing_from_anywhere_else_and_may_not() {
    let mall = Mall::start(&[docs::service]).await;
    let page = mall.get("/api/docs").send().await.expect(200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(!page.body.contains("//"), "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("http"), "{policy}");
}

#[tokio::test]
async fn every_file_that_the_page_names_is_there() {
    let mall = Mall::start(&[docs::service]).await;
    let page = mall.get("/api/docs").send().await.expect(200);
    // The page stands at /api/docs, so its addresses are relative to /api/.
    let named: Vec<&str> = page
        .body
        .split('"')
        .filter(|text| text.starts_with("docs/"))
        .collect();
    assert_eq!(named.len(), 3, "{named:?}");
    for file in named {
        let answer = mall.get(&format!("/api/{file}")).send().await.expect(200);
        let media_type = answer.header("content-type").unwrap();
        let of_ending = if file.ends_with(".css") {
            "text/css"
        } else {
            "text/javascript"
        };
        assert!(media_type.starts_with(of_ending), "{file}: {media_type}");
        assert!(answer.body.len() > 100, "{file}");
    }
    let unknown = mall.get("/api/docs/other.js").send().await.expect(404);
    assert_eq!(unknown.problem_code(), "10008");
}
