//! Products, their lists and their SKUs.
#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Mall;

async fn mall() -> Mall {
    Mall::start(&[catalog::service, stock::service]).await
}

/// Two trees, 1-2-3 and 11-12-13, and a second leaf 4 beside 3.
async fn plant(mall: &Mall) {
    for (id, parent) in [
        (1, None),
        (2, Some(1)),
        (3, Some(2)),
        (4, Some(2)),
        (11, None),
        (12, Some(11)),
        (13, Some(12)),
    ] {
        let body = json!({ "parent_id": parent, "name": format!("类{id}") });
        mall.put(&format!("/api/catalog/admin/categories/{id}"))
            .staff()
            .json(&body)
            .send()
            .await
            .expect(201);
    }
}

fn product(category: u32, brand: &str, skus: &[(&str, i64)]) -> Value {
    let skus: Vec<Value> = skus
        .iter()
        .map(|(id, price)| json!({ "code": id, "price_fen": price, "options": [{ "name": "容量", "value": id }] }))
        .collect();
    json!({ "name": "华为 P20 ", "category_id": category, "brand": { "name": brand }, "skus": skus,
            "images": [{ "url": "https://img.example/1.png" }],
            "specs": [{ "group": "主体", "name": "系统", "values": ["Android"], "quick_show": true }] })
}

async fn put(mall: &Mall, id: &str, body: &Value) -> testkit::Answer {
    mall.put(&format!("/api/catalog/admin/products/{id}"))
        .staff()
        .json(body)
        .send()
        .await
}

async fn ids_of(mall: &Mall, query: &str) -> Vec<String> {
    let answer = mall
        .get(&format!("/api/catalog/products{query}"))
        .send()
        .await
        .expect(200);
    let items = answer.json()["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["product_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_published_product_is_shown_with_everything_its_page_needs() {
    let mall = mall().await;
    plant(&mall).await;
    put(
        &mall,
        "p1",
        &product(3, "华为", &[("a", 378_800), ("b", 399_900)]),
    )
    .await
    .expect(201);
    mall.receive("1", "b", 7).await;
    mall.wire().watch_stages();
    let shown = mall
        .get("/api/catalog/products/p1")
        .send()
        .await
        .expect(200);
    assert_eq!(
        mall.wire().calls().stages(),
        2,
        "{:?}",
        mall.wire().calls().names()
    );
    let view = shown.json();
    assert_eq!(view["name"], "华为 P20");
    assert_eq!(view["brand"], json!({ "id": "华为", "name": "华为" }));
    assert_eq!(
        view["categories"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["name"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["类1", "类2", "类3"]
    );
    assert_eq!(
        view["options"],
        json!([{ "name": "容量", "values": ["a", "b"] }])
    );
    assert_eq!(
        view["spec_groups"],
        json!([{ "group": "主体", "specs": [{ "name": "系统", "values": ["Android"], "quick_show": true }] }])
    );
    let stocked: Vec<_> = view["skus"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sku| sku["in_stock"].as_bool().unwrap())
        .collect();
    assert_eq!(stocked, [false, true]);

    let tag = shown.header("etag").unwrap();
    mall.get("/api/catalog/products/p1")
        .header("if-none-match", tag)
        .send()
        .await
        .expect(304);
    let sku = mall
        .get("/api/catalog/skus/b")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&sku["price_fen"], &sku["available"], &sku["product_id"]),
        (&json!(399_900), &json!(7), &json!("p1"))
    );
}

#[tokio::test]
async fn lists_are_narrowed_by_category_of_any_level_and_by_brand() {
    let mall = mall().await;
    plant(&mall).await;
    for (id, category, brand) in [("p1", 3, "华为"), ("p2", 4, "小米"), ("p3", 13, "华为")] {
        put(
            &mall,
            id,
            &product(category, brand, &[(&format!("{id}-a"), 100)]),
        )
        .await
        .expect(201);
    }
    for (query, expected) in [
        ("", vec!["p1", "p2", "p3"]),
        ("?category_id=1", vec!["p1", "p2"]),
        ("?category_id=2", vec!["p1", "p2"]),
        ("?category_id=4", vec!["p2"]),
        ("?brand_id=%E5%8D%8E%E4%B8%BA", vec!["p1", "p3"]),
        ("?brand_id=%E5%8D%8E%E4%B8%BA&category_id=11", vec!["p3"]),
        ("?brand_id=nobody", vec![]),
    ] {
        assert_eq!(ids_of(&mall, query).await, expected, "{query}");
    }
    mall.get("/api/catalog/products?category_id=99")
        .send()
        .await
        .expect(404);
    mall.wire().watch_stages();
    ids_of(&mall, "?category_id=1").await;
    assert_eq!(mall.wire().calls().stages(), 2);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_gap_or_repeat_at_a_flat_cost() {
    let mall = mall().await;
    plant(&mall).await;
    for n in 10..35 {
        put(
            &mall,
            &format!("p{n}"),
            &product(3, "华为", &[(&format!("s{n}"), 100)]),
        )
        .await
        .expect(201);
    }
    let (mut seen, mut cursor, mut costs) = (Vec::new(), String::new(), Vec::new());
    loop {
        mall.wire().forget();
        let page = mall
            .get(&format!("/api/catalog/products?limit=10{cursor}"))
            .send()
            .await
            .expect(200)
            .json();
        costs.push(mall.wire().calls().half_read_units());
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["product_id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<String> = (10..35).map(|n| format!("p{n}")).collect();
    assert_eq!(seen, expected);
    assert!(costs.iter().all(|cost| *cost <= costs[0]), "{costs:?}");

    for query in [
        format!("?limit=10{cursor}x"),
        format!("?category_id=3{cursor}"),
        "?limit=0".into(),
        "?limit=101".into(),
    ] {
        mall.get(&format!("/api/catalog/products{query}"))
            .send()
            .await
            .expect(400);
    }
}

#[tokio::test]
async fn a_replaced_product_sells_only_its_new_skus_and_never_those_of_another() {
    let mall = mall().await;
    plant(&mall).await;
    put(&mall, "p1", &product(3, "华为", &[("a", 100), ("b", 200)]))
        .await
        .expect(201);
    put(&mall, "p1", &product(4, "荣耀", &[("b", 300), ("c", 400)]))
        .await
        .expect(200);
    mall.get("/api/catalog/skus/a").send().await.expect(404);
    assert_eq!(
        mall.get("/api/catalog/skus/b").send().await.json()["price_fen"],
        300
    );
    assert_eq!(ids_of(&mall, "?category_id=3").await, Vec::<String>::new());
    assert_eq!(ids_of(&mall, "?brand_id=%E8%8D%A3%E8%80%80").await, ["p1"]);

    let refused = put(&mall, "p2", &product(3, "华为", &[("d", 100), ("c", 100)]))
        .await
        .expect(409);
    assert_eq!(refused.problem_code(), "11002");
    for path in ["/api/catalog/products/p2", "/api/catalog/skus/d"] {
        assert_eq!(
            mall.get(path).send().await.expect(404).problem_code(),
            "10008"
        );
    }
}

#[tokio::test]
async fn the_same_product_published_twenty_times_at_once_is_one_product() {
    let mall = mall().await;
    plant(&mall).await;
    let body = product(3, "华为", &[("a", 100), ("b", 200)]);
    let statuses: Vec<u16> = join_all((0..20).map(|_| put(&mall, "p1", &body)))
        .await
        .iter()
        .map(|a| a.status)
        .collect();
    assert!(
        statuses
            .iter()
            .all(|status| matches!(status, 200 | 201 | 503)),
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(ids_of(&mall, "").await, ["p1"]);
}

#[tokio::test]
async fn a_product_with_flaws_is_refused_with_all_of_them_and_nothing_is_written() {
    let mall = mall().await;
    plant(&mall).await;
    let mut flawed = product(2, "!!", &[("a", 0)]);
    flawed["specs"][0]["values"] = json!([]);
    let refused = put(&mall, "p1", &flawed).await.expect(400);
    assert_eq!(
        refused.pointers(),
        [
            "/specs/0/values",
            "/skus/0/price_fen",
            "/category_id",
            "/brand/name"
        ]
    );
    let mut noise = product(3, "华为", &[("a", 100)]);
    noise["skus"][0]["options"][0]["value"] = json!("");
    assert_eq!(
        put(&mall, "p1", &noise).await.expect(400).pointers(),
        ["/skus/0/options/0/value"]
    );
    mall.get("/api/catalog/products/p1")
        .send()
        .await
        .expect(404);
    for id in ["a%23b", "a%2Fb", "%20"] {
        mall.get(&format!("/api/catalog/products/{id}"))
            .send()
            .await
            .expect(400);
        put(&mall, id, &product(3, "华为", &[("a", 100)]))
            .await
            .expect(400);
    }
    mall.put("/api/catalog/admin/products/p1")
        .json(&product(3, "华为", &[("a", 100)]))
        .send()
        .await
        .expect(401);
}

#[tokio::test]
async fn a_parameter_without_a_value_is_refused() {
    let mall = Mall::start(&[catalog::service]).await;
    for name in ["brand_id", "category_id", "cursor", "limit"] {
        let address = format!("/api/catalog/products?{name}=");
        let refused = mall.get(&address).send().await.expect(400);
        assert_eq!(refused.pointers(), [format!("?{name}")]);
    }
}
