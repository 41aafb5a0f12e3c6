//! The tree of categories.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use testkit::{Answer, Mall};

async fn put(mall: &Mall, id: u32, parent: Option<u32>, name: &str, sort: i32) -> Answer {
    let body = json!({ "parent_id": parent, "name": name, "sort": sort });
    mall.put(&format!("/api/catalog/admin/categories/{id}"))
        .staff()
        .json(&body)
        .send()
        .await
}

#[tokio::test]
async fn the_tree_shows_three_levels_with_siblings_in_their_order() {
    let mall = Mall::start(&[catalog::service]).await;
    for (id, parent, name, sort) in [
        (2, None, "手机", 1),
        (1, None, "图书", 2),
        (10, Some(2), "通讯", 0),
        (225, Some(10), " 全面屏 ", 0),
    ] {
        assert_eq!(put(&mall, id, parent, name, sort).await.status, 201);
    }
    let tree = mall
        .get("/api/catalog/categories")
        .send()
        .await
        .expect(200)
        .json();
    let expected = json!({ "items": [
        { "category_id": 2, "name": "手机", "level": 1, "children": [
            { "category_id": 10, "name": "通讯", "level": 2, "children": [
                { "category_id": 225, "name": "全面屏", "level": 3 },
            ] },
        ] },
        { "category_id": 1, "name": "图书", "level": 1 },
    ] });
    assert_eq!(tree, expected);
}

#[tokio::test]
async fn an_unchanged_tree_is_not_sent_again() {
    let mall = Mall::start(&[catalog::service]).await;
    put(&mall, 1, None, "图书", 0).await;
    let first = mall.get("/api/catalog/categories").send().await.expect(200);
    let tag = first.header("etag").unwrap();
    let again = mall
        .get("/api/catalog/categories")
        .header("if-none-match", tag)
        .send()
        .await
        .expect(304);
    assert_eq!((again.body.as_str(), again.header("etag")), ("", Some(tag)));
    put(&mall, 1, None, "书", 0).await.expect(200);
    mall.let_what_is_kept_go_stale();
    mall.get("/api/catalog/categories")
        .header("if-none-match", tag)
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn a_category_needs_its_parent_keeps_it_and_goes_three_levels_deep() {
    let mall = Mall::start(&[catalog::service]).await;
    let orphan = put(&mall, 2, Some(1), "手机", 0).await.expect(400);
    assert_eq!(
        (orphan.problem_code().as_str(), orphan.pointers()),
        ("10001", vec!["/parent_id".to_owned()])
    );
    for (id, parent) in [(1, None), (2, Some(1)), (3, Some(2))] {
        put(&mall, id, parent, "类", 0).await.expect(201);
    }
    put(&mall, 4, Some(3), "类", 0).await.expect(400);
    assert_eq!(
        put(&mall, 3, Some(1), "类", 0)
            .await
            .expect(409)
            .problem_code(),
        "11001"
    );
    assert_eq!(
        put(&mall, 3, Some(2), "新名", 0).await.expect(200).json()["level"],
        3
    );
}

#[tokio::test]
async fn only_staff_change_categories_and_noise_is_refused() {
    let mall = Mall::start(&[catalog::service]).await;
    let path = "/api/catalog/admin/categories/1";
    mall.put(path)
        .json(&json!({ "name": "类" }))
        .send()
        .await
        .expect(401);
    for (path, body) in [
        ("/api/catalog/admin/categories/0", json!({ "name": "类" })),
        ("/api/catalog/admin/categories/x", json!({ "name": "类" })),
        (
            "/api/catalog/admin/categories/1%2F2",
            json!({ "name": "类" }),
        ),
        (path, json!({ "name": "  " })),
        (path, json!({ "name": "类", "parent_id": -1 })),
        (path, json!({ "name": "类", "colour": 1 })),
        (path, json!({})),
        (path, Value::Null),
    ] {
        let refused = mall.put(path).staff().json(&body).send().await.expect(400);
        assert_eq!(refused.problem_code(), "10001", "{path} {body}");
    }
    assert_eq!(
        mall.get("/api/catalog/categories").send().await.json(),
        json!({ "items": [] })
    );
}
