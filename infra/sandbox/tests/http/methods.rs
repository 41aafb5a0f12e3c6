//! What the merchant's server asks: query, close, refund.

use serde_json::{Value, json};

use crate::support::{Order, Parameters, Receiver, World, common, is_signed, options, signed};

/// Asks the gateway with these parameters as they are.
async fn ask(world: &World, parameters: &Parameters) -> Value {
    let request = world.client.post(world.sandbox.gateway_url());
    let answer = request.form(parameters).send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_query_tells_where_a_trade_stands() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let by_number = json!({"out_trade_no": "A1"});
    let absent = world.call("alipay.trade.query", by_number.clone()).await;
    assert_eq!(absent["code"], "40004");
    assert_eq!(absent["sub_code"], "ACQ.TRADE_NOT_EXIST");

    let trade_no = world.open_page(Order::new("A1")).await;
    let waiting = world.call("alipay.trade.query", by_number.clone()).await;
    assert_eq!(waiting["code"], "10000");
    assert_eq!(waiting["trade_status"], "WAIT_BUYER_PAY");

    world.press(&trade_no, "pay").await;
    for number in [by_number, json!({"trade_no": trade_no})] {
        let paid = world.call("alipay.trade.query", number).await;
        assert_eq!(paid["trade_status"], "TRADE_SUCCESS");
        assert_eq!(paid["out_trade_no"], "A1");
        assert_eq!(paid["trade_no"], trade_no);
        assert_eq!(paid["total_amount"], "3788.00");
    }
}

#[tokio::test]
async fn an_unpaid_trade_is_closed_on_request_and_a_paid_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let unpaid = world.open_page(Order::new("A1")).await;
    let closed = world
        .call("alipay.trade.close", json!({"out_trade_no": "A1"}))
        .await;
    assert_eq!(closed["code"], "10000");
    assert_eq!(closed["trade_no"], unpaid);
    assert_eq!(world.press(&unpaid, "pay").await.status(), 400);
    assert_eq!(world.trade("A1").await["status"], "TRADE_CLOSED");

    let paid = world.open_page(Order::new("A2")).await;
    world.press(&paid, "pay").await;
    let refused = world
        .call("alipay.trade.close", json!({"out_trade_no": "A2"}))
        .await;
    assert_eq!(refused["sub_code"], "ACQ.TRADE_STATUS_ERROR");
    assert_eq!(world.trade("A2").await["status"], "TRADE_SUCCESS");
}

#[tokio::test]
async fn a_refund_is_made_once_announced_and_found_again() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let mut receiver = Receiver::start(&[]).await;
    let order = Order::new("A1").notifying(&receiver);
    let trade_no = world.open_page(order).await;
    world.press(&trade_no, "pay").await;
    receiver.notice().await;

    let whole = json!({"out_trade_no": "A1", "refund_amount": "3788", "out_request_no": "R1"});
    let refunded = world.call("alipay.trade.refund", whole.clone()).await;
    assert_eq!(refunded["fund_change"], "Y");
    assert_eq!(refunded["refund_fee"], "3788.00");
    let again = world.call("alipay.trade.refund", whole).await;
    assert_eq!(again["fund_change"], "N");
    assert_eq!(again["refund_fee"], "3788.00");

    let notice = receiver.notice().await;
    assert!(is_signed(&notice, world.sandbox.public_key()));
    assert_eq!(notice["trade_status"], "TRADE_CLOSED");
    assert_eq!(notice["refund_fee"], "3788.00");
    assert_eq!(notice["out_biz_no"], "R1");

    let method = "alipay.trade.fastpay.refund.query";
    let number = json!({"out_trade_no": "A1", "out_request_no": "R1"});
    let found = world.call(method, number).await;
    assert_eq!(found["refund_status"], "REFUND_SUCCESS");
    assert_eq!(found["refund_amount"], "3788.00");
    let unknown = json!({"out_trade_no": "A1", "out_request_no": "R2"});
    let absent = world.call(method, unknown).await;
    assert_eq!(absent["code"], "10000");
    assert!(absent.get("refund_status").is_none());
}

#[tokio::test]
async fn more_than_was_paid_is_never_paid_back() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let trade_no = world.open_page(Order::new("A1")).await;
    let refund = json!({"out_trade_no": "A1", "refund_amount": "3788.01", "out_request_no": "R1"});
    let unpaid = world.call("alipay.trade.refund", refund.clone()).await;
    assert_eq!(unpaid["sub_code"], "ACQ.TRADE_STATUS_ERROR");
    world.press(&trade_no, "pay").await;
    let too_much = world.call("alipay.trade.refund", refund).await;
    assert_eq!(too_much["sub_code"], "ACQ.REASON_TRADE_REFUND_FEE_ERR");
}

#[tokio::test]
async fn a_request_changed_after_signing_is_refused_in_the_providers_form() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    for (name, value) in [
        ("biz_content", "{\"out_trade_no\":\"A2\"}"),
        ("timestamp", "2026-03-02 12:00:01"),
        ("extra", "1"),
        ("sign", "bm8="),
    ] {
        let mut parameters = signed(common("alipay.trade.query", "{\"out_trade_no\":\"A1\"}"));
        parameters.insert(name.to_owned(), value.to_owned());
        let answer = ask(&world, &parameters).await;
        let node = &answer["alipay_trade_query_response"];
        assert_eq!(node["code"], "40002", "{name}");
        assert_eq!(node["sub_code"], "isv.invalid-signature", "{name}");
        assert!(answer["sign"].is_string());
    }
}

#[tokio::test]
async fn each_common_parameter_that_is_wrong_or_absent_has_its_own_code() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    for (name, value, code) in [
        ("app_id", "2021", "isv.invalid-app-id"),
        ("app_id", "", "isv.missing-app-id"),
        ("sign_type", "RSA", "isv.invalid-signature-type"),
        ("sign_type", "", "isv.missing-signature-type"),
        ("charset", "gbk", "isv.invalid-charset"),
        ("format", "XML", "isv.invalid-format"),
        ("version", "2.0", "isv.invalid-parameter"),
        ("version", "", "isv.missing-version"),
        ("timestamp", "now", "isv.invalid-timestamp"),
        ("timestamp", "", "isv.missing-timestamp"),
    ] {
        let mut parameters = common("alipay.trade.query", "{\"out_trade_no\":\"A1\"}");
        parameters.insert(name.to_owned(), value.to_owned());
        parameters.retain(|_, value| !value.is_empty());
        let answer = ask(&world, &signed(parameters)).await;
        let node = &answer["alipay_trade_query_response"];
        assert_eq!(node["sub_code"], code);
    }
    for (method, code) in [("", "isv.missing-method"), ("a.b", "isv.invalid-method")] {
        let answer = ask(&world, &signed(common(method, "{}"))).await;
        assert_eq!(answer["error_response"]["sub_code"], code);
    }
    let unsigned = ask(&world, &common("alipay.trade.query", "{}")).await;
    let node = &unsigned["alipay_trade_query_response"];
    assert_eq!(node["sub_code"], "isv.missing-signature");
}

#[tokio::test]
async fn a_parameter_given_twice_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(options(directory.path())).await;
    let parameters = signed(common("alipay.trade.query", "{\"out_trade_no\":\"A1\"}"));
    let request = world.client.post(world.sandbox.gateway_url());
    let twice = request.query(&[("app_id", "2021")]).form(&parameters);
    let answer = twice.send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("isv.invalid-parameter"), "{answer}");
}
