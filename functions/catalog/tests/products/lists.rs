//! The lists of staff: products and SKUs, on sale or not.

use serde_json::{Value, json};
use testkit::Mall;

use crate::goods::{PRODUCTS, ids, mall, product, put, staff_get};

async fn shop() -> Mall {
    let mall = mall().await;
    for (id, name, category, brand, price) in [
        ("p1", "华为 P20", 3, "华为", 100),
        ("p2", "小米 Mix", 4, "小米", 200),
        ("p3", "华为 Mate", 13, "华为", 300),
        ("p4", "荣耀 p1 壳", 3, "荣耀", 400),
    ] {
        let mut body = product(
            category,
            brand,
            &[
                (&format!("{id}-a"), price),
                (&format!("{id}-b"), price + 50),
            ],
        );
        body["name"] = json!(name);
        put(&mall, id, &body).await.expect(201);
    }
    for id in ["p1", "p2"] {
        mall.put(&format!("{PRODUCTS}/{id}/sale"))
            .staff()
            .send()
            .await
            .expect(200);
    }
    mall.take_off_sale("p2").await;
    mall
}

#[tokio::test]
async fn products_are_found_by_id_name_category_brand_and_status() {
    let mall = shop().await;
    for (query, expected) in [
        ("", vec!["p1", "p4", "p2", "p3"]),
        ("?status=draft", vec!["p4", "p3"]),
        ("?status=on_sale", vec!["p1"]),
        ("?status=off_sale&category_id=2", vec!["p2"]),
        ("?category_id=1", vec!["p1", "p4", "p2"]),
        ("?brand_id=%E5%8D%8E%E4%B8%BA", vec!["p1", "p3"]),
        ("?brand_id=%E5%8D%8E%E4%B8%BA&category_id=11", vec!["p3"]),
        ("?key=mAt", vec!["p3"]),
        // An id means that product alone, whatever else has it in its name; not when it is none of those that are asked for.
        ("?key=p1", vec!["p1"]),
        ("?key=p1&status=draft", vec!["p4"]),
        ("?key=nothing", vec![]),
    ] {
        let list = staff_get(&mall, &format!("{PRODUCTS}{query}")).await;
        assert_eq!(ids(&list, "product_id"), expected, "{query}");
    }
    let row = &staff_get(&mall, &format!("{PRODUCTS}?key=p2")).await["items"][0];
    assert_eq!(
        (
            &row["status"],
            &row["version"],
            &row["brand"]["name"],
            &row["price_to_fen"]
        ),
        (&json!("off_sale"), &json!(3), &json!("小米"), &json!(250))
    );
    mall.get(&format!("{PRODUCTS}?category_id=99"))
        .staff()
        .send()
        .await
        .expect(404);
    mall.get(&format!("{PRODUCTS}?cursor=x"))
        .staff()
        .send()
        .await
        .expect(400);
}

#[tokio::test]
async fn skus_are_found_by_id_name_category_brand_and_price() {
    let mall = shop().await;
    for (query, expected) in [
        ("?category_id=3", vec!["p1-a", "p1-b", "p4-a", "p4-b"]),
        (
            "?brand_id=%E5%8D%8E%E4%B8%BA&min_price_fen=150",
            vec!["p1-b", "p3-a", "p3-b"],
        ),
        (
            "?min_price_fen=150&max_price_fen=250",
            vec!["p1-b", "p2-a", "p2-b"],
        ),
        ("?key=MIX", vec!["p2-a", "p2-b"]),
        ("?key=p4-b", vec!["p4-b"]),
        ("?key=p4-b&category_id=11", vec![]),
    ] {
        let list = staff_get(&mall, &format!("/api/catalog/admin/skus{query}")).await;
        assert_eq!(ids(&list, "sku_id"), expected, "{query}");
    }
    let row = &staff_get(&mall, "/api/catalog/admin/skus?key=p1-b").await["items"][0];
    assert_eq!(
        (
            &row["name"],
            &row["on_sale"],
            &row["brand"]["name"],
            &row["options"][0]["name"]
        ),
        (
            &json!("华为 P20 p1-b"),
            &json!(true),
            &json!("华为"),
            &json!("容量")
        )
    );
}

#[tokio::test]
async fn a_page_costs_the_same_at_any_depth_and_reads_no_brand_twice() {
    let mall = mall().await;
    for n in 10..70 {
        let brand = ["华为", "小米"][n % 2];
        put(
            &mall,
            &format!("p{n}"),
            &product(3, brand, &[(&format!("s{n}"), 100)]),
        )
        .await
        .expect(201);
    }
    let (mut seen, mut cursor, mut costs) = (Vec::new(), String::new(), Vec::new());
    loop {
        mall.wire().forget();
        let page: Value =
            staff_get(&mall, &format!("{PRODUCTS}?limit=10&category_id=3{cursor}")).await;
        let calls = mall.wire().calls().without("mall-session");
        let brands: usize = calls
            .0
            .iter()
            .filter(|call| call.operation == "BatchGetItem")
            .map(|call| {
                call.request["RequestItems"]["mall-catalog"]["Keys"]
                    .as_array()
                    .unwrap()
                    .len()
            })
            .sum();
        assert_eq!(brands, 2, "{:?}", calls.names());
        costs.push((calls.0.len(), calls.half_read_units()));
        seen.extend(ids(&page, "product_id"));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<String> = (10..70).map(|n| format!("p{n}")).collect();
    assert_eq!(seen, expected);
    // The last page is the only one that does not look whether another one follows.
    let whole = &costs[..costs.len() - 1];
    assert!(whole.iter().all(|cost| *cost == costs[0]), "{costs:?}");
}
