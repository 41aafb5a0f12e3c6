//! What is not to be believed is refused, and changes nothing.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use kernel::QuoteId;
use serde_json::json;
use testkit::Answer;

use crate::{
    notice::{MERCHANT_PRIVATE, Notice, encoded},
    shop::{Placed, Shop},
};

type Form = Vec<(String, String)>;

/// The answer is a refusal for good, nothing was written, and the order still waits for its money.
async fn is_refused(shop: &Shop, order: &Placed, form: &Form, why: &str) -> Answer {
    let answer = shop.tell(form).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (400, "16003"),
        "{why}"
    );
    assert!(!answer.body.contains("success"), "{why}");
    assert_eq!(shop.status(order).await, "unpaid", "{why}");
    answer
}

#[tokio::test]
async fn a_notice_forged_in_any_one_parameter_is_refused_before_anything_is_asked_of_the_store() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let form = order.notice("1").signed();
    for place in 0..form.len() {
        let name = form[place].0.clone();
        let mut changed = form.clone();
        changed[place].1.push('0');
        let mut emptied = form.clone();
        emptied[place].1.clear();
        let mut missing = form.clone();
        missing.remove(place);
        let mut twice = form.clone();
        twice.push(form[place].clone());
        for (how, forged) in [
            ("changed", changed),
            ("emptied", emptied),
            ("missing", missing),
            ("twice", twice),
        ] {
            shop.mall.wire().forget();
            let answer = shop.tell(&forged).await;
            assert_eq!(
                (answer.status, answer.problem_code().as_str()),
                (400, "16003"),
                "{name} {how}"
            );
            assert!(
                !answer.body.contains("success") && !answer.body.contains(&order.sn),
                "{answer:?}"
            );
            assert_eq!(
                shop.mall.wire().calls().names(),
                Vec::<String>::new(),
                "{name} {how}"
            );
        }
    }
    let added = [
        form.clone(),
        vec![("refund_fee".to_owned(), "1.00".to_owned())],
    ]
    .concat();
    is_refused(&shop, &order, &added, "a parameter added").await;
    assert_eq!(shop.tell(&form).await.expect(200).body, "success");
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_notice_that_somebody_else_signed_or_nobody_is_refused() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    is_refused(
        &shop,
        &order,
        &order.notice("1").signed_by(MERCHANT_PRIVATE),
        "the merchant's own key",
    )
    .await;
    let mut unsigned = order.notice("1").signed();
    unsigned.pop();
    is_refused(&shop, &order, &unsigned, "no signature").await;
    is_refused(&shop, &order, &Vec::new(), "nothing at all").await;
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_signed_notice_that_is_not_for_this_mall_or_does_not_fit_the_order_is_refused() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let nobodys = format!("01KATESTQ0000000000000000A{}", &order.sn[26..]);
    let changes = [
        ("app_id", "2021000000000002"),
        ("seller_id", "2088000000000002"),
        ("sign_type", "RSA"),
        ("charset", "gbk"),
        ("notify_type", "dut_user_sign"),
        ("trade_status", "TRADE_WON"),
        ("trade_no", "1#2"),
        ("total_amount", "0.01"),
        ("total_amount", "-1.00"),
        ("total_amount", "1e3"),
        ("out_trade_no", "1"),
        ("out_trade_no", &nobodys),
        ("out_trade_no", &order.sn.to_lowercase()),
    ];
    for (parameter, value) in changes {
        let form = order.notice("1").with(parameter, value).signed();
        is_refused(&shop, &order, &form, &format!("{parameter} {value}")).await;
    }
    assert_eq!(shop.refunds_due().await, []);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn an_amount_that_differs_is_refused_for_a_closed_order_too_and_owes_nothing_back() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    shop.cancel(&order).await;
    let form = order.notice("1").with("total_amount", "0.01").signed();
    assert_eq!(shop.tell(&form).await.expect(400).problem_code(), "16003");
    assert_eq!(shop.refunds_due().await, []);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let shop = Shop::open().await;
    let body = encoded(&Notice::paid("1", "1", "1.00").signed());
    let form = "application/x-www-form-urlencoded";
    let cases = [
        ("application/json", body.as_str(), 415),
        ("", body.as_str(), 415),
        (form, "&&%%=%", 400),
    ];
    for (content_type, body, status) in cases {
        let answer = shop
            .mall
            .post(Shop::NOTICES)
            .body(content_type, body)
            .send()
            .await;
        assert_eq!(answer.status, status, "{content_type} {body}");
        assert!(!answer.problem_code().is_empty());
    }
    let huge = format!("a={}", "x".repeat(1024 * 1024));
    assert_eq!(
        shop.mall
            .post(Shop::NOTICES)
            .body(form, huge)
            .send()
            .await
            .status,
        413
    );
}

#[tokio::test]
async fn a_payment_for_an_order_that_can_never_come_is_refused() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let never = format!("{}{}", QuoteId::generate(shop.mall.now()), &order.sn[26..]);
    assert!(
        shop.mall
            .handle(
                "close-order",
                &json!({ "order_sn": never, "due": shop.mall.now() })
            )
            .await
    );
    is_refused(
        &shop,
        &order,
        &order.notice("1").with("out_trade_no", &never).signed(),
        "void",
    )
    .await;
    assert_eq!(shop.refunds_due().await, []);
    shop.mall.assert_stock_adds_up().await;
}

/// What is logged while a test runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The lines at the level of errors since the last look.
    fn errors(&self) -> Vec<String> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines()
            .filter(|line| line.contains("ERROR"))
            .map(str::to_owned)
            .collect()
    }
}

#[tokio::test]
async fn a_refused_notice_is_an_error_in_the_log_that_says_what_differs() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let cases = [
        (
            order.notice("7").signed_by(MERCHANT_PRIVATE),
            "the provider has not signed this".to_owned(),
        ),
        (
            order.notice("7").with("app_id", "2021").signed(),
            r#"app_id is "2021" and not"#.to_owned(),
        ),
        (
            order.notice("7").with("seller_id", "2088").signed(),
            r#"seller_id is "2088" and not"#.to_owned(),
        ),
        (
            order.notice("7").with("total_amount", "0.01").signed(),
            format!(
                "trade 7 is over 0.01 yuan, which is not the total of order {}",
                order.sn
            ),
        ),
        (
            order.notice("7").with("out_trade_no", "1").signed(),
            r#"trade 7 is for order "1", which does not exist"#.to_owned(),
        ),
    ];
    for (form, differs) in cases {
        is_refused(&shop, &order, &form, &differs).await;
        let errors = log.errors();
        assert!(
            errors.len() == 1 && errors[0].contains(&differs.replace('"', "\\\"")),
            "{differs}: {errors:?}"
        );
    }
    shop.told(&order.notice("7").signed()).await;
    assert_eq!(log.errors(), Vec::<String>::new());
    shop.mall.assert_stock_adds_up().await;
}
