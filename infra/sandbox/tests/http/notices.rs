//! What the merchant's server is told, and how often.

use std::time::Duration;

use crate::support::{APP_ID, Order, Receiver, SELLER_ID, World, is_signed, options};

#[tokio::test]
async fn paying_sends_one_notice_with_every_field_signed_by_the_sandbox() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let mut receiver = Receiver::start(&[]).await;
    let order = Order::new("A1").notifying(&receiver);
    let trade_no = world.open_page(order).await;
    world.press(&trade_no, "pay").await;

    let notice = receiver.notice().await;
    assert!(is_signed(&notice, world.sandbox.public_key()));
    let names: Vec<&str> = notice.keys().map(String::as_str).collect();
    let expected = "app_id auth_app_id body buyer_id buyer_pay_amount charset fund_bill_list gmt_create gmt_payment \
        invoice_amount notify_id notify_time notify_type out_trade_no point_amount receipt_amount seller_id sign \
        sign_type subject total_amount trade_no trade_status version";
    assert_eq!(names.join(" "), expected);
    for (name, value) in [
        ("app_id", APP_ID),
        ("seller_id", SELLER_ID),
        ("out_trade_no", "A1"),
        ("trade_no", &trade_no),
        ("trade_status", "TRADE_SUCCESS"),
        ("total_amount", "3788.00"),
        ("subject", "谷粒商城 手机"),
        ("notify_type", "trade_status_sync"),
        (
            "fund_bill_list",
            r#"[{"amount":"3788.00","fundChannel":"ALIPAYACCOUNT"}]"#,
        ),
    ] {
        assert_eq!(notice[name], value);
    }

    world
        .wait_for_trade("A1", |trade| trade["notices"][0]["delivered"] == true)
        .await;
    world.press(&trade_no, "pay").await;
    let trade = world.trade("A1").await;
    assert_eq!(trade["notices"].as_array().unwrap().len(), 1);
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn a_notice_can_be_had_again_for_replaying_it_by_hand_once_there_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let mut receiver = Receiver::start(&[]).await;
    let trade_no = world.open_page(Order::new("A1").notifying(&receiver)).await;
    let url = format!("{}/trades/A1/notice", world.sandbox.url());
    assert_eq!(world.client.get(&url).send().await.unwrap().status(), 404);

    world.press(&trade_no, "pay").await;
    let sent = receiver.notice().await;
    let again = world.client.get(&url).send().await.unwrap();
    let again: std::collections::BTreeMap<String, String> =
        serde_html_form::from_str(&again.text().await.unwrap()).unwrap();
    assert!(is_signed(&again, world.sandbox.public_key()));
    assert_eq!(again["notify_id"], sent["notify_id"]);
}

#[tokio::test]
async fn pressing_pay_many_times_at_once_pays_once_and_tells_once() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let mut receiver = Receiver::start(&[]).await;
    let order = Order::new("A1").notifying(&receiver);
    let trade_no = world.open_page(order).await;
    let press = || world.press(&trade_no, "pay");
    let answers = tokio::join!(press(), press(), press(), press());
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(answer.status(), 303);
    }
    receiver.notice().await;
    let trade = world
        .wait_for_trade("A1", |trade| trade["notices"][0]["delivered"] == true)
        .await;
    assert_eq!(trade["notices"].as_array().unwrap().len(), 1);
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn a_merchant_that_fails_twice_gets_the_same_notice_three_times() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let mut receiver = Receiver::start(&["failure", "success "]).await;
    let order = Order::new("A1").notifying(&receiver);
    let trade_no = world.open_page(order).await;
    world.press(&trade_no, "pay").await;

    let first = receiver.notice().await;
    for _ in 0..2 {
        let again = receiver.notice().await;
        assert_eq!(again["notify_id"], first["notify_id"]);
        assert!(is_signed(&again, world.sandbox.public_key()));
    }
    let trade = world
        .wait_for_trade("A1", |trade| trade["notices"][0]["delivered"] == true)
        .await;
    let notice = &trade["notices"][0];
    let attempts = notice["attempts"].as_array().unwrap();
    let answers: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt["answer"].as_str().unwrap())
        .collect();
    assert_eq!(answers, ["failure", "success ", "success"]);
    assert!(notice["next_attempt_at"].is_null());
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn a_notice_is_given_up_when_its_schedule_is_used_up() {
    let directory = tempfile::tempdir().unwrap();
    let mut short = options(directory.path());
    short.notice_schedule = vec![Duration::from_millis(1); 2];
    let world = World::start(short).await;
    let mut order = Order::new("A1");
    order.notify_url = Some("http://127.0.0.1:1/nobody".to_owned());
    let trade_no = world.open_page(order).await;
    world.press(&trade_no, "pay").await;

    let given_up = world
        .wait_for_trade("A1", |trade| {
            trade["notices"][0]["next_attempt_at"].is_null()
        })
        .await;
    let notice = &given_up["notices"][0];
    assert_eq!(notice["delivered"], false);
    assert_eq!(notice["attempts"].as_array().unwrap().len(), 3);
    assert!(notice["attempts"][0]["status"].is_null());
    let control = world.client.get(world.sandbox.url()).send().await.unwrap();
    assert!(control.text().await.unwrap().contains("已放弃"));
}

#[tokio::test]
async fn a_sandbox_that_ends_at_any_moment_continues_its_notices_and_trades_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let mut receiver = Receiver::start(&["failure"]).await;
    let mut slow = options(directory.path());
    slow.notice_schedule = vec![Duration::from_millis(300); 10];
    let world = World::start(slow.clone()).await;
    let public_key = world.sandbox.public_key().to_owned();
    let paid = world.open_page(Order::new("A1").notifying(&receiver)).await;
    let unpaid = world.open_page(Order::new("A2")).await;
    world.press(&paid, "pay").await;
    let first = receiver.notice().await;
    drop(world);

    let world = World::start(slow).await;
    assert_eq!(world.sandbox.public_key(), public_key);
    let second = receiver.notice().await;
    assert_eq!(second["notify_id"], first["notify_id"]);
    assert_eq!(second["trade_no"], paid);
    world
        .wait_for_trade("A1", |trade| trade["notices"][0]["delivered"] == true)
        .await;
    world.press(&unpaid, "pay").await;
    assert_eq!(world.trade("A2").await["status"], "TRADE_SUCCESS");
}

#[tokio::test]
async fn a_stopped_sandbox_leaves_its_directory_to_the_next_and_a_second_one_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let second = sandbox::start(options(directory.path())).await;
    assert!(matches!(
        second.err(),
        Some(sandbox::SandboxError::Journal(
            sandbox::JournalError::InUse { .. }
        ))
    ));
    world.sandbox.stop().await;
    World::start(options(directory.path())).await;
}

#[tokio::test]
async fn only_a_loopback_address_is_listened_on() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = options(directory.path());
    open.listen = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(
        sandbox::start(open).await.err(),
        Some(sandbox::SandboxError::NotLoopback(_))
    ));
}
