//! The way to the provider's page.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{MemberId, QuoteId};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::{
    notice::{der, signed_text},
    shop::{Placed, Shop},
};

/// The length of what stands before the key itself in a public key of 2048 bits.
const SPKI_FRAME: usize = 24;

/// The parameters of a provider's page, after checking the merchant's signature of them.
fn opened(url: &str) -> BTreeMap<String, String> {
    let query = url
        .strip_prefix("https://gateway.example/gateway.do?")
        .unwrap();
    let parameters: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let key = der(include_str!(
        "../../../../shared/alipay/tests/keys/test-merchant-public.pem"
    ));
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key[SPKI_FRAME..]);
    let signature = STANDARD.decode(&parameters["sign"]).unwrap();
    key.verify(signed_text(&parameters, &["sign"]).as_bytes(), &signature)
        .unwrap();
    parameters
}

#[tokio::test]
async fn a_member_is_sent_to_a_signed_page_for_one_read_and_no_write() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    shop.mall.wire().forget();
    let answer = shop.start(&order).await.expect(200);
    let calls = shop.mall.wire().calls().without("mall-session");
    assert_eq!(calls.names(), ["GetItem mall-order"]);
    assert_eq!((calls.write_units(), calls.stages()), (0, 1));
    assert_eq!(answer.json()["provider"], "alipay");
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let page = opened(answer.json()["url"].as_str().unwrap());
    assert_eq!(
        page["notify_url"],
        "https://mall.example/api/payments/notices/alipay"
    );
    assert_eq!(page["return_url"], "https://mall.example/orders");
    let content: Value = serde_json::from_str(&page["biz_content"]).unwrap();
    let expected = json!({
        "out_trade_no": order.sn,
        "product_code": "FAST_INSTANT_TRADE_PAY",
        "subject": format!("谷粒商城 {}", order.first_item),
        "time_expire": "2026-11-24 14:15:00",
        "total_amount": order.total.to_string(),
    });
    assert_eq!(content, expected);
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn whoever_names_a_provider_with_the_order_is_told_its_page_in_the_answer() {
    let shop = Shop::open().await;
    let order = json!({ "quote": shop.quote().await, "pay_with": "alipay" });
    let answer = shop.submit(&order).await.expect(201).json();
    let placed = Placed::of(&answer);
    let started = shop.start(&placed).await.expect(200).json();
    assert_eq!(answer["payment_page"]["provider"], "alipay");
    let page = |answer: &Value| opened(answer["url"].as_str().unwrap());
    assert_eq!(page(&answer["payment_page"]), page(&started));
}

#[tokio::test]
async fn a_repeated_order_names_its_page_while_it_can_be_paid_and_with_or_without_is_the_same_order()
 {
    let shop = Shop::open().await;
    let quote = shop.quote().await;
    let submit = async |pay_with: Value| {
        let order = json!({ "quote": quote, "pay_with": pay_with });
        let mut answer = shop.submit(&order).await.expect(201).json();
        let page = answer.as_object_mut().unwrap().remove("payment_page");
        (answer, page.is_some())
    };
    let (placed, told) = submit(Value::Null).await;
    assert!(!told);
    assert_eq!(submit(json!("alipay")).await, (placed.clone(), true));
    let sold = Placed::of(&placed);
    shop.told(&sold.notice("1").signed()).await;
    assert_eq!(submit(json!("alipay")).await, (placed, false));

    let quote = shop.quote().await;
    let order = json!({ "quote": quote, "pay_with": "alipay" });
    let closed = Placed::of(&shop.submit(&order).await.expect(201).json());
    shop.cancel(&closed).await;
    let again = shop.submit(&order).await.expect(201).json();
    assert_eq!(again.get("payment_page"), None);

    let unknown = json!({ "quote": shop.quote().await, "pay_with": "wechat" });
    assert_eq!(
        shop.submit(&unknown).await.expect(400).pointers(),
        ["/pay_with"]
    );
}

#[tokio::test]
async fn a_member_may_start_again_until_the_last_whole_second() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let expiry = |url: &Value| -> Value {
        let content: Value =
            serde_json::from_str(&opened(url.as_str().unwrap())["biz_content"]).unwrap();
        content["time_expire"].clone()
    };
    let first = shop.start(&order).await.expect(200).json();
    shop.mall
        .clock()
        .advance(Duration::from_millis(15 * 60 * 1000 - 1));
    let last = shop.start(&order).await.expect(200).json();
    assert_eq!(expiry(&first["url"]), expiry(&last["url"]));
    shop.mall.clock().advance(Duration::from_millis(1));
    assert_eq!(shop.start(&order).await.expect(409).problem_code(), "16002");
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn an_order_that_is_paid_or_closed_is_refused() {
    let shop = Shop::open().await;
    let (paid, shipped, closed) = (shop.place().await, shop.place().await, shop.place().await);
    for order in [&paid, &shipped] {
        shop.told(&order.notice(&order.sn).signed()).await;
    }
    shop.ship(&shipped).await;
    shop.cancel(&closed).await;
    assert_eq!(shop.start(&paid).await.expect(409).problem_code(), "16001");
    assert_eq!(
        shop.start(&shipped).await.expect(409).problem_code(),
        "16001"
    );
    assert_eq!(
        shop.start(&closed).await.expect(409).problem_code(),
        "16002"
    );
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn somebody_elses_order_and_one_that_is_not_there_are_not_found_alike() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let stranger = shop
        .mall
        .session_of(&MemberId::generate(shop.mall.now()))
        .await;
    let nobodys = format!("{}{}", QuoteId::generate(shop.mall.now()), &order.sn[26..]);
    for (session, sn) in [(&stranger, &order.sn), (&shop.session, &nobodys)] {
        let body = json!({ "order_sn": sn, "provider": "alipay" });
        let answer = shop
            .mall
            .post(Shop::PAYMENTS)
            .session(session)
            .json(&body)
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (404, "10008"),
            "{sn}"
        );
    }
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn nobody_pays_without_a_session_or_from_the_page_of_another_origin() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let body = json!({ "order_sn": order.sn, "provider": "alipay" });
    let request = || shop.mall.post(Shop::PAYMENTS).json(&body);
    assert_eq!(request().send().await.expect(401).problem_code(), "10005");
    let foreign = request()
        .session(&shop.session)
        .header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.expect(403).problem_code(), "10007");
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_with_the_place() {
    let shop = Shop::open().await;
    let order = shop.place().await;
    let cases = [
        (
            json!({ "order_sn": "1", "provider": "alipay" }),
            "/order_sn",
        ),
        (
            json!({ "order_sn": format!("{}#{}", &order.sn[..26], &order.sn[27..]), "provider": "alipay" }),
            "/order_sn",
        ),
        (
            json!({ "order_sn": order.sn, "provider": "wechat" }),
            "/provider",
        ),
        (
            json!({ "order_sn": order.sn, "provider": "alipay", "total_fen": 1 }),
            "/total_fen",
        ),
        (json!({ "order_sn": order.sn }), ""),
    ];
    for (body, pointer) in cases {
        let answer = shop
            .mall
            .post(Shop::PAYMENTS)
            .session(&shop.session)
            .json(&body)
            .send()
            .await
            .expect(400);
        assert_eq!(
            (answer.problem_code().as_str(), answer.pointers()),
            ("10001", vec![pointer.to_owned()]),
            "{body}"
        );
    }
    shop.mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn whatever_a_member_does_keeps_them_signed_in() {
    let shop = Shop::open().await;
    shop.mall.assert_endpoints_extend_sessions("payment").await;
}
