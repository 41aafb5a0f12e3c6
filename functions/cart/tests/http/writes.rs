//! What a write of a cart costs, and what becomes of two at once and of one that is repeated on the way.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Who, lines, mall};
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Call};

const PUT: &str = "PutItem mall-cart";

/// Write units, stages and half read units after the session read.
fn cost(mall: &testkit::Mall) -> (u64, usize, u64) {
    let calls = mall.wire().calls().without("mall-session");
    (calls.write_units(), calls.stages(), calls.half_read_units())
}

#[tokio::test]
async fn what_is_added_to_a_cart_that_was_read_too_early_joins_what_is_in_it() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    let member = Who::member(&mall).await;
    member.add(&mall, "a", 1).await;
    for who in [member, guest] {
        // As if the first addition had not reached the replica that is asked.
        mall.wire()
            .strike("GetItem mall-cart", 0, Action::Answer(200, json!({})));
        who.add(&mall, "b", 2).await;
        mall.wire().heal();
        assert_eq!(who.quantities(&mall).await, lines(&[("a", 1), ("b", 2)]));
    }
}

#[tokio::test]
async fn adding_and_editing_cost_one_write_unit_and_two_stages_and_reading_two_stages() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    for (sku, lines) in [("a", 1), ("b", 2), ("c", 3)] {
        mall.wire().watch_stages();
        member.add(&mall, sku, 1).await;
        // Cart and SKU one half each: the write finds out whether the cart was read too early.
        assert_eq!(cost(&mall), (1, 2, 2), "{sku}");
        mall.wire().watch_stages();
        member
            .change(&mall, sku, json!({ "quantity": 2 }))
            .await
            .expect(200);
        // A consistent read of the cart is 2 halves, the SKU 1.
        assert_eq!(cost(&mall), (1, 2, 3), "{sku}");
        mall.wire().watch_stages();
        member.cart(&mall).await;
        // The cart 2 halves; each line one for its SKU and one for its stock.
        assert_eq!(cost(&mall), (0, 2, 2 + 2 * lines), "{sku}");
    }
    mall.wire().watch_stages();
    member.remove(&mall, "a").await.expect(204);
    assert_eq!(cost(&mall), (1, 2, 2));
    mall.wire().watch_stages();
    member.remove(&mall, "a").await.expect(204);
    assert_eq!(cost(&mall), (0, 1, 2));
    mall.wire().watch_stages();
    member
        .change(&mall, "b", json!({ "quantity": 2 }))
        .await
        .expect(200);
    assert_eq!(cost(&mall), (0, 1, 3));
    mall.wire().watch_stages();
    member
        .sends(mall.delete("/api/cart/items?checked=true"))
        .send()
        .await
        .expect(204);
    assert_eq!(cost(&mall), (1, 2, 2));
}

#[tokio::test]
async fn a_change_of_ten_lines_with_long_ids_still_costs_one_write_unit() {
    let mall = mall().await;
    let ids: Vec<String> = (0..10).map(|number| format!("{number:0>48}")).collect();
    let skus: Vec<(&str, i64, u32)> = ids
        .iter()
        .map(|id| (id.as_str(), 10_000_000_000, 0))
        .collect();
    mall.put_on_sale(&skus).await;
    let guest = Who::guest(
        &mall,
        &ids.iter().map(|id| (id.as_str(), 998)).collect::<Vec<_>>(),
    )
    .await;
    mall.wire().watch_stages();
    guest.add(&mall, &ids[9], 1).await.expect(200);
    assert_eq!(cost(&mall).0, 1);
}

#[tokio::test]
async fn adds_at_the_same_time_all_count() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    join_all((0..6).map(|_| member.add(&mall, "b", 1))).await;
    join_all(["a", "b", "c"].map(|sku| member.add(&mall, sku, 1))).await;
    assert_eq!(
        member.quantities(&mall).await,
        lines(&[("a", 1), ("b", 7), ("c", 1)])
    );
}

/// What the store answers when the cart is this one, and not the one that was read.
fn found_instead(item: Value) -> Action {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed", "Item": item,
    });
    Action::Answer(400, body)
}

#[tokio::test]
async fn a_write_that_finds_itself_in_the_table_is_done_even_when_others_wrote_since() {
    let itself = |call: &Call| call.request["Item"].clone();
    let since = |call: &Call| {
        let mut item = call.request["Item"].clone();
        item["rev"] = json!({ "S": "another" });
        item
    };
    let found: [fn(&Call) -> Value; 2] = [itself, since];
    for found in found {
        let mall = mall().await;
        let member = Who::member(&mall).await;
        mall.wire().on(move |call| {
            if call.name() == PUT {
                found_instead(found(call))
            } else {
                Action::Pass
            }
        });
        mall.wire().forget();
        assert_eq!(
            member.add(&mall, "a", 2).await.expect(201).json()["quantity"],
            2
        );
        let puts = mall
            .wire()
            .calls()
            .names()
            .iter()
            .filter(|name| *name == PUT)
            .count();
        assert_eq!(puts, 1);
    }
}

#[tokio::test]
async fn a_write_that_finds_another_cart_is_decided_anew_for_that_one() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    member.add(&mall, "a", 2).await;
    let seen = AtomicUsize::new(0);
    // The other cart holds 998 already: what would have been 3 is now 999, which is allowed, and one more is not.
    mall.wire().on(move |call| {
        if call.name() != PUT || seen.fetch_add(1, Ordering::SeqCst) > 0 {
            return Action::Pass;
        }
        let mut item = call.request["Item"].clone();
        item["rev"] = json!({ "S": "another" });
        item["lines"]["L"][0]["M"]["q"] = json!({ "N": "998" });
        item["lines"]["L"][0]["M"]["r"] = json!({ "S": "another" });
        found_instead(item)
    });
    let refused = member.try_add(&mall, "a", 2).await.expect(409);
    assert_eq!(refused.problem_code(), "13003");
}

#[tokio::test]
async fn a_write_that_others_always_forestall_ends_as_busy() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    mall.wire().forget();
    let other = json!({ "rev": { "S": "another" }, "lines": { "L": [] } });
    mall.wire().on(move |call| {
        if call.name() == PUT {
            found_instead(other.clone())
        } else {
            Action::Pass
        }
    });
    let busy = member.try_add(&mall, "a", 1).await.expect(503);
    assert_eq!(
        (busy.problem_code().as_str(), busy.header("retry-after")),
        ("10004", Some("1"))
    );
    let puts = mall
        .wire()
        .calls()
        .names()
        .iter()
        .filter(|name| *name == PUT)
        .count();
    assert_eq!(puts, 8);
}

#[tokio::test]
async fn a_set_whose_every_call_breaks_once_is_as_wanted_after_its_repeat() {
    for name in [
        "GetItem mall-session",
        "GetItem mall-cart",
        "BatchGetItem mall-catalog",
        PUT,
    ] {
        for action in [
            Action::FailBefore,
            Action::FailAfter,
            Action::DieBefore,
            Action::DieAfter,
        ] {
            let mall = mall().await;
            let member = Who::member(&mall).await;
            member.add(&mall, "a", 1).await;
            mall.wire().strike(name, 0, action.clone());
            let request = member
                .sends(mall.patch("/api/cart/items/a"))
                .json(&json!({ "quantity": 4 }));
            let broken = request.clone().send_to_the_death().await;
            assert!(
                broken.is_none_or(|answer| answer.status == 503),
                "{name} {action:?}"
            );
            mall.wire().heal();
            request.send().await.expect(200);
            assert_eq!(
                member.quantities(&mall).await,
                lines(&[("a", 4)]),
                "{name} {action:?}"
            );
        }
    }
}
