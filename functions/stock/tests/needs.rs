//! A need that is sent again under its key is one need.
#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Answer, Mall, Request};

const NEEDS: &str = "/api/stock/admin/purchase-needs";

fn pieces(quantity: u32) -> Value {
    json!({ "sku_id": "a", "warehouse_id": "main", "quantity": quantity })
}

fn need<'m>(mall: &'m Mall, key: &str, quantity: u32) -> Request<'m> {
    let request = mall.post(NEEDS).staff().json(&pieces(quantity));
    request.header("idempotency-key", key)
}

fn id_of(answer: &Answer) -> String {
    answer.json()["need_id"].as_str().unwrap().to_owned()
}

/// The ids of all needs.
async fn all(mall: &Mall) -> Vec<String> {
    let list = mall.get(NEEDS).staff().send().await.expect(200).json();
    let items = list["items"].as_array().unwrap();
    let id = |item: &Value| item["need_id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

#[tokio::test]
async fn a_need_that_is_sent_twice_is_one_need_and_its_repeat_is_answered_as_it_was() {
    let mall = Mall::start(&[stock::service]).await;
    let first = need(&mall, "morning 1", 5).send().await.expect(201);
    mall.clock().advance(std::time::Duration::from_secs(60));
    let merge = json!({ "need_ids": [id_of(&first)] });
    let merge = mall.post("/api/stock/admin/purchases").staff().json(&merge);
    let _ = merge.send().await.expect(201);
    let second = need(&mall, "morning 1", 5).send().await.expect(201);
    assert_eq!(first.json(), second.json());
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(all(&mall).await, [id_of(&first)]);
}

#[tokio::test]
async fn another_need_under_the_same_key_is_refused_and_nothing_is_written() {
    let mall = Mall::start(&[stock::service]).await;
    let first = need(&mall, "1", 5).send().await.expect(201);
    let other = need(&mall, "1", 6).send().await.expect(422);
    assert_eq!(other.problem_code(), "21024");
    assert_eq!(other.json()["known"], first.json());
    assert_eq!(all(&mall).await, [id_of(&first)]);
}

#[tokio::test]
async fn another_key_another_person_or_no_key_is_another_need() {
    let mall = Mall::start(&[stock::service]).await;
    let _ = need(&mall, "1", 5).send().await.expect(201);
    let _ = need(&mall, "2", 5).send().await.expect(201);
    let colleague = mall.post(NEEDS).staff_with(&["stock:*"]);
    let colleague = colleague.json(&pieces(6)).header("idempotency-key", "1");
    let _ = colleague.send().await.expect(201);
    for _ in 0..2 {
        let without = mall.post(NEEDS).staff().json(&pieces(5));
        let _ = without.send().await.expect(201);
    }
    assert_eq!(all(&mall).await.len(), 5);
}

#[tokio::test]
async fn twenty_of_the_same_need_at_once_are_one() {
    let mall = Mall::start(&[stock::service]).await;
    let answers = join_all((0..20).map(|_| need(&mall, "1", 5).send())).await;
    let known = all(&mall).await;
    assert_eq!(known.len(), 1);
    for answer in answers {
        assert_eq!(id_of(&answer.expect(201)), known[0]);
    }
}

#[tokio::test]
async fn a_need_whose_any_call_breaks_is_one_after_its_repeat() {
    let clean = Mall::start(&[stock::service]).await;
    clean.wire().forget();
    let _ = need(&clean, "1", 5).send().await.expect(201);
    let strikes = clean.wire().strikes().into_iter();
    let strikes: Vec<_> = strikes
        .filter(|(name, _)| name.ends_with("mall-stock"))
        .collect();
    // The key, the warehouse, which is made, the need.
    assert_eq!(strikes.len(), 4, "{strikes:?}");
    for (name, nth) in strikes {
        for action in [
            Action::FailBefore,
            Action::FailAfter,
            Action::DieBefore,
            Action::DieAfter,
            Action::Conflict,
        ] {
            if matches!(action, Action::Conflict) && !name.starts_with("Transact") {
                continue;
            }
            let mall = Mall::start(&[stock::service]).await;
            mall.wire().strike(&name, nth, action.clone());
            let broken = need(&mall, "1", 5).send_to_the_death().await;
            assert!(
                broken.is_none_or(|answer| matches!(answer.status, 201 | 503)),
                "{name} {nth} {action:?}"
            );
            mall.wire().heal();
            let again = need(&mall, "1", 5).send().await.expect(201);
            assert_eq!(all(&mall).await, [id_of(&again)], "{name} {nth} {action:?}");
        }
    }
}

#[tokio::test]
async fn a_need_whose_answer_is_lost_on_the_way_is_written_once_and_removed_once() {
    let mall = Mall::start(&[stock::service]).await;
    let write = "TransactWriteItems mall-stock";
    mall.wire().strike(write, 0, Action::FailAfter);
    let without = mall.post(NEEDS).staff().json(&pieces(5));
    let added = without.send().await.expect(201);
    mall.wire().heal();
    assert_eq!(all(&mall).await, [id_of(&added)]);
    mall.wire().strike(write, 0, Action::FailAfter);
    let location = added.header("location").unwrap();
    let _ = mall.delete(location).staff().send().await.expect(204);
    mall.wire().heal();
    assert!(all(&mall).await.is_empty());
    let _ = mall.delete(location).staff().send().await.expect(404);
}

#[tokio::test]
async fn the_repeat_of_a_need_that_was_removed_with_its_warehouse_writes_nothing() {
    let mall = Mall::start(&[stock::service]).await;
    let first = need(&mall, "1", 5).send().await.expect(201);
    let location = first.header("location").unwrap();
    let _ = mall.delete(location).staff().send().await.expect(204);
    let main = mall.delete("/api/stock/admin/warehouses/main").staff();
    let _ = main.send().await.expect(204);
    mall.wire().forget();
    let again = need(&mall, "1", 5).send().await.expect(201);
    assert_eq!(again.json(), first.json());
    let calls = mall.wire().calls().without("mall-session");
    assert_eq!(calls.names(), ["GetItem mall-stock"]);
    assert!(all(&mall).await.is_empty());
}

#[tokio::test]
async fn a_key_that_is_too_long_or_no_text_is_refused() {
    let mall = Mall::start(&[stock::service]).await;
    let _ = need(&mall, &"k".repeat(255), 5).send().await.expect(201);
    for key in ["k".repeat(256), "钥匙".to_owned()] {
        let refused = need(&mall, &key, 5).send().await.expect(400);
        assert_eq!(refused.pointers(), ["Idempotency-Key"]);
    }
    assert_eq!(all(&mall).await.len(), 1);
}
