//! On AWS transactions that meet are cancelled: a fifth of all is in conflict here, and nobody hears of it.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Answer, Mall};

const ADMIN: &str = "/api/stock/admin";

/// A mall in which every fifth transaction, beginning with the first, is in conflict with another.
async fn contended() -> Mall {
    let mall = Mall::start(&[stock::service]).await;
    let _ = need(&mall, "before").await;
    let written = AtomicUsize::new(0);
    mall.wire().on(move |call| {
        let write = call.operation == "TransactWriteItems";
        if write && written.fetch_add(1, Ordering::SeqCst).is_multiple_of(5) {
            Action::Conflict
        } else {
            Action::Pass
        }
    });
    mall
}

async fn post(mall: &Mall, path: &str, body: &Value) -> Answer {
    let request = mall.post(&format!("{ADMIN}/{path}")).staff();
    request.json(body).send().await
}

async fn need(mall: &Mall, sku: &str) -> String {
    let need = json!({ "sku_id": sku, "warehouse_id": "main", "quantity": 2 });
    let added = post(mall, "purchase-needs", &need).await.expect(201);
    added.json()["need_id"].as_str().unwrap().to_owned()
}

/// A purchase of these needs that a buyer has taken on.
async fn taken_on(mall: &Mall, needs: &[String]) -> String {
    let merge = json!({ "need_ids": needs });
    let made = post(mall, "purchases", &merge).await.expect(201);
    let purchase = made.json()["purchase_id"].as_str().unwrap().to_owned();
    let claim = mall.post(&format!("{ADMIN}/purchases/{purchase}/claim"));
    let _ = claim.staff().send().await.expect(200);
    purchase
}

async fn report(mall: &Mall, purchase: &str, needs: &[String]) -> Answer {
    let done = |need: &String| json!({ "need_id": need, "outcome": "done" });
    let items: Vec<Value> = needs.iter().map(done).collect();
    let path = format!("purchases/{purchase}/results");
    post(mall, &path, &json!({ "items": items })).await
}

/// Available, received and adjusted pieces of SKU `a` in `main`, and the sum of its movements.
async fn books(mall: &Mall) -> (i64, i64, i64, i64) {
    let list = |path: &str| {
        let request = mall.get(&format!("{ADMIN}/{path}")).staff();
        async move { request.send().await.expect(200).json()["items"].clone() }
    };
    let level = list("levels?sku_id=a").await[0].clone();
    let number = |name: &str| level[name].as_i64().unwrap();
    let movements = list("movements?sku_id=a&limit=100").await;
    let changes = movements.as_array().unwrap().iter();
    let entered = changes.map(|movement| movement["change"].as_i64().unwrap());
    (
        number("available"),
        number("received"),
        number("adjusted"),
        entered.sum(),
    )
}

#[tokio::test]
async fn receipts_and_adjustments_count_once_and_none_is_turned_away() {
    let mall = contended().await;
    let receipt = |n: usize| json!({ "number": format!("r/{n}"), "sku_id": "a", "warehouse_id": "main", "quantity": 3 });
    let receipts: Vec<Value> = (0..10).map(receipt).collect();
    let received = receipts.iter().map(|body| post(&mall, "receipts", body));
    for answer in join_all(received).await {
        let _ = answer.expect(201);
    }
    let adjustment = |n: usize| json!({ "number": format!("c/{n}"), "sku_id": "a", "warehouse_id": "main", "change": -1, "reason": "盘点" });
    let adjustments: Vec<Value> = (0..10).map(adjustment).collect();
    let adjusted = adjustments
        .iter()
        .map(|body| post(&mall, "adjustments", body));
    for answer in join_all(adjusted).await {
        let _ = answer.expect(201);
    }
    mall.wire().heal();
    assert_eq!(books(&mall).await, (20, 30, -10, 20));
}

#[tokio::test]
async fn buyers_who_report_at_once_on_one_purchase_are_all_heard_and_each_need_comes_in_once() {
    let mall = contended().await;
    let needs: Vec<String> = join_all((0..40).map(|_| need(&mall, "a"))).await;
    let purchase = taken_on(&mall, &needs).await;
    // Two parts at once, one of them twice: few enough to be heard in time on a slow machine too.
    let parts: Vec<&[String]> = needs.chunks(10).collect();
    for two in parts.chunks(2) {
        let reports = two.iter().chain(&two[..1]);
        let reports = reports.map(|part| report(&mall, &purchase, part));
        for answer in join_all(reports).await {
            let _ = answer.expect(200);
        }
    }
    mall.wire().heal();
    let ended = report(&mall, &purchase, &needs).await.expect(200).json();
    assert_eq!(
        (&ended["status"], &ended["open_count"]),
        (&json!("done"), &json!(0))
    );
    assert_eq!(books(&mall).await, (80, 80, 0, 80));
}

#[tokio::test]
async fn needs_of_one_warehouse_that_come_and_go_at_once_are_all_counted() {
    let mall = contended().await;
    let needs: Vec<String> = join_all((0..10).map(|_| need(&mall, "a"))).await;
    let removals = needs.iter().map(|need| {
        let request = mall.delete(&format!("{ADMIN}/purchase-needs/{need}"));
        request.staff().send()
    });
    for answer in join_all(removals).await {
        let _ = answer.expect(204);
    }
    mall.wire().heal();
    let main = || mall.delete(&format!("{ADMIN}/warehouses/main")).staff();
    assert_eq!(main().send().await.expect(409).problem_code(), "21012");
    let list = mall.get(&format!("{ADMIN}/purchase-needs")).staff();
    let left = list.send().await.expect(200).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    let last = left["items"][0]["need_id"].as_str().unwrap();
    let last = mall.delete(&format!("{ADMIN}/purchase-needs/{last}"));
    let _ = last.staff().send().await.expect(204);
    let _ = main().send().await.expect(204);
}
