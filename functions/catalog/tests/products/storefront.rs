//! What the storefront shows of products.

use serde_json::json;
use testkit::Mall;

use crate::goods::{listed as ids_of, made, mall, product};

#[tokio::test]
async fn a_published_product_is_shown_with_everything_its_page_needs() {
    let mall = mall().await;
    mall.publish("p1", &product(3, "华为", &[("a", 378_800), ("b", 399_900)]))
        .await;
    mall.receive("1", "b", 7).await;
    mall.wire().watch_stages();
    let shown = mall
        .get("/api/catalog/products/p1")
        .send()
        .await
        .expect(200);
    let calls = mall.wire().calls();
    let mut names = calls.names();
    names.sort();
    // The product; then side by side its categories, its brand, its attributes, and the stock of each SKU. None twice.
    assert_eq!(
        names,
        [
            "BatchGetItem mall-catalog",
            "BatchGetItem mall-catalog",
            "GetItem mall-catalog",
            "Query mall-catalog",
            "Query mall-stock",
            "Query mall-stock",
        ]
    );
    let requests: std::collections::BTreeSet<String> = calls
        .0
        .iter()
        .map(|call| call.request.to_string())
        .collect();
    assert_eq!((calls.stages(), requests.len()), (2, names.len()));
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
        json!([{ "attribute_id": "容量", "name": "容量", "values": ["a", "b"],
                 "choices": [{ "value": "a", "sku_ids": ["a"] }, { "value": "b", "sku_ids": ["b"] }] }])
    );
    assert_eq!(
        view["spec_groups"],
        json!([{ "group": "主体", "specs": [{ "attribute_id": "系统", "name": "系统", "values": ["Android"], "quick_show": true }] }])
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
    for (id, category, brand) in [("p1", 3, "华为"), ("p2", 4, "小米"), ("p3", 13, "华为")] {
        mall.publish(id, &product(category, brand, &[(&format!("{id}-a"), 100)]))
            .await;
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
    // The category, the list, and the brands of its rows.
    assert_eq!(mall.wire().calls().stages(), 3);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_gap_or_repeat_at_a_flat_cost() {
    let mall = mall().await;
    for n in 10..70 {
        mall.publish(
            &format!("p{n}"),
            &product(3, "华为", &[(&format!("s{n}"), 100)]),
        )
        .await;
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
        let calls = mall.wire().calls();
        costs.push((calls.0.len(), calls.half_read_units()));
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
    let expected: Vec<String> = (10..70).map(|n| format!("p{n}")).collect();
    assert_eq!(seen, expected);
    // The last page is empty: the one before ended with the list.
    let whole = &costs[..costs.len() - 1];
    assert!(whole.iter().all(|cost| *cost == costs[0]), "{costs:?}");

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
async fn a_parameter_without_a_value_is_refused() {
    let mall = Mall::start(&[catalog::service]).await;
    for name in ["brand_id", "category_id", "cursor", "limit"] {
        let address = format!("/api/catalog/products?{name}=");
        let refused = mall.get(&address).send().await.expect(400);
        assert_eq!(refused.pointers(), [format!("?{name}")]);
    }
}

#[tokio::test]
async fn names_are_those_of_now_wherever_they_are_shown() {
    let mall = mall().await;
    mall.publish("p1", &product(3, "华为", &[("a", 100)])).await;
    for (place, body) in [
        (
            "brands/华为",
            json!({ "name": "HUAWEI", "logo": "/media/h.webp" }),
        ),
        ("categories/3", json!({ "parent_id": 2, "name": "手机" })),
        (
            "categories/3/attributes/系统",
            json!({ "name": "操作系统", "use": "spec", "group_id": "主体" }),
        ),
        (
            "categories/3/attribute-groups/主体",
            json!({ "name": "主要" }),
        ),
        (
            "categories/3/attributes/容量",
            json!({ "name": "存储", "use": "sale" }),
        ),
    ] {
        mall.put(&format!("/api/catalog/admin/{place}"))
            .staff()
            .json(&body)
            .send()
            .await
            .expect(200);
    }
    let view = mall
        .get("/api/catalog/products/p1")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        view["brand"],
        json!({ "id": "华为", "name": "HUAWEI", "logo": "/media/h.webp" })
    );
    assert_eq!(view["categories"][2]["name"], "手机");
    assert_eq!(view["spec_groups"][0]["group"], "主要");
    assert_eq!(view["spec_groups"][0]["specs"][0]["name"], "操作系统");
    assert_eq!(view["options"][0]["name"], "存储");
    assert_eq!(view["skus"][0]["options"][0]["name"], "存储");
    let list = mall.get("/api/catalog/products").send().await.json();
    assert_eq!(list["items"][0]["brand"]["name"], "HUAWEI");
}

#[tokio::test]
async fn a_page_shows_specs_by_group_in_their_order_and_pictures_with_the_main_one_first() {
    let mall = mall().await;
    made(
        &mall,
        "categories/3/attributes/芯片",
        json!({ "name": "芯片", "use": "spec", "group_id": "主体", "position": 0 }),
    )
    .await;
    mall.put("/api/catalog/admin/categories/3/attributes/系统")
        .staff()
        .json(&json!({ "name": "系统", "use": "spec", "group_id": "主体", "position": 1 }))
        .send()
        .await
        .expect(200);
    let image =
        |name: &str, main: bool| json!({ "url": format!("/media/{name}.webp"), "main": main });
    let document = json!({
        "name": "P20", "category_id": 3, "brand_id": "华为", "description": "字", "weight_grams": 165,
        "description_images": [image("d", false)], "images": [image("1", false), image("2", true)],
        "specs": [
            { "attribute_id": "尺寸", "values": ["5.8", "6.1"] }, { "attribute_id": "系统", "values": ["Android"] },
            { "attribute_id": "芯片", "values": ["麒麟"] },
        ],
        "skus": [
            { "code": "a", "price_fen": 1, "options": [{ "attribute_id": "容量", "value": "64G" }] },
            { "code": "b", "price_fen": 2, "options": [{ "attribute_id": "容量", "value": "128G" }], "name": "P20 大", "title": "题",
              "images": [image("b", false)], "weight_grams": 170 },
        ],
    });
    mall.publish("p1", &document).await;
    let view = mall
        .get("/api/catalog/products/p1")
        .send()
        .await
        .expect(200)
        .json();
    let specs: Vec<_> = view["spec_groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let names = group["specs"].as_array().unwrap().iter();
            let names: Vec<_> = names.map(|spec| spec["name"].as_str().unwrap()).collect();
            (group["group"].as_str(), names)
        })
        .collect();
    assert_eq!(
        specs,
        [(Some("主体"), vec!["芯片", "系统"]), (None, vec!["尺寸"])]
    );
    assert_eq!(view["images"][0]["url"], "/media/2.webp");
    assert_eq!(view["description_images"][0]["url"], "/media/d.webp");
    let skus = view["skus"].as_array().unwrap();
    let told: Vec<_> = skus
        .iter()
        .map(|sku| (&sku["name"], &sku["image"], &sku["weight_grams"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("P20 64G"), &json!("/media/2.webp"), &json!(165)),
            (&json!("P20 大"), &json!("/media/b.webp"), &json!(170)),
        ]
    );
}
