//! Placing orders: once, at the price that was confirmed, with stock that is really there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use testkit::{Action, Call, Mall};
use tokio::sync::Barrier;

use crate::shop::{CLOSE, Customer, ORDERS, PRICE, REMOVE, codes, let_time_pass, mall, sn_of};

const WRITE: &str = "TransactWriteItems mall-order,mall-stock";

#[tokio::test]
async fn an_order_takes_its_stock_and_says_where_it_is() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let answer = customer.submit(&quote).await.expect(201);
    let order = answer.json();
    let sn = sn_of(&answer);
    assert_eq!(
        answer.header("location"),
        Some(format!("/api/orders/{sn}").as_str())
    );
    assert_eq!(
        sn,
        format!("{}{}", quote["quote_id"].as_str().unwrap(), customer.id)
    );
    for figure in ["goods_fen", "freight_fen", "total_fen", "address"] {
        assert_eq!(order[figure], quote[figure], "{figure}");
    }
    assert_eq!(
        (&order["note"], &order["lines"][0]["options"]),
        (&json!("请在工作日送货"), &json!("款式:a"))
    );
    assert_eq!(mall.available("a").await, 3);
    assert_eq!(mall.waiting(CLOSE)[0].delay, Duration::from_secs(900));
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn ordered_lines_leave_the_cart_and_what_was_changed_since_stays() {
    let mall = mall(&[("a", PRICE, 5), ("b", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    customer.wants("a", 1).await;
    let quote = customer.quote_of("b", 1).await;
    let _ = customer.submit(&quote).await.expect(201);
    customer.wants("b", 1).await;
    mall.deliver_stream(REMOVE).await;
    assert_eq!(customer.lines_in_cart().await, 1);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn only_an_order_that_was_placed_takes_lines_out_of_a_cart_and_what_breaks_comes_again() {
    let mall = mall(&[("a", PRICE, 1), ("b", PRICE, 5)]).await;
    let (one, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let refused = other.quote_of("a", 2).await;
    let _ = other.submit(&refused).await.expect(409);
    let quote = one.quote_of("b", 1).await;
    let sn = sn_of(&one.submit(&quote).await.expect(201));
    for (call, action) in [
        ("GetItem mall-cart", Action::FailBefore),
        ("PutItem mall-cart", Action::FailBefore),
        ("PutItem mall-cart", Action::FailAfter),
    ] {
        mall.wire().strike(call, 0, action);
        assert_eq!(mall.deliver_stream(REMOVE).await, 0, "{call}");
        mall.wire().heal();
    }
    assert_eq!(mall.deliver_stream(REMOVE).await, 1);
    assert_eq!(one.lines_in_cart().await, 0);
    assert_eq!(other.lines_in_cart().await, 1);
    // Neither what becomes of the order, nor a void, nor its record for a second time.
    one.wants("b", 2).await;
    let _ = one.cancel(&sn).await.expect(200);
    let_time_pass(&mall).await;
    assert_eq!(mall.deliver_stream(REMOVE).await, 0);
    mall.rewind_stream(REMOVE);
    assert_eq!(mall.deliver_stream(REMOVE).await, 1);
    assert_eq!(one.lines_in_cart().await, 1);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_places_nothing() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let first = customer.submit(&quote).await.expect(201);
    for _ in 0..3 {
        let again = customer.submit(&quote).await.expect(201);
        assert_eq!(
            (again.json(), again.header("location")),
            (first.json(), first.header("location"))
        );
    }
    assert_eq!(
        (mall.available("a").await, customer.orders().await.len()),
        (3, 1)
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_replay_is_answered_after_the_quote_expired_and_after_the_order_was_closed() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let first = customer.submit(&quote).await.expect(201);
    mall.clock().advance(Duration::from_secs(901));
    assert_eq!(
        customer.submit(&quote).await.expect(201).json(),
        first.json()
    );
    let_time_pass(&mall).await;
    assert_eq!(customer.status(&sn_of(&first)).await, "closed");
    assert_eq!(
        customer.submit(&quote).await.expect(201).json(),
        first.json()
    );
    assert_eq!(mall.available("a").await, 5);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn another_request_with_the_same_quote_is_refused() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let _ = customer.submit(&quote).await.expect(201);
    let other = customer
        .post(ORDERS)
        .json(&json!({ "quote": quote["quote"], "note": "else" }))
        .send()
        .await;
    assert_eq!(codes(&[other]), [(422, "12006".to_owned())]);
    assert_eq!(mall.available("a").await, 3);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn an_idempotency_key_must_be_the_quotes_id() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let other = customer
        .order_with(&quote)
        .header("idempotency-key", "my own")
        .send()
        .await
        .expect(400);
    assert_eq!(other.pointers(), ["Idempotency-Key"]);
    let key = quote["quote_id"].as_str().unwrap();
    for _ in 0..2 {
        let _ = customer
            .order_with(&quote)
            .header("idempotency-key", key)
            .send()
            .await
            .expect(201);
    }
    assert_eq!(mall.available("a").await, 3);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_changed_price_is_answered_with_a_new_quote_and_nothing_is_written() {
    let mall = mall(&[("a", 500, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    mall.put_on_sale(&[("a", 600, 0)]).await;
    mall.wire().forget();
    let refusal = customer.submit(&quote).await.expect(409);
    assert_eq!(
        (
            refusal.problem_code().as_str(),
            mall.wire().calls().write_units()
        ),
        ("12004", 0)
    );
    let next = refusal.json()["quote"].clone();
    assert_eq!(
        json!([next["goods_fen"], next["total_fen"]]),
        json!([1_200, 2_000])
    );
    assert_ne!(next["quote_id"], quote["quote_id"]);
    assert!(customer.orders().await.is_empty());
    assert_eq!(
        customer.submit(&next).await.expect(201).json()["total_fen"],
        2_000
    );
    assert_eq!(mall.available("a").await, 3);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn an_order_that_a_read_has_missed_is_answered_whatever_became_of_price_and_goods() {
    let mall = mall(&[("a", 500, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let placed = customer.submit(&quote).await.expect(201).json();
    // The first look is eventually consistent, and may come too early.
    let miss = || {
        mall.wire()
            .strike("GetItem mall-order", 0, Action::Answer(200, json!({})))
    };
    miss();
    assert_eq!(customer.submit(&quote).await.expect(201).json(), placed);
    mall.put_on_sale(&[("a", 600, 0)]).await;
    miss();
    assert_eq!(customer.submit(&quote).await.expect(201).json(), placed);
    mall.take_off_sale("a").await;
    miss();
    assert_eq!(customer.submit(&quote).await.expect(201).json(), placed);
    mall.wire().heal();
    assert_eq!(customer.orders().await.len(), 1);
    assert_eq!(mall.available("a").await, 3);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn without_enough_stock_there_is_no_order_and_the_skus_are_named() {
    let mall = mall(&[("a", PRICE, 5), ("b", PRICE, 1)]).await;
    let customer = Customer::of(&mall).await;
    customer.wants("a", 1).await;
    let quote = customer.quote_of("b", 2).await;
    mall.wire().forget();
    let refusal = customer.submit(&quote).await.expect(409);
    assert_eq!(
        (refusal.problem_code().as_str(), &refusal.json()["sku_ids"]),
        ("21000", &json!(["b"]))
    );
    assert_eq!(mall.wire().calls().write_units(), 0);
    assert_eq!(
        (mall.available("a").await, mall.available("b").await),
        (5, 1)
    );
    // What was sent for it finds no order, and ends.
    let_time_pass(&mall).await;
    assert_eq!(
        codes(&[customer.submit(&quote).await]),
        [(409, "12007".to_owned())]
    );
    assert!(customer.orders().await.is_empty());
    mall.assert_stock_adds_up().await;
}

/// The answer of a store that cancels a transaction for these reasons.
fn cancelled(reasons: &[&str]) -> Action {
    let reasons: Vec<Value> = reasons.iter().map(|code| json!({ "Code": code })).collect();
    Action::Answer(
        400,
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled", "CancellationReasons": reasons,
        }),
    )
}

/// Answers the first of the transactions so; all else passes.
fn first_write(mall: &Mall, action: Action) {
    mall.wire().strike(WRITE, 0, action);
}

#[tokio::test]
async fn a_conflict_beside_a_failed_condition_is_tried_again_and_is_not_sold_out() {
    let mall = mall(&[("a", PRICE, 5), ("b", PRICE, 5)]).await;
    for reasons in [
        ["TransactionConflict", "ConditionalCheckFailed", "None"],
        ["None", "TransactionConflict", "ConditionalCheckFailed"],
        ["None", "ThrottlingError", "None"],
    ] {
        let customer = Customer::of(&mall).await;
        customer.wants("a", 1).await;
        let quote = customer.quote_of("b", 1).await;
        first_write(&mall, cancelled(&reasons));
        let _ = customer.submit(&quote).await.expect(201);
        mall.wire().heal();
    }
    assert_eq!(
        (mall.available("a").await, mall.available("b").await),
        (2, 2)
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_store_that_stays_busy_is_answered_503_and_a_later_try_places_the_order() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await;
    mall.wire().on(|_: &Call| Action::Conflict);
    let busy = customer.submit(&quote).await.expect(503);
    assert_eq!(
        (busy.problem_code().as_str(), busy.header("retry-after")),
        ("10004", Some("1"))
    );
    mall.wire().heal();
    let _ = customer.submit(&quote).await.expect(201);
    assert_eq!(mall.available("a").await, 4);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_transaction_that_the_store_calls_wrong_is_our_defect_and_not_sold_out() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await;
    first_write(
        &mall,
        cancelled(&["ValidationError", "ConditionalCheckFailed"]),
    );
    assert_eq!(
        customer.submit(&quote).await.expect(500).problem_code(),
        "10000"
    );
    mall.assert_stock_adds_up().await;
}

/// Lets the first `count` of the calls of this name wait for each other.
fn meet(mall: &Mall, name: &'static str, count: usize) {
    let (barrier, seen) = (Arc::new(Barrier::new(count)), AtomicUsize::new(0));
    mall.wire().on(move |call| {
        let waits = call.name() == name && seen.fetch_add(1, Ordering::SeqCst) < count;
        if waits {
            Action::Wait(barrier.clone())
        } else {
            Action::Pass
        }
    });
}

/// Takes pieces of SKU `a` into a second warehouse.
async fn receive_in_the_north(mall: &Mall, pieces: u32) {
    let warehouse = mall.put("/api/stock/admin/warehouses/north").staff();
    let details = json!({ "name": "north" });
    let _ = warehouse.json(&details).send().await.expect(201);
    let receipt =
        json!({ "number": "r/1", "sku_id": "a", "warehouse_id": "north", "quantity": pieces });
    let receipts = mall.post("/api/stock/admin/receipts").staff();
    let _ = receipts.json(&receipt).send().await.expect(201);
}

#[tokio::test]
async fn when_a_warehouse_has_run_out_meanwhile_the_next_one_that_holds_all_of_a_line_serves_it() {
    let mall = mall(&[("a", PRICE, 4)]).await;
    receive_in_the_north(&mall, 3).await;
    let (one, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let quotes = (one.quote_of("a", 3).await, other.quote_of("a", 3).await);
    // Both have read that `main` has most.
    meet(&mall, WRITE, 2);
    let answers = tokio::join!(one.submit(&quotes.0), other.submit(&quotes.1));
    assert_eq!(
        (answers.0.status, answers.1.status),
        (201, 201),
        "{answers:?}"
    );
    assert_eq!(mall.available("a").await, 1);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_line_is_never_split_over_warehouses() {
    let mall = mall(&[("a", PRICE, 2)]).await;
    receive_in_the_north(&mall, 2).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 3).await;
    assert_eq!(
        json!([quote["lines"][0]["available"], quote["in_stock"]]),
        json!([4, false])
    );
    assert_eq!(
        customer.submit(&quote).await.expect(409).problem_code(),
        "21000"
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn two_attempts_of_one_request_at_the_same_time_place_one_order_and_get_the_same_answer() {
    let mall = mall(&[("a", PRICE, 1)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await;
    meet(&mall, WRITE, 2);
    let (one, other) = tokio::join!(customer.submit(&quote), customer.submit(&quote));
    assert_eq!(one.expect(201).json(), other.expect(201).json());
    assert_eq!(
        (mall.available("a").await, customer.orders().await.len()),
        (0, 1)
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn before_it_says_sold_out_it_looks_whether_another_attempt_of_the_request_took_the_last_piece()
 {
    let mall = mall(&[("a", PRICE, 0)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await;
    mall.receive("r/a", "a", 1).await;
    // The quote knew no warehouse. The first attempt has looked for the order, and reads the stock only after the second has
    // taken it.
    let (gate, seen) = (Arc::new(Barrier::new(2)), AtomicUsize::new(0));
    let held = gate.clone();
    mall.wire().forget();
    mall.wire().on(move |call| {
        let first = call.name() == "Query mall-stock" && seen.fetch_add(1, Ordering::SeqCst) == 0;
        if first {
            Action::Wait(held.clone())
        } else {
            Action::Pass
        }
    });
    let (slow, request) = (customer.clone(), quote.clone());
    let slow = tokio::spawn(async move { slow.submit(&request).await });
    let looked = |call: &Call| call.name() == "GetItem mall-order" && call.status == 200;
    while !mall.wire().calls().0.iter().any(looked) {
        tokio::task::yield_now().await;
    }
    let quick = customer.submit(&quote).await.expect(201);
    gate.wait().await;
    assert_eq!(slow.await.unwrap().expect(201).json(), quick.json());
    assert_eq!(mall.available("a").await, 0);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn an_order_may_have_fifty_lines_and_no_more() {
    let ids: Vec<String> = (0..51).map(|number| format!("sku-{number}")).collect();
    let skus: Vec<_> = ids.iter().map(|id| (id.as_str(), 100_i64, 9_u32)).collect();
    let mall = mall(&skus).await;
    let customer = Customer::of(&mall).await;
    for id in &ids[..50] {
        customer.wants(id, 1).await;
    }
    let quote = customer.quote().await;
    assert_eq!(
        customer.submit(&quote).await.expect(201).json()["lines"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    customer.wants(&ids[50], 1).await;
    assert_eq!(
        customer.try_quote().await.expect(409).problem_code(),
        "12008"
    );
    mall.assert_stock_adds_up().await;
}
