//! Goods come in once, however often their receipt is sent.
#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Mall};

const RECEIPTS: &str = "/api/stock/admin/receipts";

fn receipt(quantity: i64) -> Value {
    json!({ "number": "import/6946605/a", "sku_id": "a", "warehouse_id": "main", "quantity": quantity })
}

#[tokio::test]
async fn a_receipt_counts_once_and_its_repeat_is_answered_alike() {
    let mall = Mall::start(&[stock::service]).await;
    let first = mall
        .post(RECEIPTS)
        .staff()
        .json(&receipt(5))
        .send()
        .await
        .expect(201);
    let second = mall
        .post(RECEIPTS)
        .staff()
        .json(&receipt(5))
        .send()
        .await
        .expect(200);
    assert_eq!(first.json(), second.json());
    assert_eq!(mall.available("a").await, 5);
}

#[tokio::test]
async fn the_same_number_with_other_content_is_refused_and_changes_nothing() {
    let mall = Mall::start(&[stock::service]).await;
    mall.post(RECEIPTS)
        .staff()
        .json(&receipt(5))
        .send()
        .await
        .expect(201);
    let refused = mall
        .post(RECEIPTS)
        .staff()
        .json(&receipt(6))
        .send()
        .await
        .expect(409);
    assert_eq!(refused.problem_code(), "21001");
    assert_eq!(refused.json()["known"]["quantity"], 5);
    assert_eq!(mall.available("a").await, 5);
}

#[tokio::test]
async fn twenty_of_the_same_receipt_at_once_count_once() {
    let mall = Mall::start(&[stock::service]).await;
    let sends = (0..20).map(|_| mall.post(RECEIPTS).staff().json(&receipt(5)).send());
    let statuses: Vec<u16> = join_all(sends)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 201)),
        "{statuses:?}"
    );
    assert_eq!(mall.available("a").await, 5);
}

#[tokio::test]
async fn a_receipt_costs_six_write_units_and_two_stages() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("before", "a", 1).await;
    mall.wire().watch_stages();
    mall.post(RECEIPTS)
        .staff()
        .json(&receipt(5))
        .send()
        .await
        .expect(201);
    let calls = mall.wire().calls().without("mall-session");
    assert_eq!(
        (calls.write_units(), calls.stages()),
        (6, 2),
        "{:?}",
        calls.names()
    );
}

#[tokio::test]
async fn a_receipt_whose_every_call_breaks_once_is_counted_after_its_repeat() {
    for action in [
        Action::FailBefore,
        Action::FailAfter,
        Action::DieBefore,
        Action::DieAfter,
    ] {
        let mall = Mall::start(&[stock::service]).await;
        mall.wire()
            .strike("TransactWriteItems mall-stock", 0, action.clone());
        let broken = mall
            .post(RECEIPTS)
            .staff()
            .json(&receipt(5))
            .send_to_the_death()
            .await;
        assert!(
            broken.is_none_or(|answer| answer.status < 300),
            "{action:?}"
        );
        mall.wire().heal();
        let again = mall.post(RECEIPTS).staff().json(&receipt(5)).send().await;
        assert!(again.status < 300, "{action:?}: {again:?}");
        assert_eq!(mall.available("a").await, 5, "{action:?}");
    }
}

#[tokio::test]
async fn conflicts_without_end_are_answered_as_busy_and_change_nothing() {
    let mall = Mall::start(&[stock::service]).await;
    mall.wire().on(|_| Action::Conflict);
    let busy = mall
        .post(RECEIPTS)
        .staff()
        .json(&receipt(5))
        .send()
        .await
        .expect(503);
    assert_eq!(
        (busy.problem_code().as_str(), busy.header("retry-after")),
        ("10004", Some("1"))
    );
    mall.wire().heal();
    assert_eq!(mall.available("a").await, 0);
}

#[tokio::test]
async fn only_staff_take_goods_in() {
    let mall = Mall::start(&[stock::service]).await;
    let nobody = mall
        .post(RECEIPTS)
        .json(&receipt(5))
        .send()
        .await
        .expect(401);
    assert_eq!(nobody.problem_code(), "10005");
    let other = mall
        .post(RECEIPTS)
        .staff_with(&["stock:read", "catalog:*"])
        .json(&receipt(5))
        .send()
        .await
        .expect(403);
    assert_eq!(other.problem_code(), "10006");
    assert_eq!(mall.available("a").await, 0);
}

#[tokio::test]
async fn input_that_is_no_receipt_is_refused_with_its_place_and_nothing_is_written() {
    let mall = Mall::start(&[stock::service]).await;
    let with = |member: &str, value: Value| {
        let mut body = receipt(5);
        body[member] = value;
        body.to_string()
    };
    let bad = [
        (with("quantity", json!(0)), "/quantity"),
        (with("quantity", json!(-1)), "/quantity"),
        (with("quantity", json!(1_000_000_000_000_i64)), "/quantity"),
        (with("quantity", json!(1.5)), "/quantity"),
        (with("sku_id", json!("a#b")), "/sku_id"),
        (with("sku_id", json!("a/b")), "/sku_id"),
        (with("number", json!("")), "/number"),
        (with("colour", json!("red")), "/colour"),
        ("{".to_owned(), ""),
        ("[]".to_owned(), ""),
        (String::new(), ""),
    ];
    for (body, pointer) in bad {
        let refused = mall
            .post(RECEIPTS)
            .staff()
            .body("application/json", body.clone())
            .send()
            .await
            .expect(400);
        assert_eq!(refused.problem_code(), "10001", "{body}");
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    let text = mall
        .post(RECEIPTS)
        .staff()
        .body("text/plain", receipt(5).to_string())
        .send()
        .await
        .expect(415);
    assert_eq!(text.problem_code(), "10010");
    let large = mall
        .post(RECEIPTS)
        .staff()
        .body("application/json", "x".repeat(1_000_000))
        .send()
        .await
        .expect(413);
    assert_eq!(large.problem_code(), "10009");
    let calls = mall.wire().calls().without("mall-session");
    assert_eq!(calls.names(), Vec::<String>::new());
}
