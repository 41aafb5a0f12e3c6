//! What buyers report comes into stock, once.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Mall};

use crate::{NEEDS, claim, done, failed, id_of, merge, need, report, show, taken_on};

#[tokio::test]
async fn a_report_counts_once_in_parts_and_as_a_whole_and_some_needs_may_fail() {
    let mall = Mall::start(&[stock::service]).await;
    let (purchase, needs) = taken_on(&mall).await;
    let first = [done(&needs[0])];
    for _ in 0..2 {
        let answer = report(&mall, &purchase, &first)
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&answer["status"], &answer["open_count"]),
            (&json!("received"), &json!(2))
        );
        assert_eq!(mall.available("a").await, 5);
    }
    let all = [done(&needs[0]), done(&needs[1]), failed(&needs[2])];
    for _ in 0..2 {
        let answer = report(&mall, &purchase, &all)
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&answer["status"], &answer["failed_count"]),
            (&json!("failed"), &json!(1))
        );
    }
    assert_eq!(
        (mall.available("a").await, mall.available("b").await),
        (8, 0)
    );
    let otherwise = report(&mall, &purchase, &[failed(&needs[0])])
        .send()
        .await
        .expect(409);
    assert_eq!(
        (
            otherwise.problem_code().as_str(),
            &otherwise.json()["need_ids"]
        ),
        ("21023", &json!([needs[0]]))
    );
    assert_eq!(mall.available("a").await, 8);
}

#[tokio::test]
async fn twenty_reports_at_once_bring_the_stock_in_once() {
    let mall = Mall::start(&[stock::service]).await;
    let (purchase, needs) = taken_on(&mall).await;
    let all = [done(&needs[0]), done(&needs[1]), done(&needs[2])];
    let answers = join_all((0..20).map(|_| report(&mall, &purchase, &all).send())).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 200 | 503)),
        "{answers:?}"
    );
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(
        (mall.available("a").await, mall.available("b").await),
        (8, 2)
    );
    assert_eq!(show(&mall, &purchase).await["status"], "done");
}

#[tokio::test]
async fn a_report_in_two_transactions_that_breaks_at_any_call_is_done_by_sending_it_again() {
    let mall = Mall::start(&[stock::service]).await;
    let calls = [
        ("GetItem mall-stock", 0),
        ("BatchGetItem mall-stock", 0),
        ("TransactWriteItems mall-stock", 0),
        ("TransactWriteItems mall-stock", 1),
        ("GetItem mall-stock", 1),
    ];
    let mut bought = 0;
    for (call, nth) in calls {
        for action in [
            Action::FailBefore,
            Action::FailAfter,
            Action::DieBefore,
            Action::DieAfter,
            Action::Conflict,
        ] {
            let needs: Vec<String> = join_all((0..40).map(|_| need(&mall, "a", 2))).await;
            let ids: Vec<_> = needs.iter().map(String::as_str).collect();
            let purchase = id_of(&merge(&mall, None, &ids).await.expect(201));
            let _ = claim(&mall, &purchase).await.expect(200);
            let all: Vec<Value> = needs.iter().map(|need| done(need)).collect();
            mall.wire().strike(call, nth, action.clone());
            let broken = report(&mall, &purchase, &all).send_to_the_death().await;
            mall.wire().heal();
            assert!(
                broken.is_none_or(|answer| matches!(answer.status, 200 | 503)),
                "{call} {action:?}"
            );
            let answer = report(&mall, &purchase, &all)
                .send()
                .await
                .expect(200)
                .json();
            assert_eq!(
                (&answer["status"], &answer["open_count"]),
                (&json!("done"), &json!(0))
            );
            bought += 80;
            assert_eq!(mall.available("a").await, bought, "{call} {nth} {action:?}");
        }
    }
}

#[tokio::test]
async fn reports_that_make_no_sense_are_refused_and_change_nothing() {
    let mall = Mall::start(&[stock::service]).await;
    let one = need(&mall, "a", 5).await;
    let purchase = id_of(&merge(&mall, None, &[&one]).await.expect(201));
    let early = report(&mall, &purchase, &[done(&one)])
        .send()
        .await
        .expect(409);
    assert_eq!(early.problem_code(), "21020");
    let _ = claim(&mall, &purchase).await.expect(200);
    let other = need(&mall, "a", 5).await;
    let foreign = report(&mall, &purchase, &[done(&one), done(&other)])
        .send()
        .await
        .expect(409);
    assert_eq!(foreign.problem_code(), "21022");
    let twice = report(&mall, &purchase, &[done(&one), done(&one)])
        .send()
        .await
        .expect(400);
    assert_eq!(twice.pointers(), ["/items/1/need_id"]);
    let silent = json!({ "need_id": one, "outcome": "failed" });
    let silent = report(&mall, &purchase, &[silent]).send().await.expect(400);
    assert_eq!(silent.pointers(), ["/items/0/reason"]);
    assert_eq!(mall.available("a").await, 0);
    let _ = report(&mall, &purchase, &[failed(&one)])
        .send()
        .await
        .expect(200);
    assert_eq!(
        claim(&mall, &purchase).await.expect(409).problem_code(),
        "21021"
    );
}

#[tokio::test]
async fn what_was_not_bought_of_a_need_becomes_a_new_need_once() {
    let mall = Mall::start(&[stock::service]).await;
    let needed = need(&mall, "a", 100).await;
    let purchase = id_of(&merge(&mall, None, &[&needed]).await.expect(201));
    let _ = claim(&mall, &purchase).await.expect(200);
    let some = |pieces: u32| {
        let mut some = done(&needed);
        some["quantity"] = pieces.into();
        [some]
    };
    let more = report(&mall, &purchase, &some(101)).send().await;
    let more = more.expect(409);
    assert_eq!(
        (more.problem_code().as_str(), &more.json()["need_ids"]),
        ("21025", &json!([needed]))
    );
    let mut none = failed(&needed);
    none["quantity"] = 60.into();
    let none = report(&mall, &purchase, &[none]).send().await.expect(400);
    assert_eq!(none.pointers(), ["/items/0/quantity"]);
    // The answer of the first is lost on the way.
    let write = "TransactWriteItems mall-stock";
    mall.wire().strike(write, 0, Action::FailAfter);
    let reports = join_all((0..5).map(|_| report(&mall, &purchase, &some(60)).send())).await;
    mall.wire().heal();
    for answer in reports {
        let ended = answer.expect(200).json();
        assert_eq!(
            (&ended["status"], &ended["needs"][0]["bought"]),
            (&json!("done"), &json!(60))
        );
    }
    assert_eq!(mall.available("a").await, 60);
    let needs = mall.get(&format!("{NEEDS}?status=new")).staff();
    let needs = needs.send().await.expect(200).json();
    let [rest] = &needs["items"].as_array().unwrap()[..] else {
        panic!("one need for the rest: {needs}");
    };
    assert_eq!(
        (&rest["quantity"], &rest["need_id"]),
        (
            &json!(40),
            &show(&mall, &purchase).await["needs"][0]["rest_need_id"]
        )
    );
    let all = report(&mall, &purchase, &[done(&needed)]).send().await;
    assert_eq!(all.expect(409).problem_code(), "21023");
    // It counts as open for its warehouse.
    let rest = rest["need_id"].as_str().unwrap();
    let _ = mall
        .delete(&format!("{NEEDS}/{rest}"))
        .staff()
        .send()
        .await
        .expect(204);
}
