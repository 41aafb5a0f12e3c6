//! Every call to a back end fails in turn, before it arrives and after it took effect, with and without the function;
//! then the provider repeats its notice, and the money adds up.

use std::collections::BTreeMap;

use testkit::Action;

use crate::shop::{Placed, Shop, refund};

/// The order's state when the notice comes, and what the notice then calls.
const SCENES: [(&str, &[&str]); 3] = [
    ("unpaid", &["UpdateItem mall-order"]),
    ("closed", &["UpdateItem mall-order", "PutItem mall-payment"]),
    (
        "paid by another",
        &["UpdateItem mall-order", "PutItem mall-payment"],
    ),
];

const FAULTS: [Action; 4] = [
    Action::FailBefore,
    Action::FailAfter,
    Action::DieBefore,
    Action::DieAfter,
];

/// An order of the scene, and how often it was paid before the notice.
async fn order_of(shop: &Shop, scene: &str) -> (Placed, usize) {
    let order = shop.place().await;
    match scene {
        "closed" => shop.cancel(&order).await,
        "paid by another" => {
            shop.told(&order.notice("1").signed()).await;
            return (order, 1);
        }
        _ => {}
    }
    (order, 0)
}

/// What was captured, so many times the order's total, is what the order cost if it is paid and what is owed back.
async fn adds_up(shop: &Shop, order: &Placed, captured: usize, what: &str) {
    let due = shop
        .refunds_due()
        .await
        .into_iter()
        .filter(|refund| refund.order == order.sn)
        .count();
    let paid = usize::from(shop.status(order).await == "paid");
    assert_eq!(captured - due, paid, "{what}");
    assert_eq!(shop.paid_steps(order).await, paid, "{what}");
}

#[tokio::test]
async fn whatever_call_fails_the_repeat_of_the_notice_settles_it() {
    let shop = Shop::open().await;
    let mut injected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut trades = (1000..).map(|number: u32| number.to_string());
    let mut trade = move || trades.next().unwrap();
    for (scene, expected) in SCENES {
        let (clean, _) = order_of(&shop, scene).await;
        shop.mall.wire().forget();
        shop.told(&clean.notice(&trade()).signed()).await;
        let strikes = shop.mall.wire().strikes();
        assert_eq!(
            strikes
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>(),
            expected,
            "{scene}"
        );
        for ((name, nth), fault) in strikes
            .iter()
            .flat_map(|strike| FAULTS.map(|fault| (strike, fault)))
        {
            let what = format!("{scene}: {name} {nth} {fault:?}");
            let ((order, before), struck) = (order_of(&shop, scene).await, trade());
            let form = order.notice(&struck).signed();
            shop.mall.wire().strike(name, *nth, fault);
            let answer = shop.tell_to_the_death(&form).await;
            shop.mall.wire().heal();
            assert!(
                answer.is_none_or(
                    |answer| answer.status == 503 && answer.header("retry-after").is_some()
                ),
                "{what}"
            );
            shop.told(&form).await;
            shop.told(&form).await;
            adds_up(&shop, &order, before + 1, &what).await;
            if scene != "unpaid" {
                assert!(
                    shop.refunds_due().await.contains(&refund(&order, &struck)),
                    "{what}"
                );
            }
            injected.entry(scene).or_default().push(what);
        }
    }
    for (scene, expected) in SCENES {
        println!("{}", injected[scene].join("\n"));
        assert_eq!(
            injected[scene].len(),
            expected.len() * FAULTS.len(),
            "{scene}"
        );
    }
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn starting_a_payment_that_cannot_read_the_order_is_busy_and_may_be_tried_again() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    for fault in [Action::FailBefore, Action::FailAfter] {
        shop.mall.wire().strike("GetItem mall-order", 0, fault);
        let answer = shop.start(&order).await.expect(503);
        assert_eq!(
            (answer.problem_code().as_str(), answer.header("retry-after")),
            ("10004", Some("1"))
        );
        shop.mall.wire().heal();
        let _ = shop.start(&order).await.expect(200);
    }
    shop.mall.assert_stock_adds_up().await;
}
