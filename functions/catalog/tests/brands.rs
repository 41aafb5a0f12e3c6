//! Brands: what staff do with them, and what the storefront shows of them.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use testkit::{Answer, Mall};

async fn mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for (id, parent) in [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(2))] {
        let body = json!({ "parent_id": parent, "name": format!("类{id}") });
        mall.put(&format!("/api/catalog/admin/categories/{id}"))
            .staff()
            .json(&body)
            .send()
            .await
            .expect(201);
    }
    mall
}

async fn put(mall: &Mall, id: &str, body: Value) -> Answer {
    mall.put(&format!("/api/catalog/admin/brands/{id}"))
        .staff()
        .json(&body)
        .send()
        .await
}

async fn get(mall: &Mall, path: &str) -> Value {
    mall.get(path).staff().send().await.expect(200).json()
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["brand_id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_brand_keeps_its_id_when_it_is_renamed() {
    let mall = mall().await;
    let body = json!({ "name": "HUAWEI 华为", "first_letter": "H", "logo": "/media/huawei.webp", "category_ids": [3, 3] });
    let made = put(&mall, "huawei-华为", body).await.expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    mall.wire().forget();
    put(
        &mall,
        "huawei-华为",
        json!({ "name": "Huawei", "category_ids": [3] }),
    )
    .await
    .expect(200);
    let calls = mall.wire().calls();
    let written: Vec<_> = calls
        .0
        .iter()
        .filter_map(|call| call.request["TransactItems"].as_array())
        .collect();
    assert_eq!((written.len(), written[0].len()), (1, 1), "{written:?}");
    let shown = get(&mall, "/api/catalog/admin/brands/huawei-华为").await;
    assert_eq!(
        shown,
        json!({ "brand_id": "huawei-华为", "name": "Huawei", "description": "", "sort": 0, "visible": true,
                "category_ids": [3], "version": 2 })
    );
    let elsewhere = put(&mall, "hw", json!({ "name": "Huawei" }))
        .await
        .expect(400);
    assert_eq!(elsewhere.pointers(), ["/name"]);
}

#[tokio::test]
async fn two_editors_of_a_brand_never_overwrite_each_other_unseen() {
    let mall = mall().await;
    put(&mall, "小米", json!({ "name": "小米" }))
        .await
        .expect(201);
    let path = "/api/catalog/admin/brands/小米";
    let edit = |tag: &'static str, name: &'static str| {
        mall.put(path)
            .staff()
            .header("if-match", tag)
            .json(&json!({ "name": name }))
            .send()
    };
    assert_eq!(
        edit("\"1\"", "Xiaomi").await.expect(200).header("etag"),
        Some("\"2\"")
    );
    assert_eq!(
        edit("\"1\"", "MI").await.expect(412).problem_code(),
        "10011"
    );
    assert_eq!(get(&mall, path).await["name"], "Xiaomi");
}

#[tokio::test]
async fn brands_are_found_by_part_of_the_name_by_id_and_by_category_of_any_level() {
    let mall = mall().await;
    for (id, name, categories) in [
        ("apple", "Apple", vec![1]),
        ("小米", "小米", vec![3]),
        ("华为", "华为", vec![4]),
        ("三星-samsung", "三星 Samsung", vec![]),
    ] {
        put(
            &mall,
            id,
            json!({ "name": name, "category_ids": categories }),
        )
        .await
        .expect(201);
    }
    for (query, expected) in [
        ("?key=SAM", vec!["三星-samsung"]),
        ("?key=%E5%8D%8E%E4%B8%BA", vec!["华为"]),
        ("?category_id=3", vec!["apple", "小米"]),
        ("?category_id=4&key=app", vec!["apple"]),
        ("?key=nothing", vec![]),
    ] {
        let list = get(&mall, &format!("/api/catalog/admin/brands{query}")).await;
        assert_eq!(ids(&list), expected, "{query}");
    }
    // Page by page, each brand once.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = get(&mall, &format!("/api/catalog/admin/brands?limit=3{cursor}")).await;
        seen.extend(ids(&list).iter().map(ToString::to_string));
        match list["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["apple", "三星-samsung", "华为", "小米"]);
}

#[tokio::test]
async fn the_storefront_shows_the_visible_brands_of_a_category_in_their_order() {
    let mall = mall().await;
    for (id, sort, categories) in [
        ("a", 3, vec![3]),
        ("b", 2, vec![1]),
        ("c", 1, vec![3, 4]),
        ("d", 0, vec![4]),
    ] {
        put(
            &mall,
            id,
            json!({ "name": id, "sort": sort, "category_ids": categories }),
        )
        .await
        .expect(201);
    }
    let list = async |category: u32| {
        let answer = mall
            .get(&format!("/api/catalog/categories/{category}/brands"))
            .send()
            .await
            .expect(200);
        ids(&answer.json())
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(3).await, ["c", "b", "a"]);
    assert_eq!(list(4).await, ["d", "c", "b"]);
    mall.put("/api/catalog/admin/brands/c/visibility")
        .staff()
        .json(&json!({ "visible": false }))
        .send()
        .await
        .expect(200);
    // It serves other categories from now on, and stands elsewhere in their order.
    put(
        &mall,
        "d",
        json!({ "name": "d", "sort": 9, "category_ids": [3] }),
    )
    .await
    .expect(200);
    assert_eq!(list(3).await, ["b", "a", "d"]);
    assert_eq!(list(4).await, ["b"]);
    mall.get("/api/catalog/categories/99/brands")
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn what_is_no_brand_is_refused_with_the_place() {
    let mall = mall().await;
    let many: Vec<u32> = (1..60).collect();
    for (body, pointer) in [
        (json!({ "name": "x", "first_letter": "h" }), "/first_letter"),
        (
            json!({ "name": "x", "first_letter": "HH" }),
            "/first_letter",
        ),
        (json!({ "name": "x", "sort": -1 }), "/sort"),
        (
            json!({ "name": "x", "logo": "javascript:alert(1)" }),
            "/logo",
        ),
        (
            json!({ "name": "x", "logo": "//evil.example/x.png" }),
            "/logo",
        ),
        (
            json!({ "name": "x", "category_ids": [3, 77] }),
            "/category_ids",
        ),
        (
            json!({ "name": "x", "category_ids": many }),
            "/category_ids",
        ),
        (json!({ "name": "x", "colour": "red" }), "/colour"),
        (json!({ "name": "!!" }), "/name"),
        (json!({ "name": "x".repeat(51) }), "/name"),
    ] {
        let refused = put(&mall, "x", body.clone()).await.expect(400);
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    mall.get("/api/catalog/admin/brands/x")
        .staff()
        .send()
        .await
        .expect(404);
    mall.delete("/api/catalog/admin/brands/x")
        .staff()
        .send()
        .await
        .expect(404);
}
