//! What the payment service above sees of orders, and what it does to them.

use std::time::Duration;

use dynamo::Consistency;
use kernel::Money;
use order::{MarkPaid, OrderSn, OrderStatus, Orders, Payment};
use serde_json::json;
use testkit::Mall;

use crate::shop::{CLOSE, Customer, PRICE, RELEASE, WINDOW, codes, let_time_pass, mall};

fn orders(mall: &Mall) -> Orders {
    Orders::from_env(&mall.boot("show-order")).unwrap()
}

fn payment(mall: &Mall, trade_no: &str, amount: i64) -> Payment {
    Payment {
        provider: "alipay".to_owned(),
        trade_no: trade_no.to_owned(),
        amount: Money::from_fen(amount),
        paid_at: mall.now(),
    }
}

#[tokio::test]
async fn an_order_can_be_found_by_its_number_alone() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let sn: OrderSn = customer.order("a", 2).await.parse().unwrap();
    let found = orders(&mall)
        .find(&sn, Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&found.order_sn, &found.member_id, found.status),
        (&sn, &customer.id, OrderStatus::Unpaid)
    );
    assert_eq!(
        (found.total, found.subject.as_str()),
        (Money::from_fen(2 * PRICE), "商品 a")
    );
    assert_eq!(found.expires_at, mall.now().plus(WINDOW));
    let other = OrderSn::new(sn.quote().clone(), Customer::of(&mall).await.id);
    assert_eq!(
        orders(&mall)
            .find(&other, Consistency::Strong)
            .await
            .unwrap(),
        None
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_payment_moves_an_order_once_however_often_it_is_told() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let text = customer.order("a", 1).await;
    let sn: OrderSn = text.parse().unwrap();
    let (orders, trade) = (orders(&mall), payment(&mall, "T1", PRICE));
    let told = futures::future::join_all((0..20).map(|_| orders.mark_paid(&sn, &trade))).await;
    let told: Vec<_> = told.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        told.iter()
            .filter(|outcome| **outcome == MarkPaid::Paid)
            .count(),
        1
    );
    assert_eq!(
        told.iter()
            .filter(|outcome| **outcome == MarkPaid::AlreadyPaidByThis)
            .count(),
        19
    );
    assert_eq!(
        orders
            .mark_paid(&sn, &payment(&mall, "T2", PRICE))
            .await
            .unwrap(),
        MarkPaid::PaidByAnother
    );
    let shown = customer.show(&text).await.json();
    assert_eq!(
        shown["payment"],
        json!({ "provider": "alipay", "trade_no": "T1", "paid_at": "2026-11-24T06:00:00Z" })
    );
    let timeline = &shown["timeline"][1];
    assert_eq!(
        json!([timeline["by"], timeline["from"], timeline["to"]]),
        json!(["provider", "unpaid", "paid"])
    );
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_paid_order_is_neither_cancelled_nor_closed_and_keeps_its_stock() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let text = customer.order("a", 2).await;
    let trade = payment(&mall, "T1", 2 * PRICE);
    assert_eq!(
        orders(&mall)
            .mark_paid(&text.parse().unwrap(), &trade)
            .await
            .unwrap(),
        MarkPaid::Paid
    );
    assert_eq!(
        codes(&[customer.cancel(&text).await]),
        [(409, "12009".to_owned())]
    );
    let_time_pass(&mall).await;
    assert_eq!(
        (
            customer.status(&text).await.as_str(),
            mall.available("a").await
        ),
        ("paid", 3)
    );
    assert!(mall.waiting(RELEASE).is_empty());
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_payment_of_the_last_second_wins_and_one_after_closing_has_to_go_back() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let (paid, closed) = (customer.order("a", 1).await, customer.order("a", 1).await);
    // Told between the end of the window and the closing.
    mall.clock().advance(WINDOW + Duration::from_secs(59));
    mall.deliver(CLOSE).await;
    let trade = payment(&mall, "T1", PRICE);
    assert_eq!(
        orders(&mall)
            .mark_paid(&paid.parse().unwrap(), &trade)
            .await
            .unwrap(),
        MarkPaid::Paid
    );
    mall.clock().advance(Duration::from_secs(1));
    mall.deliver(CLOSE).await;
    let trade = payment(&mall, "T2", PRICE);
    assert_eq!(
        orders(&mall)
            .mark_paid(&closed.parse().unwrap(), &trade)
            .await
            .unwrap(),
        MarkPaid::Closed
    );
    assert_eq!(
        (
            customer.status(&paid).await.as_str(),
            customer.status(&closed).await.as_str()
        ),
        ("paid", "closed")
    );
    mall.deliver(RELEASE).await;
    assert_eq!(mall.available("a").await, 4);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn money_of_another_amount_or_for_no_order_changes_nothing() {
    let mall = mall(&[("a", PRICE, 2)]).await;
    let customer = Customer::of(&mall).await;
    let text = customer.order("a", 1).await;
    let orders = orders(&mall);
    for amount in [PRICE - 1, PRICE + 1, 0] {
        let outcome = orders
            .mark_paid(&text.parse().unwrap(), &payment(&mall, "T1", amount))
            .await
            .unwrap();
        assert_eq!(outcome, MarkPaid::WrongAmount);
    }
    let quote = customer.quote_of("a", 9).await;
    let absent: OrderSn = format!("{}{}", quote["quote_id"].as_str().unwrap(), customer.id)
        .parse()
        .unwrap();
    let trade = payment(&mall, "T1", PRICE);
    assert_eq!(
        orders.mark_paid(&absent, &trade).await.unwrap(),
        MarkPaid::NoSuchOrder
    );
    let _ = customer.submit(&quote).await.expect(409);
    let_time_pass(&mall).await;
    // Now it is void.
    assert_eq!(
        orders.mark_paid(&absent, &trade).await.unwrap(),
        MarkPaid::NoSuchOrder
    );
    assert_eq!(
        orders.find(&absent, Consistency::Strong).await.unwrap(),
        None
    );
    mall.assert_stock_adds_up().await;
}
