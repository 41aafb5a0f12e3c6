//! What a believed notice leads to.

use std::sync::Arc;

use futures::future::join_all;
use testkit::Action;
use tokio::sync::Barrier;

use crate::shop::{Shop, refund};

#[tokio::test]
async fn a_notice_marks_the_order_paid_in_one_write_unit_and_one_stage_and_is_answered_success() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    shop.mall.wire().forget();
    let answer = shop.tell(&order.notice("1").signed()).await.expect(200);
    assert_eq!(
        (answer.body.as_str(), answer.header("content-type")),
        ("success", Some("text/plain; charset=utf-8"))
    );
    let calls = shop.mall.wire().calls();
    assert_eq!(
        (calls.names(), calls.write_units(), calls.stages()),
        (vec!["UpdateItem mall-order".to_owned()], 1, 1)
    );
    assert_eq!(shop.status(&order).await, "paid");
    assert_eq!(shop.refunds_due().await, []);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_notice_that_comes_twice_changes_the_order_once() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let form = order.notice("1").signed();
    shop.told(&form).await;
    let first = shop.order(&order).await;
    // A repeat has a time and a signature of its own.
    let repeat = order
        .notice("1")
        .with("notify_time", "2026-11-24 14:05:01")
        .signed();
    shop.told(&repeat).await;
    assert_eq!(shop.order(&order).await, first);
    assert_eq!(shop.refunds_due().await, []);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn twenty_notices_at_once_make_one_transition_and_hear_success_each() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let form = order.notice("1").signed();
    let barrier = Arc::new(Barrier::new(20));
    shop.mall
        .wire()
        .on(move |_| Action::Wait(Arc::clone(&barrier)));
    shop.mall.wire().forget();
    join_all((0..20).map(|_| shop.told(&form))).await;
    shop.mall.wire().heal();
    let calls = shop.mall.wire().calls();
    let written = calls.0.iter().filter(|call| call.status == 200).count();
    assert_eq!((calls.0.len(), written), (20, 1), "{:?}", calls.names());
    assert_eq!(shop.paid_steps(&order).await, 1);
    assert_eq!(shop.refunds_due().await, []);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn twenty_notices_at_once_for_a_closed_order_owe_the_money_back_once() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    shop.cancel(&order).await;
    let form = order.notice("1").signed();
    join_all((0..20).map(|_| shop.told(&form))).await;
    assert_eq!(shop.refunds_due().await, [refund(&order, "1")]);
    assert_eq!(shop.status(&order).await, "closed");
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn money_for_a_closed_order_is_owed_back_in_two_write_units_and_two_stages() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    shop.cancel(&order).await;
    shop.mall.wire().forget();
    shop.told(&order.notice("1").signed()).await;
    let calls = shop.mall.wire().calls();
    assert_eq!(
        calls.names(),
        ["UpdateItem mall-order", "PutItem mall-payment"]
    );
    // No answer reports the unit of the update whose condition failed.
    assert_eq!((calls.write_units(), calls.stages()), (1, 2));
    shop.told(&order.notice("1").signed()).await;
    shop.told(&order.notice("2").signed()).await;
    assert_eq!(
        shop.refunds_due().await,
        [refund(&order, "1"), refund(&order, "2")]
    );
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn of_two_trades_for_one_order_one_pays_it_and_the_other_is_owed_back() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let forms = ["1", "2"].map(|trade| order.notice(trade).signed());
    join_all(forms.iter().map(|form| shop.told(form))).await;
    assert_eq!(shop.status(&order).await, "paid");
    let due = shop.refunds_due().await;
    assert!(
        due == [refund(&order, "1")] || due == [refund(&order, "2")],
        "{due:?}"
    );
    for form in &forms {
        shop.told(form).await;
    }
    assert_eq!(
        (shop.refunds_due().await, shop.paid_steps(&order).await),
        (due, 1)
    );
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_notice_and_a_cancellation_at_once_leave_the_order_paid_or_the_money_owed_back() {
    let shop = Shop::open().await;
    for round in 0..10 {
        let order = shop.place().await;
        let trade = format!("{round}");
        let form = order.notice(&trade).signed();
        let barrier = Arc::new(Barrier::new(2));
        shop.mall.wire().on(move |call| match call.name().as_str() {
            "UpdateItem mall-order" => Action::Wait(Arc::clone(&barrier)),
            _ => Action::Pass,
        });
        let (_, cancelled) = futures::join!(shop.told(&form), shop.try_cancel(&order));
        shop.mall.wire().heal();
        let due = shop.refunds_due().await.contains(&refund(&order, &trade));
        let expected = if cancelled.status == 200 {
            ("closed".to_owned(), true)
        } else {
            ("paid".to_owned(), false)
        };
        assert_eq!((shop.status(&order).await, due), expected, "{cancelled:?}");
    }
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_repeat_for_a_shipped_order_is_success_and_nothing_else() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let form = order.notice("1").signed();
    shop.told(&form).await;
    shop.ship(&order).await;
    let before = shop.order(&order).await;
    shop.told(&form).await;
    shop.told(
        &order
            .notice("1")
            .with("trade_status", "TRADE_FINISHED")
            .signed(),
    )
    .await;
    assert_eq!(before["status"], "shipped");
    assert_eq!(
        (shop.order(&order).await, shop.refunds_due().await),
        (before, Vec::new())
    );
    shop.told(&order.notice("2").signed()).await;
    assert_eq!(shop.refunds_due().await, [refund(&order, "2")]);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_finished_trade_of_which_nothing_was_heard_pays_the_order() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    shop.told(
        &order
            .notice("1")
            .with("trade_status", "TRADE_FINISHED")
            .signed(),
    )
    .await;
    assert_eq!(shop.status(&order).await, "paid");
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn news_that_is_no_payment_is_success_and_changes_nothing() {
    let shop = Shop::open().await;
    let (unpaid, paid) = (shop.place().await, shop.place().await);
    shop.told(&paid.notice("1").signed()).await;
    shop.mall.wire().forget();
    for order in [&unpaid, &paid] {
        let notice = order.notice("1");
        let part = notice
            .clone()
            .with("refund_fee", "1.00")
            .with("gmt_refund", "2026-11-25 10:00:00.123");
        let news = [
            notice.clone().with("trade_status", "WAIT_BUYER_PAY"),
            notice.with("trade_status", "TRADE_CLOSED"),
            part.clone(),
            part.with("trade_status", "TRADE_CLOSED"),
        ];
        for notice in news {
            shop.told(&notice.signed()).await;
        }
    }
    assert_eq!(shop.mall.wire().calls().names(), Vec::<String>::new());
    assert_eq!(
        (
            shop.status(&unpaid).await.as_str(),
            shop.status(&paid).await.as_str()
        ),
        ("unpaid", "paid")
    );
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_payment_after_the_time_is_over_counts_as_long_as_the_order_is_not_closed() {
    let shop = Shop::open().await;
    let (in_time, late) = (shop.place().await, shop.place().await);
    shop.mall
        .clock()
        .advance(std::time::Duration::from_secs(15 * 60 + 59));
    shop.told(&in_time.notice("1").signed()).await;
    shop.mall.clock().advance(std::time::Duration::from_secs(1));
    shop.mall.deliver("close-order").await;
    shop.told(&late.notice("2").signed()).await;
    assert_eq!(
        (
            shop.status(&in_time).await.as_str(),
            shop.status(&late).await.as_str()
        ),
        ("paid", "closed")
    );
    assert_eq!(shop.refunds_due().await, [refund(&late, "2")]);
    shop.mall.assert_stock_adds_up().await;
}
