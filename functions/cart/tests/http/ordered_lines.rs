//! What was ordered goes from the cart, once the order is there, and only as it was ordered.

use std::time::Duration;

use crate::support::{Who, lines, mall, member_id};
use cart::{Carts, CheckedLine, OrderedCartLine, RemoveOrderedLines};
use kernel::{MemberId, QuoteId};
use serde_json::{Value, json};
use testkit::{Action, Mall};

const QUEUE: &str = "remove-ordered-lines";
const ORDER: &str = "GetItem mall-order";

/// What the order table says about every order.
fn orders_are(mall: &Mall, item: Option<Value>) {
    let answer = item.map_or_else(|| json!({}), |item| json!({ "Item": item }));
    mall.wire().on(move |call| {
        if call.name() == ORDER {
            Action::Answer(200, answer.clone())
        } else {
            Action::Pass
        }
    });
}

fn status(status: &str) -> Option<Value> {
    Some(json!({ "status": { "S": status } }))
}

async fn checked(mall: &Mall, member: &MemberId) -> Vec<CheckedLine> {
    Carts::from_env(&mall.boot("show-cart"))
        .unwrap()
        .checked(member)
        .await
        .unwrap()
}

/// The message about an order of all that is checked.
async fn ordered(mall: &Mall, member: &MemberId) -> Value {
    let of = |line: CheckedLine| OrderedCartLine {
        sku_id: line.sku_id,
        rev: line.rev,
    };
    let quote_id = QuoteId::generate(mall.now());
    let message = RemoveOrderedLines {
        order_sn: format!("{quote_id}{member}"),
        member_id: member.clone(),
        quote_id,
        lines: checked(mall, member).await.into_iter().map(of).collect(),
        tries: 0,
    };
    serde_json::to_value(message).unwrap()
}

async fn member_with(mall: &Mall, lines: &[(&str, u32)]) -> (MemberId, Who) {
    let id = member_id();
    let who = Who::this_member(mall, &id).await;
    for (sku, quantity) in lines {
        who.add(mall, sku, *quantity).await;
    }
    (id, who)
}

#[tokio::test]
async fn the_checked_lines_are_known_to_the_services_above() {
    let mall = mall().await;
    let (id, who) = member_with(&mall, &[("b", 2), ("a", 1), ("c", 1)]).await;
    who.change(&mall, "a", json!({ "checked": false }))
        .await
        .expect(200);
    mall.wire().watch_stages();
    let found: Vec<_> = checked(&mall, &id)
        .await
        .iter()
        .map(|line| (line.sku_id.to_string(), line.quantity.get()))
        .collect();
    assert_eq!(found, [("b".to_owned(), 2), ("c".to_owned(), 1)]);
    assert_eq!(mall.wire().calls().names(), ["GetItem mall-cart"]);
    assert!(checked(&mall, &member_id()).await.is_empty());
}

#[tokio::test]
async fn ordered_lines_go_and_those_changed_or_added_since_stay() {
    let mall = mall().await;
    let (id, who) = member_with(&mall, &[("a", 1), ("b", 1)]).await;
    let message = ordered(&mall, &id).await;
    who.add(&mall, "c", 1).await;
    who.change(&mall, "b", json!({ "quantity": 2 }))
        .await
        .expect(200);
    for state in ["unpaid", "paid", "closed"] {
        orders_are(&mall, status(state));
        assert!(mall.handle(QUEUE, &message).await, "{state}");
        assert_eq!(
            who.quantities(&mall).await,
            lines(&[("b", 2), ("c", 1)]),
            "{state}"
        );
    }
    // The same SKU, wanted again after it was ordered.
    who.add(&mall, "a", 5).await;
    assert!(mall.handle(QUEUE, &message).await);
    assert_eq!(
        who.quantities(&mall).await,
        lines(&[("a", 5), ("b", 2), ("c", 1)])
    );
    assert!(mall.waiting(QUEUE).is_empty());
}

#[tokio::test]
async fn while_the_order_is_not_there_the_message_waits_and_then_it_is_dropped() {
    for absent in [None, status("void")] {
        let mall = mall().await;
        let (id, who) = member_with(&mall, &[("a", 1)]).await;
        let message = ordered(&mall, &id).await;
        orders_are(&mall, absent);
        assert!(mall.handle(QUEUE, &message).await);
        for (tries, seconds) in [(1, 5), (2, 15), (3, 60), (4, 300)] {
            let waiting = mall.waiting(QUEUE);
            assert_eq!(waiting.len(), 1);
            assert_eq!(
                (&waiting[0].message["tries"], waiting[0].delay),
                (&json!(tries), Duration::from_secs(seconds))
            );
            assert_eq!(waiting[0].message["lines"], message["lines"]);
            assert_eq!(mall.deliver(QUEUE).await, 1);
        }
        assert!(mall.waiting(QUEUE).is_empty());
        assert_eq!(who.quantities(&mall).await, lines(&[("a", 1)]));
    }
}

#[tokio::test]
async fn an_order_that_comes_late_takes_its_lines_all_the_same() {
    let mall = mall().await;
    let (id, who) = member_with(&mall, &[("a", 1), ("b", 1)]).await;
    let message = ordered(&mall, &id).await;
    orders_are(&mall, None);
    assert!(mall.handle(QUEUE, &message).await);
    orders_are(&mall, status("unpaid"));
    assert_eq!(mall.deliver_times(QUEUE, 2).await, 1);
    assert_eq!(who.quantities(&mall).await, lines(&[]));
}

#[tokio::test]
async fn it_costs_one_write_unit_at_most_and_two_stages() {
    let mall = mall().await;
    let (id, _) = member_with(&mall, &[("a", 1), ("b", 1), ("c", 1)]).await;
    let message = ordered(&mall, &id).await;
    orders_are(&mall, status("unpaid"));
    for (units, stages) in [(1, 2), (0, 1)] {
        mall.wire().watch_stages();
        assert!(mall.handle(QUEUE, &message).await);
        let calls = mall.wire().calls();
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (units, stages),
            "{:?}",
            calls.names()
        );
    }
}

#[tokio::test]
async fn a_message_whose_every_call_breaks_once_works_when_it_comes_again() {
    for (name, absent) in [
        (ORDER, false),
        ("GetItem mall-cart", false),
        ("PutItem mall-cart", false),
        ("SendMessage mall-remove-ordered-lines", true),
    ] {
        for action in [Action::FailBefore, Action::FailAfter] {
            let mall = mall().await;
            let (id, who) = member_with(&mall, &[("a", 1)]).await;
            let message = ordered(&mall, &id).await;
            let item = if absent {
                json!({})
            } else {
                json!({ "Item": status("unpaid") })
            };
            let broken = action.clone();
            mall.wire().on(move |call| match call.name() {
                struck if struck == name && name == ORDER => Action::FailBefore,
                struck if struck == name => broken.clone(),
                order if order == ORDER => Action::Answer(200, item.clone()),
                _ => Action::Pass,
            });
            assert!(!mall.handle(QUEUE, &message).await, "{name} {action:?}");
            orders_are(&mall, status("unpaid"));
            assert!(mall.handle(QUEUE, &message).await, "{name} {action:?}");
            mall.deliver(QUEUE).await;
            assert_eq!(who.quantities(&mall).await, lines(&[]), "{name} {action:?}");
        }
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_stays_in_its_queue() {
    let mall = mall().await;
    assert!(!mall.handle(QUEUE, &json!({ "order": 1 })).await);
}
