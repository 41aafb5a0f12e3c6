//! The stock of a closed order comes back once.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use testkit::{Action, Mall};

fn release(order_sn: &str) -> Value {
    json!({ "order_sn": order_sn, "lines": [
        { "sku_id": "a", "warehouse_id": "main", "quantity": 2 },
        { "sku_id": "b", "warehouse_id": "main", "quantity": 1 },
    ] })
}

#[tokio::test]
async fn a_release_that_comes_three_times_gives_back_once() {
    let mall = Mall::start(&[stock::service]).await;
    for _ in 0..3 {
        assert!(mall.handle("release-stock", &release("sn1")).await);
    }
    assert!(mall.handle("release-stock", &release("sn2")).await);
    assert_eq!(
        (mall.available("a").await, mall.available("b").await),
        (4, 2)
    );
}

#[tokio::test]
async fn a_release_of_n_lines_costs_two_n_plus_two_write_units_and_one_stage() {
    let mall = Mall::start(&[stock::service]).await;
    for sku in ["a", "b"] {
        mall.receive(sku, sku, 1).await;
    }
    mall.wire().watch_stages();
    assert!(mall.handle("release-stock", &release("sn1")).await);
    let calls = mall.wire().calls();
    assert_eq!(
        (calls.write_units(), calls.stages()),
        (6, 1),
        "{:?}",
        calls.names()
    );
}

#[tokio::test]
async fn what_comes_back_to_a_level_that_is_gone_is_listed_in_its_warehouse_and_keeps_it() {
    let mall = Mall::start(&[stock::service]).await;
    let main = "/api/stock/admin/warehouses/main";
    let put = mall.put(main).staff().json(&json!({ "name": "main" }));
    let _ = put.send().await.expect(201);
    assert!(mall.handle("release-stock", &release("sn1")).await);
    let levels = mall.get("/api/stock/admin/levels?warehouse_id=main");
    let levels = levels.staff().send().await.expect(200).json();
    let available = |index: usize| levels["items"][index]["available"].clone();
    assert_eq!((available(0), available(1)), (json!(2), json!(1)));
    let remove = mall.delete(main).staff().send().await.expect(409);
    assert_eq!(remove.problem_code(), "21011");
}

#[tokio::test]
async fn a_release_that_breaks_stays_in_its_queue_and_works_when_it_comes_again() {
    for action in [Action::FailBefore, Action::FailAfter, Action::Conflict] {
        let mall = Mall::start(&[stock::service]).await;
        mall.wire()
            .strike("TransactWriteItems mall-stock", 0, action.clone());
        assert!(
            !mall.handle("release-stock", &release("sn1")).await,
            "{action:?}"
        );
        mall.wire().heal();
        assert!(
            mall.handle("release-stock", &release("sn1")).await,
            "{action:?}"
        );
        assert_eq!(
            (mall.available("a").await, mall.available("b").await),
            (2, 1),
            "{action:?}"
        );
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_stays_in_its_queue() {
    let mall = Mall::start(&[stock::service]).await;
    assert!(!mall.handle("release-stock", &json!({ "order": 1 })).await);
}
