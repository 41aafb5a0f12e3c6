//! A guest's cart goes into the member's: nothing is lost, nothing counts twice, wherever it breaks and however often it is done.

use std::{sync::Arc, time::Duration};

use crate::support::{CART, GUEST, ITEMS, Who, lines, mall, quantities};
use futures::future::join_all;
use serde_json::json;
use testkit::{Action, Call, Mall, Request};
use tokio::sync::Barrier;

type MakeRequest = fn(&Mall) -> Request<'_>;

const MERGE: &str = "TransactWriteItems mall-cart";
const PUT: &str = "PutItem mall-cart";

/// A member with 1 of `a` and 2 of `b`, who carries the key of a guest with 3 of `b` and 4 of `c`.
async fn before_the_merge(mall: &Mall) -> (Who, Who, Who) {
    let member = Who::member(mall).await;
    member.add(mall, "a", 1).await;
    member.add(mall, "b", 2).await;
    let guest = Who::guest(mall, &[("b", 3), ("c", 4)]).await;
    let both = member.carrying(&guest);
    (member, guest, both)
}

/// Returns when a call of this name has come to the wire.
async fn has_come(mall: &Mall, name: &str) {
    let seen = async {
        while !mall
            .wire()
            .calls()
            .names()
            .iter()
            .any(|known| known == name)
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen)
        .await
        .unwrap();
}

async fn assert_merged_once(mall: &Mall, member: &Who, guest: &Who, context: &str) {
    assert_eq!(
        member.quantities(mall).await,
        lines(&[("a", 1), ("b", 5), ("c", 4)]),
        "{context}"
    );
    assert_eq!(guest.quantities(mall).await, lines(&[]), "{context}");
}

#[tokio::test]
async fn quantities_are_summed_and_the_cookie_is_taken_back() {
    let mall = mall().await;
    let (member, guest, both) = before_the_merge(&mall).await;
    let cart = both.cart(&mall).await;
    assert_eq!(quantities(&cart), lines(&[("a", 1), ("b", 5), ("c", 4)]));
    assert_eq!(cart.cookie(GUEST), Some(String::new()));
    assert_merged_once(&mall, &member, &guest, "").await;
    // The answer was lost, so the browser still carries the key.
    let again = both.cart(&mall).await;
    assert_eq!(again.cookie(GUEST), Some(String::new()));
    assert_merged_once(&mall, &member, &guest, "").await;
}

#[tokio::test]
async fn every_operation_of_a_member_who_carries_a_guest_key_merges_first() {
    let requests: [MakeRequest; 5] = [
        |mall| mall.get(CART),
        |mall| {
            mall.post(ITEMS)
                .json(&json!({ "sku_id": "b", "quantity": 1 }))
        },
        |mall| {
            mall.patch("/api/cart/items/c")
                .json(&json!({ "quantity": 9 }))
        },
        |mall| mall.delete("/api/cart/items/c"),
        |mall| mall.delete("/api/cart/items?checked=true"),
    ];
    let expected = [
        lines(&[("a", 1), ("b", 5), ("c", 4)]),
        lines(&[("a", 1), ("b", 6), ("c", 4)]),
        lines(&[("a", 1), ("b", 5), ("c", 9)]),
        lines(&[("a", 1), ("b", 5)]),
        lines(&[]),
    ];
    for (request, expected) in requests.iter().zip(expected) {
        let mall = mall().await;
        let (member, guest, both) = before_the_merge(&mall).await;
        let answer = both.sends(request(&mall)).send().await;
        assert!(answer.status < 300, "{answer:?}");
        assert_eq!(answer.cookie(GUEST), Some(String::new()), "{answer:?}");
        assert_eq!(member.quantities(&mall).await, expected);
        assert_eq!(guest.quantities(&mall).await, lines(&[]));
    }
}

#[tokio::test]
async fn a_member_without_a_cart_takes_the_guests() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 2)]).await;
    guest
        .change(&mall, "a", json!({ "checked": false }))
        .await
        .expect(200);
    let member = Who::member(&mall).await;
    let cart = member.carrying(&guest).cart(&mall).await.json();
    assert_eq!(
        [&cart["items"][0]["quantity"], &cart["items"][0]["checked"]],
        [&json!(2), &json!(false)]
    );
}

#[tokio::test]
async fn a_merge_whose_every_call_breaks_once_is_done_once_after_the_repeat() {
    let requests: [(&str, MakeRequest); 2] = [
        ("show-cart", |mall| mall.get(CART)),
        // Sets what the merge brings, so that a repeat of it cannot be told from the first.
        ("change-cart-item", |mall| {
            mall.patch("/api/cart/items/c")
                .json(&json!({ "quantity": 4 }))
        }),
    ];
    for (operation, request) in requests {
        let clean = mall().await;
        let (.., both) = before_the_merge(&clean).await;
        clean.wire().forget();
        both.sends(request(&clean)).send().await.expect(200);
        let strikes = clean.wire().strikes();
        assert!(strikes.iter().any(|(name, _)| name == MERGE), "{strikes:?}");
        println!("{operation}: {strikes:?}");
        for (name, nth) in strikes {
            for action in [
                Action::FailBefore,
                Action::FailAfter,
                Action::DieBefore,
                Action::DieAfter,
            ] {
                let context = format!("{operation}: {name} {nth} {action:?}");
                let mall = mall().await;
                let (member, guest, both) = before_the_merge(&mall).await;
                mall.wire().strike(&name, nth, action.clone());
                let broken = both.sends(request(&mall)).send_to_the_death().await;
                assert!(
                    broken.is_none_or(|answer| answer.status == 503),
                    "{context}"
                );
                mall.wire().heal();
                both.sends(request(&mall)).send().await.expect(200);
                assert_merged_once(&mall, &member, &guest, &context).await;
            }
        }
    }
}

#[tokio::test]
async fn two_merges_that_both_have_read_before_either_writes_merge_once() {
    let mall = mall().await;
    let (member, guest, both) = before_the_merge(&mall).await;
    let barrier = Arc::new(Barrier::new(2));
    mall.wire().on(move |call| {
        if call.name() == MERGE {
            Action::Wait(Arc::clone(&barrier))
        } else {
            Action::Pass
        }
    });
    let carts = join_all((0..2).map(|_| both.cart(&mall))).await;
    for cart in carts {
        assert_eq!(quantities(&cart), lines(&[("a", 1), ("b", 5), ("c", 4)]));
    }
    mall.wire().heal();
    assert_merged_once(&mall, &member, &guest, "").await;
}

#[tokio::test]
async fn twenty_merges_at_once_merge_once() {
    let mall = mall().await;
    let (member, guest, both) = before_the_merge(&mall).await;
    let answers = join_all((0..20).map(|_| both.sends(mall.get(CART)).send())).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 200 | 503)),
        "{answers:?}"
    );
    assert_merged_once(&mall, &member, &guest, "").await;
}

#[tokio::test]
async fn a_change_of_either_cart_between_read_and_merge_is_kept() {
    for by_guest in [false, true] {
        let mall = mall().await;
        let (member, guest, both) = before_the_merge(&mall).await;
        let barrier = Arc::new(Barrier::new(2));
        mall.wire()
            .strike(MERGE, 0, Action::Wait(Arc::clone(&barrier)));
        mall.wire().forget();
        let change = async {
            has_come(&mall, MERGE).await;
            let who = if by_guest { &guest } else { &member };
            who.add(&mall, "b", 4).await;
            barrier.wait().await;
        };
        let (cart, ()) = futures::future::join(both.cart(&mall), change).await;
        assert_eq!(
            quantities(&cart),
            lines(&[("a", 1), ("b", 9), ("c", 4)]),
            "by guest: {by_guest}"
        );
        assert_eq!(
            guest.quantities(&mall).await,
            lines(&[]),
            "by guest: {by_guest}"
        );
    }
}

#[tokio::test]
async fn what_a_guest_adds_while_the_merge_goes_on_is_merged_at_the_next_request() {
    let mall = mall().await;
    let (member, guest, both) = before_the_merge(&mall).await;
    let barrier = Arc::new(Barrier::new(2));
    let held = Arc::clone(&barrier);
    mall.wire().strike(PUT, 0, Action::Wait(held));
    mall.wire().forget();
    let merge = async {
        has_come(&mall, PUT).await;
        let cart = both.cart(&mall).await;
        barrier.wait().await;
        cart
    };
    let (added, merged) = futures::future::join(guest.add(&mall, "a", 1), merge).await;
    // The write came from the cart as it was before the merge: it is decided anew, and its answer brings the key back.
    assert_eq!(quantities(&merged)["b"], 5);
    assert_eq!(
        (added.cookie(GUEST), added.status),
        (guest.guest.clone(), 201)
    );
    let next = both.cart(&mall).await;
    assert_eq!(quantities(&next), lines(&[("a", 2), ("b", 5), ("c", 4)]));
    assert_eq!(member.quantities(&mall).await, quantities(&next));
    assert_eq!(guest.quantities(&mall).await, lines(&[]));
}

#[tokio::test]
async fn a_conflict_is_tried_again_and_many_are_answered_as_busy() {
    let mall = mall().await;
    let (member, guest, both) = before_the_merge(&mall).await;
    mall.wire().on(|_| Action::Conflict);
    let busy = both.sends(mall.get(CART)).send().await.expect(503);
    assert_eq!(
        (busy.problem_code().as_str(), busy.header("retry-after")),
        ("10004", Some("1"))
    );
    mall.wire().heal();
    assert_eq!(guest.quantities(&mall).await, lines(&[("b", 3), ("c", 4)]));
    mall.wire().strike(MERGE, 0, Action::Conflict);
    both.cart(&mall).await;
    assert_merged_once(&mall, &member, &guest, "").await;
}

#[tokio::test]
async fn a_conflict_beside_a_failed_condition_is_tried_again() {
    let mall = mall().await;
    let (member, guest, both) = before_the_merge(&mall).await;
    let reasons = json!([
        { "Code": "TransactionConflict" },
        { "Code": "ConditionalCheckFailed", "Item": { "rev": { "S": "other" }, "lines": { "L": [] } } },
    ]);
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled", "CancellationReasons": reasons,
    });
    mall.wire().strike(MERGE, 0, Action::Answer(400, body));
    both.cart(&mall).await;
    assert_merged_once(&mall, &member, &guest, "").await;
}

#[tokio::test]
async fn a_full_cart_takes_in_another_and_the_next_one_waits_for_room() {
    let mall = mall().await;
    let ids: Vec<String> = (0..300).map(|number| format!("s{number}")).collect();
    let skus: Vec<(&str, i64, u32)> = ids.iter().map(|id| (id.as_str(), 1, 0)).collect();
    for part in skus.chunks(90) {
        mall.put_on_sale(part).await;
    }
    let mut guests = Vec::new();
    for part in ids.chunks(100) {
        guests.push(
            Who::guest(
                &mall,
                &part.iter().map(|id| (id.as_str(), 1)).collect::<Vec<_>>(),
            )
            .await,
        );
    }
    let member = Who::member(&mall).await;
    for (guest, expected) in guests.iter().zip([100, 200, 200]) {
        let cart = member.carrying(guest).cart(&mall).await;
        assert_eq!(quantities(&cart).len(), expected);
    }
    let waiting = member.carrying(&guests[2]).cart(&mall).await;
    assert_eq!(waiting.cookie(GUEST), None);
    assert_eq!(guests[2].quantities(&mall).await.len(), 100);
    member
        .sends(mall.delete("/api/cart/items?checked=true"))
        .send()
        .await
        .expect(204);
    assert_eq!(
        member.carrying(&guests[2]).quantities(&mall).await.len(),
        100
    );
    assert_eq!(guests[2].quantities(&mall).await.len(), 0);
}

#[tokio::test]
async fn a_merge_costs_four_write_units_and_one_stage_more() {
    let mall = mall().await;
    let (.., both) = before_the_merge(&mall).await;
    mall.wire().watch_stages();
    both.cart(&mall).await;
    let calls = mall.wire().calls().without("mall-session");
    assert_eq!(
        (calls.write_units(), calls.stages()),
        (4, 3),
        "{:?}",
        calls.names()
    );
    let writes: Vec<_> = calls
        .0
        .iter()
        .filter(|call: &&Call| call.half_write_units > 0)
        .map(Call::name)
        .collect();
    assert_eq!(writes, [MERGE]);
}
