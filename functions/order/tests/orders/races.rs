//! Many customers, few goods.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::{StreamExt, future::join_all, stream};
use serde_json::Value;
use testkit::{Action, Answer, Mall};
use tokio::sync::Barrier;

use crate::shop::{Customer, PRICE, let_time_pass, mall, sn_of};

/// So many customers, each with a quote for one piece of SKU `a`.
async fn shoppers(mall: &Mall, count: usize) -> Vec<(Customer, Value)> {
    stream::iter(0..count)
        .map(|_| async move {
            let customer = Customer::of(mall).await;
            let quote = customer.quote_of("a", 1).await;
            (customer, quote)
        })
        .buffer_unordered(16)
        .collect()
        .await
}

/// Places an order, and again as long as the mall says that it is busy.
async fn insist(customer: &Customer, quote: &Value) -> Answer {
    loop {
        let answer = customer.submit(quote).await;
        if answer.status != 503 {
            return answer;
        }
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
}

/// Exactly `pieces` of the shoppers have an order, every other was told that there is no more, and the stock is 0; after
/// half of the orders are cancelled and the rest closed, all of it is back.
async fn check(mall: &Mall, shoppers: &[(Customer, Value)], answers: &[Answer], pieces: usize) {
    let placed: Vec<_> = shoppers
        .iter()
        .zip(answers)
        .filter(|(_, answer)| answer.status == 201)
        .collect();
    assert_eq!(placed.len(), pieces);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (409, "21000")
        );
    }
    let orders: Vec<_> = join_all(shoppers.iter().map(|(customer, _)| customer.orders())).await;
    assert_eq!(orders.iter().map(Vec::len).sum::<usize>(), pieces);
    assert_eq!(mall.available("a").await, 0);
    mall.assert_stock_adds_up().await;
    for ((customer, _), answer) in placed.iter().take(pieces / 2) {
        let _ = customer.cancel(&sn_of(answer)).await.expect(200);
    }
    let_time_pass(mall).await;
    assert_eq!(mall.available("a").await, pieces as u64);
}

#[tokio::test]
async fn two_hundred_submits_for_the_last_hundred_pieces_place_a_hundred_orders() {
    let mall = mall(&[("a", PRICE, 100)]).await;
    let shoppers = shoppers(&mall, 200).await;
    let answers = join_all(
        shoppers
            .iter()
            .map(|(customer, quote)| insist(customer, quote)),
    )
    .await;
    check(&mall, &shoppers, &answers, 100).await;
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn with_a_fifth_of_all_transactions_in_conflict_not_one_piece_is_sold_twice_or_lost() {
    let mall = mall(&[("a", PRICE, 40)]).await;
    let shoppers = shoppers(&mall, 80).await;
    let written = AtomicUsize::new(0);
    mall.wire().on(move |call| {
        let write = call.operation == "TransactWriteItems";
        if write && written.fetch_add(1, Ordering::SeqCst).is_multiple_of(5) {
            Action::Conflict
        } else {
            Action::Pass
        }
    });
    let answers = join_all(
        shoppers
            .iter()
            .map(|(customer, quote)| insist(customer, quote)),
    )
    .await;
    mall.wire().heal();
    check(&mall, &shoppers, &answers, 40).await;
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn when_all_have_read_before_anyone_writes_the_pieces_still_go_to_as_many_as_there_are() {
    let mall = mall(&[("a", PRICE, 12)]).await;
    let shoppers = shoppers(&mall, 24).await;
    let (barrier, written) = (Arc::new(Barrier::new(24)), AtomicUsize::new(0));
    mall.wire().on(move |call| {
        let first =
            call.operation == "TransactWriteItems" && written.fetch_add(1, Ordering::SeqCst) < 24;
        if first {
            Action::Wait(barrier.clone())
        } else {
            Action::Pass
        }
    });
    let answers = join_all(
        shoppers
            .iter()
            .map(|(customer, quote)| insist(customer, quote)),
    )
    .await;
    mall.wire().heal();
    check(&mall, &shoppers, &answers, 12).await;
    mall.assert_stock_adds_up().await;
}
