//! What is in stock is corrected once for each number, and never below what is promised. Every movement is in the ledger.
#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Mall};

const ADJUSTMENTS: &str = "/api/stock/admin/adjustments";

fn adjustment(number: &str, change: i64) -> Value {
    json!({ "number": number, "sku_id": "a", "warehouse_id": "main", "change": change, "reason": "盘点" })
}

async fn adjust(mall: &Mall, number: &str, change: i64) -> testkit::Answer {
    let request = mall.post(ADJUSTMENTS).staff();
    request.json(&adjustment(number, change)).send().await
}

/// Available, received and adjusted pieces of SKU `a` in `main`.
async fn level(mall: &Mall) -> (u64, u64, i64) {
    let list = mall.get("/api/stock/admin/levels?sku_id=a").staff();
    let level = list.send().await.expect(200).json()["items"][0].clone();
    let number = |name: &str| level[name].as_u64().unwrap();
    let adjusted = level["adjusted"].as_i64().unwrap();
    (number("available"), number("received"), adjusted)
}

#[tokio::test]
async fn an_adjustment_counts_once_and_moves_what_is_available_and_what_was_adjusted_alike() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("1", "a", 5).await;
    let _ = adjust(&mall, "c/1", -2).await.expect(201);
    let _ = adjust(&mall, "c/1", -2).await.expect(200);
    assert_eq!(level(&mall).await, (3, 5, -2));
    let other = adjust(&mall, "c/1", -1).await.expect(409);
    assert_eq!(other.problem_code(), "21013");
    assert_eq!(other.json()["known"]["change"], -2);
    let _ = adjust(&mall, "c/2", 4).await.expect(201);
    assert_eq!(level(&mall).await, (7, 5, 2));
}

#[tokio::test]
async fn no_more_is_taken_away_than_is_not_promised() {
    let mall = Mall::start(&[stock::service]).await;
    let none = adjust(&mall, "c/0", -1).await.expect(409);
    assert_eq!(none.json()["available"], 0);
    mall.receive("1", "a", 5).await;
    let refused = adjust(&mall, "c/1", -6).await.expect(409);
    assert_eq!(refused.problem_code(), "21014");
    assert_eq!(refused.json()["available"], 5);
    assert_eq!(level(&mall).await, (5, 5, 0));
    // A refused number is not taken.
    let _ = adjust(&mall, "c/1", -5).await.expect(201);
    assert_eq!(level(&mall).await, (0, 5, -5));
}

#[tokio::test]
async fn twenty_that_take_the_last_pieces_at_once_take_them_once() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("1", "a", 7).await;
    let numbers: Vec<String> = (0..20).map(|n| format!("c/{n}")).collect();
    let answers = join_all(numbers.iter().map(|number| adjust(&mall, number, -1))).await;
    let counted = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(counted, 7);
    assert_eq!(level(&mall).await, (0, 7, -7));
}

#[tokio::test]
async fn an_adjustment_whose_write_breaks_is_counted_after_its_repeat() {
    for action in [
        Action::FailBefore,
        Action::FailAfter,
        Action::DieBefore,
        Action::DieAfter,
        Action::Conflict,
    ] {
        let mall = Mall::start(&[stock::service]).await;
        mall.receive("1", "a", 5).await;
        mall.wire()
            .strike("TransactWriteItems mall-stock", 0, action.clone());
        let request = mall.post(ADJUSTMENTS).staff().json(&adjustment("c/1", -2));
        let broken = request.send_to_the_death().await;
        assert!(
            broken.is_none_or(|answer| answer.status < 300),
            "{action:?}"
        );
        mall.wire().heal();
        let again = adjust(&mall, "c/1", -2).await;
        assert!(again.status < 300, "{action:?}: {again:?}");
        assert_eq!(level(&mall).await, (3, 5, -2), "{action:?}");
    }
}

#[tokio::test]
async fn the_ledger_lists_every_movement_with_its_cause_the_newest_first() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("1", "a", 5).await;
    mall.clock().advance(std::time::Duration::from_secs(1));
    let _ = adjust(&mall, "c/1", -2).await.expect(201);
    let movements = |query: &str| {
        let request = mall.get(&format!("/api/stock/admin/movements?sku_id=a{query}"));
        let request = request.staff();
        async move { request.send().await.expect(200).json() }
    };
    let all = movements("").await;
    let items = all["items"].as_array().unwrap().iter();
    let changes: Vec<_> = items
        .map(|item| (item["change"].clone(), item["cause"].clone()))
        .collect();
    let expected = [
        (
            json!(-2),
            json!({ "kind": "adjustment", "number": "c/1", "reason": "盘点" }),
        ),
        (json!(5), json!({ "kind": "receipt", "number": "1" })),
    ];
    assert_eq!(changes, expected);
    let first = movements("&limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = movements(&format!("&limit=1&cursor={cursor}")).await;
    assert_eq!(second["items"][0]["change"], 5);
    assert_eq!(movements("&warehouse_id=north").await["items"], json!([]));
    assert_eq!(
        movements("&warehouse_id=main").await["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn whoever_moved_stock_stands_behind_the_movement() {
    let mall = Mall::start(&[stock::service]).await;
    let receive = mall.post("/api/stock/admin/receipts");
    let receipt = json!({ "number": "1", "sku_id": "a", "warehouse_id": "main", "quantity": 5 });
    let receive = receive.staff_with(&["stock:receipt:write"]).json(&receipt);
    let _ = receive.send().await.expect(201);
    mall.clock().advance(std::time::Duration::from_secs(1));
    let lose = mall
        .post(ADJUSTMENTS)
        .staff_with(&["stock:adjustment:write"]);
    let _ = lose.json(&adjustment("c/1", -2)).send().await.expect(201);
    let list = mall.get("/api/stock/admin/movements?sku_id=a").staff();
    let list = list.send().await.expect(200).json();
    let by = |index: usize| list["items"][index]["by"].clone();
    let adjuster = mall.staff_with(&["stock:adjustment:write"]).await;
    let receiver = mall.staff_with(&["stock:receipt:write"]).await;
    assert_eq!((by(0), by(1)), (json!(adjuster), json!(receiver)));
}

#[tokio::test]
async fn who_may_take_goods_in_may_not_write_them_off() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("1", "a", 5).await;
    let lose = |permission: &'static str| {
        let request = mall.post(ADJUSTMENTS).staff_with(&[permission]);
        request.json(&adjustment("c/1", -5)).send()
    };
    let _ = lose("stock:receipt:write").await.expect(403);
    assert_eq!(level(&mall).await, (5, 5, 0));
    let _ = lose("stock:adjustment:write").await.expect(201);
}
