//! The buyer's way: page, pay, cancel, back.

use reqwest::{Response, StatusCode, Url};
use time::macros::{format_description, offset};
use time::{Duration, OffsetDateTime};

use crate::support::{APP_ID, Order, Parameters, SELLER_ID, World, is_signed, options, signed};

fn location(response: &Response) -> Url {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = response.headers()["location"].to_str().unwrap();
    Url::parse(location).unwrap()
}

/// A moment from now in the provider's form.
fn moment_in(length: Duration) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let moment = OffsetDateTime::now_utc() + length;
    moment.to_offset(offset!(+8)).format(form).unwrap()
}

#[tokio::test]
async fn a_signed_order_shows_its_page_with_amount_time_left_and_both_buttons() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let page = world.visit(&Order::new("A1").signed()).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    for part in [
        "谷粒商城 手机",
        "3788.00",
        "A1",
        "/pay\"",
        "/cancel\"",
        "15 分 0 秒",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    assert_eq!(world.trade("A1").await["status"], "WAIT_BUYER_PAY");
}

#[tokio::test]
async fn text_of_the_merchant_is_never_markup_on_a_page() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let order = Order::new("A1")
        .with("subject", "<script>alert('x')</script> & \"手机\"")
        .with("body", "<img src=x>");
    let cashier = world.visit(&order.signed()).await.text().await.unwrap();
    let control = world.client.get(world.sandbox.url()).send().await.unwrap();
    for page in [cashier, control.text().await.unwrap()] {
        let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;手机&quot;";
        assert!(page.contains(escaped), "{page}");
        assert!(!page.contains("<script>alert") && !page.contains("<img"));
    }
}

#[tokio::test]
async fn an_order_with_a_signature_that_does_not_fit_opens_no_trade() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let mut parameters = Order::new("A1").signed();
    let cheaper = parameters["biz_content"].replace("3788.00", "0.01");
    parameters.insert("biz_content".to_owned(), cheaper);
    let refused = world.visit(&parameters).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let page = refused.text().await.unwrap();
    assert!(page.contains("isv.invalid-signature"), "{page}");

    let url = format!("{}/trades/A1", world.sandbox.url());
    let trade = world.client.get(url).send().await.unwrap();
    assert_eq!(trade.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn paying_sends_the_browser_back_with_a_signed_return() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let trade_no = world.open_page(Order::new("A1")).await;
    assert!(trade_no.len() == 28 && trade_no.bytes().all(|byte| byte.is_ascii_digit()));

    let back = location(&world.press(&trade_no, "pay").await);
    assert!(
        back.as_str()
            .starts_with("http://mall.local/orders?page=1&")
    );
    let mut parameters: Parameters = back.query_pairs().into_owned().collect();
    assert_eq!(parameters.remove("page").as_deref(), Some("1"));
    assert!(is_signed(&parameters, world.sandbox.public_key()));
    for (name, value) in [
        ("method", "alipay.trade.page.pay.return"),
        ("app_id", APP_ID),
        ("seller_id", SELLER_ID),
        ("out_trade_no", "A1"),
        ("trade_no", &trade_no),
        ("total_amount", "3788.00"),
    ] {
        assert_eq!(parameters[name], value);
    }

    let again = location(&world.press(&trade_no, "pay").await);
    assert!(again.as_str().contains(&trade_no));
}

#[tokio::test]
async fn cancelling_sends_the_browser_back_unpaid_and_it_may_come_again() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let trade_no = world.open_page(Order::new("A1")).await;
    let back = location(&world.press(&trade_no, "cancel").await);
    assert_eq!(back.as_str(), "http://mall.local/orders?page=1");
    assert_eq!(world.trade("A1").await["status"], "WAIT_BUYER_PAY");
    assert_eq!(world.open_page(Order::new("A1")).await, trade_no);
}

#[tokio::test]
async fn the_same_order_with_another_amount_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    world.open_page(Order::new("A1")).await;
    let cheaper = Order::new("A1").with("total_amount", "1.00");
    let refused = world.visit(&cheaper.signed()).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("ACQ.CONTEXT_INCONSISTENT")
    );
    assert_eq!(world.trade("A1").await["total_amount"], "3788.00");
}

#[tokio::test]
async fn after_its_time_a_trade_is_closed_and_cannot_be_paid() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let soon = Order::new("A1").with("time_expire", &moment_in(Duration::seconds(4)));
    let trade_no = world.open_page(soon).await;
    world
        .wait_for_trade("A1", |trade| trade["status"] == "TRADE_CLOSED")
        .await;

    let refused = world.press(&trade_no, "pay").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("ACQ.TRADE_HAS_CLOSE")
    );
    assert!(world.trade("A1").await["paid_at"].is_null());
}

#[tokio::test]
async fn an_order_whose_time_has_passed_opens_no_page() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let late = Order::new("A1").with("time_expire", "2020-01-01 00:00:00");
    let refused = world.visit(&late.signed()).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("ACQ.INVALID_PARAMETER")
    );
}

#[tokio::test]
async fn an_address_that_is_no_web_address_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    for (name, address) in [
        ("return_url", "javascript:alert(1)"),
        ("notify_url", "ftp://mall.local/notice"),
        ("notify_url", "/notice"),
    ] {
        let mut parameters = Order::new("A1").signed();
        parameters.insert(name.to_owned(), address.to_owned());
        let refused = world.visit(&signed(parameters)).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{address}");
    }
}

#[tokio::test]
async fn a_page_posted_as_a_form_is_as_good_as_one_opened_by_its_address() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let request = world.client.post(world.sandbox.gateway_url());
    let form = Order::new("A1").signed();
    let page = request.form(&form).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("3788.00"));
}

#[tokio::test]
async fn an_unknown_trade_has_no_page_to_pay_on() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    for button in ["pay", "cancel"] {
        let answer = world.press(&"1".repeat(28), button).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
}
