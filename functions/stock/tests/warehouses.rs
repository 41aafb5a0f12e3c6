//! Warehouses: made, found, and removed when nothing is left to do for them.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use testkit::Mall;

const WAREHOUSES: &str = "/api/stock/admin/warehouses";

async fn put(mall: &Mall, id: &str, name: &str) -> u16 {
    let details = json!({ "name": name, "address": "文三路 90 号", "area_code": "330106" });
    let request = mall.put(&format!("{WAREHOUSES}/{id}")).staff();
    request.json(&details).send().await.status
}

async fn ids(mall: &Mall, query: &str) -> Vec<String> {
    let list = mall.get(&format!("{WAREHOUSES}{query}")).staff();
    let list = list.send().await.expect(200).json();
    let items = list["items"].as_array().unwrap();
    let id = |item: &Value| item["warehouse_id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

async fn remove(mall: &Mall, id: &str) -> testkit::Answer {
    let request = mall.delete(&format!("{WAREHOUSES}/{id}")).staff();
    request.send().await
}

#[tokio::test]
async fn a_warehouse_is_made_once_and_then_changed() {
    let mall = Mall::start(&[stock::service]).await;
    assert_eq!(put(&mall, "hz", "杭州仓").await, 201);
    assert_eq!(put(&mall, "hz", "杭州一号仓").await, 200);
    let list = mall.get(WAREHOUSES).staff().send().await.expect(200);
    let expected = json!([{
        "warehouse_id": "hz", "name": "杭州一号仓", "address": "文三路 90 号", "area_code": "330106",
    }]);
    assert_eq!(list.json()["items"], expected);
}

#[tokio::test]
async fn warehouses_are_found_by_id_and_by_parts_of_name_address_and_area() {
    let mall = Mall::start(&[stock::service]).await;
    put(&mall, "hz", "杭州仓").await;
    put(&mall, "sh", "上海仓").await;
    assert_eq!(ids(&mall, "").await, ["hz", "sh"]);
    assert_eq!(ids(&mall, "?key=sh").await, ["sh"]);
    assert_eq!(ids(&mall, "?key=%E6%9D%AD").await, ["hz"]);
    assert_eq!(ids(&mall, "?key=3301").await, ["hz", "sh"]);
    assert!(ids(&mall, "?key=h").await.is_empty());
}

#[tokio::test]
async fn a_list_of_warehouses_goes_on_where_its_cursor_says() {
    let mall = Mall::start(&[stock::service]).await;
    for id in ["a", "b", "c"] {
        put(&mall, id, id).await;
    }
    let first = mall.get(&format!("{WAREHOUSES}?limit=2")).staff();
    let first = first.send().await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(
        ids(&mall, &format!("?limit=2&cursor={cursor}")).await,
        ["c"]
    );
    let forged = mall.get(&format!("{WAREHOUSES}?cursor=x")).staff();
    assert_eq!(forged.send().await.expect(400).pointers(), ["?cursor"]);
}

#[tokio::test]
async fn a_search_finds_what_stands_far_behind_in_the_list_and_ends_there() {
    let mall = Mall::start(&[stock::service]).await;
    for n in 1..=60 {
        let name = if n == 45 { "杭州仓" } else { "上海仓" };
        put(&mall, &format!("w{n:02}"), name).await;
    }
    let found = mall.get(&format!("{WAREHOUSES}?key=%E6%9D%AD%E5%B7%9E"));
    let found = found.staff().send().await.expect(200).json();
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["warehouse_id"], found.get("next_cursor")),
        (&json!("w45"), None)
    );
}

#[tokio::test]
async fn goods_come_into_known_warehouses_only_and_the_first_one_is_known_by_itself() {
    let mall = Mall::start(&[stock::service]).await;
    let receipt = |warehouse: &str| json!({ "number": "r/1", "sku_id": "a", "warehouse_id": warehouse, "quantity": 5 });
    let unknown = mall.post("/api/stock/admin/receipts").staff();
    let unknown = unknown.json(&receipt("mian")).send().await.expect(409);
    assert_eq!(unknown.problem_code(), "21010");
    assert_eq!(mall.available("a").await, 0);
    let first = mall.post("/api/stock/admin/receipts").staff();
    let _ = first.json(&receipt("main")).send().await.expect(201);
    assert_eq!(ids(&mall, "").await, ["main"]);
}

#[tokio::test]
async fn a_warehouse_that_holds_stock_or_is_to_get_some_stays() {
    let mall = Mall::start(&[stock::service]).await;
    put(&mall, "hz", "杭州仓").await;
    let need = json!({ "sku_id": "a", "warehouse_id": "hz", "quantity": 5 });
    let need = mall
        .post("/api/stock/admin/purchase-needs")
        .staff()
        .json(&need);
    let need = need.send().await.expect(201);
    assert_eq!(
        remove(&mall, "hz").await.expect(409).problem_code(),
        "21012"
    );
    let _ = mall
        .delete(need.header("location").unwrap())
        .staff()
        .send()
        .await
        .expect(204);
    let receipt = json!({ "number": "r/1", "sku_id": "a", "warehouse_id": "hz", "quantity": 5 });
    let receipt = mall
        .post("/api/stock/admin/receipts")
        .staff()
        .json(&receipt);
    let _ = receipt.send().await.expect(201);
    assert_eq!(
        remove(&mall, "hz").await.expect(409).problem_code(),
        "21011"
    );
    let lost = json!({ "number": "a/1", "sku_id": "a", "warehouse_id": "hz", "change": -5, "reason": "水浸" });
    let lost = mall
        .post("/api/stock/admin/adjustments")
        .staff()
        .json(&lost);
    let _ = lost.send().await.expect(201);
    let _ = remove(&mall, "hz").await.expect(204);
    assert!(ids(&mall, "").await.is_empty());
    let _ = remove(&mall, "hz").await.expect(404);
}
