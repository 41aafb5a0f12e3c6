//! What every warehouse has of every SKU.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use testkit::Mall;

const LEVELS: &str = "/api/stock/admin/levels";

/// Warehouses `north` and `south`, with 1 of SKU a, 2 of b and 3 of c in the north, and 4 of a in the south.
async fn stocked() -> Mall {
    let mall = Mall::start(&[stock::service]).await;
    for id in ["north", "south"] {
        let put = mall
            .put(&format!("/api/stock/admin/warehouses/{id}"))
            .staff();
        let _ = put.json(&json!({ "name": id })).send().await.expect(201);
    }
    for (sku, warehouse, quantity) in [
        ("a", "north", 1),
        ("b", "north", 2),
        ("c", "north", 3),
        ("a", "south", 4),
    ] {
        let number = format!("r/{sku}/{warehouse}");
        let receipt = json!({ "number": number, "sku_id": sku, "warehouse_id": warehouse, "quantity": quantity });
        let post = mall.post("/api/stock/admin/receipts").staff();
        let _ = post.json(&receipt).send().await.expect(201);
    }
    mall
}

async fn levels(mall: &Mall, query: &str) -> Value {
    let list = mall.get(&format!("{LEVELS}?{query}")).staff();
    list.send().await.expect(200).json()
}

/// The SKU, the warehouse and the available pieces of each level.
fn told(list: &Value) -> Vec<(&str, &str, u64)> {
    let level = |item: &'_ Value| item["available"].as_u64().unwrap();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap();
            (text("sku_id"), text("warehouse_id"), level(item))
        })
        .collect()
}

#[tokio::test]
async fn levels_are_listed_by_sku_by_warehouse_and_by_both() {
    let mall = stocked().await;
    let of_sku = levels(&mall, "sku_id=a").await;
    assert_eq!(told(&of_sku), [("a", "north", 1), ("a", "south", 4)]);
    let of_warehouse = levels(&mall, "warehouse_id=north").await;
    let expected = [("a", "north", 1), ("b", "north", 2), ("c", "north", 3)];
    assert_eq!(told(&of_warehouse), expected);
    let of_both = levels(&mall, "sku_id=a&warehouse_id=south").await;
    assert_eq!(told(&of_both), [("a", "south", 4)]);
    assert!(told(&levels(&mall, "sku_id=b&warehouse_id=south").await).is_empty());
    let nothing = mall.get(LEVELS).staff().send().await.expect(400);
    assert_eq!(nothing.pointers(), ["?sku_id"]);
}

#[tokio::test]
async fn a_list_of_levels_goes_on_where_its_cursor_says_and_nowhere_else() {
    let mall = stocked().await;
    let first = levels(&mall, "warehouse_id=north&limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = levels(
        &mall,
        &format!("warehouse_id=north&limit=2&cursor={cursor}"),
    )
    .await;
    assert_eq!(told(&rest), [("c", "north", 3)]);
    let other = mall
        .get(&format!("{LEVELS}?warehouse_id=south&cursor={cursor}"))
        .staff();
    let _ = other.send().await.expect(400);
    let other = mall
        .get(&format!(
            "{LEVELS}?sku_id=a&warehouse_id=south&cursor={cursor}"
        ))
        .staff();
    let _ = other.send().await.expect(400);
}

#[tokio::test]
async fn a_page_of_a_warehouse_costs_the_same_at_any_depth() {
    let mall = stocked().await;
    let mut cursor = String::new();
    let mut costs = Vec::new();
    loop {
        mall.wire().forget();
        let page = levels(&mall, &format!("warehouse_id=north&limit=1{cursor}")).await;
        let calls = mall.wire().calls().without("mall-session");
        costs.push(calls.half_read_units());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(costs.len() >= 3, "{costs:?}");
    // The page after the last has no level to read.
    assert!(costs.windows(2).all(|pair| pair[1] <= pair[0]), "{costs:?}");
}

#[tokio::test]
async fn the_list_of_a_warehouse_costs_a_unit_when_a_level_is_made_and_none_when_it_changes() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("0", "z", 1).await;
    let mut costs = Vec::new();
    for number in ["1", "2"] {
        mall.wire().forget();
        mall.receive(number, "a", 5).await;
        let calls = mall.wire().calls().without("mall-session");
        costs.push(calls.write_units());
    }
    assert_eq!(costs, [7, 6]);
    mall.wire().forget();
    let release = json!({ "order_sn": "sn", "lines": [{ "sku_id": "a", "warehouse_id": "main", "quantity": 2 }] });
    assert!(mall.handle("release-stock", &release).await);
    assert_eq!(mall.wire().calls().write_units(), 4);
}

#[tokio::test]
async fn every_list_refuses_a_cursor_that_it_did_not_make() {
    let mall = stocked().await;
    let page = levels(&mall, "sku_id=a&limit=1").await;
    let foreign = page["next_cursor"].as_str().unwrap();
    for list in [
        "levels?sku_id=b",
        "levels?warehouse_id=north",
        "levels?sku_id=a&warehouse_id=north",
        "movements?sku_id=a",
        "warehouses?limit=1",
        "purchase-needs?limit=1",
        "purchases?limit=1",
    ] {
        for cursor in [foreign, "x"] {
            let path = format!("/api/stock/admin/{list}&cursor={cursor}");
            let refused = mall.get(&path).staff().send().await.expect(400);
            assert_eq!(refused.pointers(), ["?cursor"], "{list} {cursor}");
        }
    }
}
