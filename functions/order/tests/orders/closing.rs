//! Orders that nobody pays: cancelled or closed, their stock comes back, once.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use testkit::{Action, Call, Mall};
use tokio::sync::Barrier;

use crate::shop::{
    CLOSE, Customer, GRACE, PRICE, RELEASE, WINDOW, codes, let_time_pass, mall, mall_with, settle,
    sn_of,
};

#[tokio::test]
async fn an_order_that_is_not_paid_closes_by_itself_and_its_stock_comes_back() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    assert_eq!(
        (
            customer.status(&sn).await.as_str(),
            mall.available("a").await
        ),
        ("unpaid", 3)
    );
    let_time_pass(&mall).await;
    assert_eq!(
        (
            customer.status(&sn).await.as_str(),
            mall.available("a").await
        ),
        ("closed", 5)
    );
    let timeline = customer.show(&sn).await.json()["timeline"].clone();
    assert_eq!(
        json!([timeline[0]["by"], timeline[0]["from"], timeline[0]["to"]]),
        json!(["member", null, "unpaid"])
    );
    assert_eq!(
        json!([timeline[1]["by"], timeline[1]["from"], timeline[1]["to"]]),
        json!(["system", "unpaid", "closed"])
    );
    assert_eq!(timeline[1]["at"], "2026-11-24T06:16:00Z");
    // The message belongs to the trace of the request that placed the order.
    assert_eq!(timeline[1]["request_id"].as_str().unwrap().len(), 32);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_close_message_that_comes_early_goes_out_again_with_what_remains() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    for (passes, remains) in [(0, 900), (100, 860), (700, 160), (159, 1)] {
        mall.clock().advance(Duration::from_secs(passes));
        mall.deliver(CLOSE).await;
        let waiting = mall.waiting(CLOSE);
        assert_eq!(
            waiting
                .iter()
                .map(|sent| sent.delay.as_secs())
                .collect::<Vec<_>>(),
            [remains]
        );
        assert_eq!(customer.status(&sn).await, "unpaid");
    }
    mall.clock().advance(Duration::from_secs(1));
    settle(&mall).await;
    assert_eq!(
        (
            customer.status(&sn).await.as_str(),
            mall.available("a").await
        ),
        ("closed", 5)
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_window_of_45_minutes_hops_in_delays_of_15() {
    let mall = mall_with(&[("a", PRICE, 5)], &[("PaymentWindowSeconds", "2700")]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    let mut delays = Vec::new();
    while let Some(sent) = mall.waiting(CLOSE).first() {
        delays.push(sent.delay.as_secs());
        mall.clock().advance(sent.delay);
        mall.deliver(CLOSE).await;
    }
    assert_eq!(delays, [900, 900, 900, 60]);
    mall.deliver(RELEASE).await;
    let customer = customer.signed_in_again().await;
    assert_eq!(
        (
            customer.status(&sn).await.as_str(),
            mall.available("a").await
        ),
        ("closed", 5)
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn an_order_that_comes_after_its_close_message_is_never_placed() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    // The transaction is under way while the whole window passes.
    let gate = Arc::new(Barrier::new(2));
    let held = gate.clone();
    mall.wire()
        .on(move |call: &Call| match call.operation.as_str() {
            "TransactWriteItems" => Action::Wait(held.clone()),
            _ => Action::Pass,
        });
    let (slow, request) = (customer.clone(), quote.clone());
    let slow = tokio::spawn(async move { slow.submit(&request).await });
    while !mall
        .wire()
        .calls()
        .names()
        .contains(&"TransactWriteItems mall-order,mall-stock".to_owned())
    {
        tokio::task::yield_now().await;
    }
    mall.clock().advance(WINDOW + GRACE);
    mall.deliver(CLOSE).await;
    gate.wait().await;
    let answer = slow.await.unwrap();
    mall.wire().heal();
    assert_eq!(
        codes(&[answer, customer.submit(&quote).await]),
        vec![(409, "12007".to_owned()); 2]
    );
    assert_eq!(
        (mall.available("a").await, customer.orders().await.len()),
        (5, 0)
    );
    assert!(mall.waiting(RELEASE).is_empty());
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn cancelling_twice_is_answered_alike_and_the_stock_comes_back_once() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    let first = customer.cancel(&sn).await.expect(200);
    mall.clock().advance(Duration::from_secs(5));
    let second = customer.cancel(&sn).await.expect(200);
    assert_eq!(first.json(), second.json());
    assert_eq!(
        first.json(),
        json!({ "order_sn": sn, "status": "closed", "closed_at": "2026-11-24T06:00:00Z" })
    );
    assert_eq!(mall.waiting(RELEASE).len(), 2);
    mall.deliver_times(RELEASE, 2).await;
    assert_eq!(mall.available("a").await, 5);
    assert_eq!(
        customer.show(&sn).await.json()["timeline"][1]["by"],
        "member"
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn only_its_member_can_cancel_an_order() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let (customer, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let sn = customer.order("a", 2).await;
    let quote = other.quote_of("a", 1).await;
    let never_placed = format!("{}{}", quote["quote_id"].as_str().unwrap(), other.id);
    for refused in [other.cancel(&sn).await, other.cancel(&never_placed).await] {
        assert_eq!(codes(&[refused]), [(404, "10008".to_owned())]);
    }
    assert_eq!(customer.status(&sn).await, "unpaid");
    assert!(mall.waiting(RELEASE).is_empty());
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_void_can_neither_be_seen_nor_cancelled() {
    let mall = mall(&[("a", PRICE, 1)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let _ = customer.submit(&quote).await.expect(409);
    let_time_pass(&mall).await;
    let sn = format!("{}{}", quote["quote_id"].as_str().unwrap(), customer.id);
    assert_eq!(
        (
            customer.show(&sn).await.status,
            customer.cancel(&sn).await.status
        ),
        (404, 404)
    );
    mall.assert_stock_adds_up().await;
}

async fn cancel_to_the_death(customer: &Customer, mall: &Mall, sn: &str, action: Action) {
    mall.wire()
        .strike("SendMessage mall-release-stock", 0, action);
    assert!(
        customer
            .cancellation(sn)
            .send_to_the_death()
            .await
            .is_none()
    );
    mall.wire().heal();
}

#[tokio::test]
async fn a_cancel_that_dies_before_its_release_message_is_completed_by_the_close_message() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    cancel_to_the_death(&customer, &mall, &sn, Action::DieBefore).await;
    assert_eq!(
        (
            customer.status(&sn).await.as_str(),
            mall.waiting(RELEASE).len()
        ),
        ("closed", 0)
    );
    // Early or in time, once or twice: the close message of a closed order always lets its stock come back.
    mall.deliver_times(CLOSE, 2).await;
    assert_eq!(mall.waiting(RELEASE).len(), 2);
    settle(&mall).await;
    assert_eq!(mall.available("a").await, 5);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_cancel_that_dies_after_its_release_message_changes_nothing() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    cancel_to_the_death(&customer, &mall, &sn, Action::DieAfter).await;
    let _ = customer.cancel(&sn).await.expect(200);
    let_time_pass(&mall).await;
    assert_eq!(mall.available("a").await, 5);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn the_close_messages_of_two_attempts_close_one_order_when_the_order_says() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    // The first attempt dies before it writes; its close message is due before the one of the second.
    mall.wire().strike(
        "TransactWriteItems mall-order,mall-stock",
        0,
        Action::DieBefore,
    );
    assert!(
        customer
            .order_with(&quote)
            .send_to_the_death()
            .await
            .is_none()
    );
    mall.wire().heal();
    mall.clock().advance(Duration::from_secs(600));
    let sn = sn_of(&customer.submit(&quote).await.expect(201));
    mall.clock().advance(Duration::from_secs(360));
    settle(&mall).await;
    assert_eq!(customer.status(&sn).await, "unpaid");
    assert_eq!(
        mall.waiting(CLOSE)
            .iter()
            .map(|sent| sent.delay.as_secs())
            .collect::<Vec<_>>(),
        [600, 600]
    );
    mall.clock().advance(Duration::from_secs(600));
    settle(&mall).await;
    assert_eq!(
        (
            customer.status(&sn).await.as_str(),
            mall.available("a").await
        ),
        ("closed", 5)
    );
    mall.assert_stock_adds_up().await;
}

/// A warehouse with two pieces of SKU b, which a customer has just ordered, and the order's number.
async fn emptied_warehouse(mall: &Mall, customer: &Customer) -> (String, String) {
    let hz = "/api/stock/admin/warehouses/hz".to_owned();
    let put = mall.put(&hz).staff().json(&json!({ "name": "杭州仓" }));
    let _ = put.send().await.expect(201);
    let receipt = json!({ "number": "hz/1", "sku_id": "b", "warehouse_id": "hz", "quantity": 2 });
    let receive = mall.post("/api/stock/admin/receipts").staff();
    let _ = receive.json(&receipt).send().await.expect(201);
    let sn = customer.order("b", 2).await;
    assert_eq!(mall.available("b").await, 0);
    (hz, sn)
}

#[tokio::test]
async fn what_was_taken_from_a_warehouse_that_was_removed_since_comes_back_and_is_sold_again() {
    for on_its_way_back in [false, true] {
        let mall = mall(&[("a", PRICE, 5), ("b", PRICE, 0)]).await;
        let customer = Customer::of(&mall).await;
        let (hz, sn) = emptied_warehouse(&mall, &customer).await;
        if on_its_way_back {
            let _ = customer.cancel(&sn).await.expect(200);
        }
        let _ = mall.delete(&hz).staff().send().await.expect(204);
        mall.assert_stock_adds_up().await;
        let_time_pass(&mall).await;
        assert_eq!(mall.available("b").await, 2);
        mall.assert_stock_adds_up().await;
        let levels = mall.get("/api/stock/admin/levels?warehouse_id=hz").staff();
        let levels = levels.send().await.expect(200).json();
        assert_eq!(levels["items"][0]["available"], 2);
        let customer = Customer::of(&mall).await;
        customer.order("b", 2).await;
        assert_eq!(mall.available("b").await, 0);
        mall.assert_stock_adds_up().await;
    }
}
