//! The whole mall sells: from browsing to the paid order, and through the death of all of it in the middle.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use futures::future::join_all;
use harness::{MallProcess, until, workspace};
use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::{Value, json};

/// Orders are closed soon after they were placed.
const SOON: &[&str] = &[
    "--no-demo",
    "--set",
    "PaymentWindowSeconds=4",
    "--set",
    "CloseGraceSeconds=1",
];

/// Sends JSON; the answer's status, body and cookie.
async fn call(
    mall: &MallProcess,
    method: Method,
    path: &str,
    cookie: &str,
    body: Value,
) -> (StatusCode, Value, String) {
    let request = mall
        .http
        .request(method, mall.url(path))
        .header("cookie", cookie)
        .bearer_auth(mall.staff_key());
    let answer = request.json(&body).send().await.unwrap();
    let status = answer.status();
    let cookie = answer
        .headers()
        .get("set-cookie")
        .map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookie = cookie
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    (status, answer.json().await.unwrap_or(Value::Null), cookie)
}

/// Tries again what a busy mall puts off.
async fn insist(
    mall: &MallProcess,
    method: Method,
    path: &str,
    cookie: &str,
    body: Value,
) -> (StatusCode, Value, String) {
    until(path, async || {
        let outcome = call(mall, method.clone(), path, cookie, body.clone()).await;
        let busy = matches!(
            outcome.0,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
        );
        (!busy).then_some(outcome)
    })
    .await
}

/// Puts one SKU on sale, so many pieces of it.
async fn put_on_sale(mall: &MallProcess, pieces: usize) {
    for (id, parent) in [(1, Value::Null), (2, json!(1)), (3, json!(2))] {
        let category = json!({ "parent_id": parent, "name": format!("类目{id}") });
        let path = format!("/api/catalog/admin/categories/{id}");
        assert!(
            insist(mall, Method::PUT, &path, "", category)
                .await
                .0
                .is_success()
        );
    }
    let product = json!({ "name": "山海保温杯", "category_id": 3, "brand": { "name": "山海" }, "weight_grams": 300,
        "skus": [{ "code": "cup", "price_fen": 12_900, "options": [] }] });
    assert!(
        insist(
            mall,
            Method::PUT,
            "/api/catalog/admin/products/cup",
            "",
            product
        )
        .await
        .0
        .is_success()
    );
    let receipt =
        json!({ "number": "first", "sku_id": "cup", "warehouse_id": "main", "quantity": pieces });
    assert!(
        insist(mall, Method::POST, "/api/stock/admin/receipts", "", receipt)
            .await
            .0
            .is_success()
    );
}

/// Registers a member who brings a guest's cart along, and gets a quote: the session's cookie and the quote.
async fn prepare(mall: &MallProcess, number: usize) -> (String, Value) {
    let item = json!({ "sku_id": "cup", "quantity": 1 });
    let (status, _, guest) = insist(mall, Method::POST, "/api/cart/items", "", item).await;
    assert!(status.is_success());
    let phone = format!("139{number:08}");
    let member = json!({ "phone": phone, "login_name": format!("buyer{number}"), "password": "correct horse" });
    assert_eq!(
        insist(mall, Method::POST, "/api/members", "", member)
            .await
            .0,
        201
    );
    let login = json!({ "login": phone, "password": "correct horse" });
    let (status, _, session) = insist(mall, Method::POST, "/api/auth/sessions", "", login).await;
    assert_eq!(status, 201);
    let both = format!("{session}; {guest}");
    let (_, cart, _) = insist(mall, Method::GET, "/api/cart", &both, Value::Null).await;
    assert_eq!(cart["pieces"], 1, "{cart}");
    let address = json!({ "receiver": "李雷", "phone": phone, "province": "浙江省", "city": "杭州市",
        "district": "西湖区", "street": "文三路 90 号" });
    let (_, address, _) = insist(
        mall,
        Method::POST,
        "/api/members/me/addresses",
        &session,
        address,
    )
    .await;
    let wanted = json!({ "address_id": address["id"] });
    let (status, quote, _) =
        insist(mall, Method::POST, "/api/orders/quotes", &session, wanted).await;
    assert_eq!(status, 200, "{quote}");
    (session, quote["quote"].clone())
}

async fn available(mall: &MallProcess) -> u64 {
    let (_, answer, _) = insist(
        mall,
        Method::GET,
        "/api/stock/skus?ids=cup",
        "",
        Value::Null,
    )
    .await;
    answer["items"][0]["available"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_becomes_a_member_orders_and_pays_at_the_provider() {
    let mall = MallProcess::start(&workspace()).await;
    put_on_sale(&mall, 5).await;
    let (session, quote) = prepare(&mall, 1).await;
    let (status, order, _) = insist(
        &mall,
        Method::POST,
        "/api/orders",
        &session,
        json!({ "quote": quote }),
    )
    .await;
    assert_eq!(
        (status.as_u16(), &order["total_fen"]),
        (201, &json!(12_900))
    );
    let again = insist(
        &mall,
        Method::POST,
        "/api/orders",
        &session,
        json!({ "quote": quote }),
    )
    .await;
    assert_eq!((again.0.as_u16(), &again.1), (201, &order));

    let wanted = json!({ "order_sn": order["order_sn"], "provider": "alipay" });
    let (_, payment, _) = insist(&mall, Method::POST, "/api/payments", &session, wanted).await;
    let page = mall
        .http
        .get(payment["url"].as_str().unwrap())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let action = page
        .split("action=\"")
        .find_map(|rest| rest.split('"').next().filter(|path| path.ends_with("/pay")));
    let provider = mall.endpoints().sandbox_url.clone().unwrap();
    let browser = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let paid = browser
        .post(format!("{provider}{}", action.unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(paid.status(), 303);

    let path = format!("/api/orders/{}", order["order_sn"].as_str().unwrap());
    until("the notice has marked the order paid", async || {
        let (_, order, _) = insist(&mall, Method::GET, &path, &session, Value::Null).await;
        (order["status"] == "paid").then_some(())
    })
    .await;
    assert_eq!(available(&mall).await, 4);
    until("what was ordered has left the cart", async || {
        let (_, cart, _) = insist(&mall, Method::GET, "/api/cart", &session, Value::Null).await;
        (cart["pieces"] == 0).then_some(())
    })
    .await;
    let too_late = insist(
        &mall,
        Method::POST,
        &format!("{path}/cancellation"),
        &session,
        json!({}),
    )
    .await;
    assert_eq!(too_late.0, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mall_killed_in_the_middle_of_submits_keeps_every_order_it_acknowledged_and_all_its_stock()
 {
    const BUYERS: usize = 40;
    let mut mall = MallProcess::start_with(&workspace(), SOON).await;
    put_on_sale(&mall, BUYERS).await;
    let mut buyers = Vec::new();
    for group in 0..BUYERS / 8 {
        buyers.extend(join_all((0..8).map(|index| prepare(&mall, group * 8 + index))).await);
    }
    // Every client notes what was acknowledged to it, and dies with nobody.
    let submits = buyers.iter().map(|(session, quote)| {
        let request = mall
            .http
            .post(mall.url("/api/orders"))
            .header("cookie", session)
            .json(&json!({ "quote": quote }));
        tokio::spawn(async move {
            let answer = request
                .send()
                .await
                .ok()
                .filter(|answer| answer.status() == 201)?;
            let order: Value = answer.json().await.ok()?;
            Some(order["order_sn"].as_str().unwrap().to_owned())
        })
    });
    let mut submits: Vec<_> = submits.collect();
    let first = submits.remove(0).await.unwrap();
    mall.kill9();
    let mut acknowledged: Vec<_> = first.into_iter().map(|sn| (sn, &buyers[0].0)).collect();
    for (submit, (session, _)) in submits.into_iter().zip(&buyers[1..]) {
        acknowledged.extend(submit.await.unwrap().map(|sn| (sn, session)));
    }
    assert!(!acknowledged.is_empty());
    mall.restart().await;
    for (order_sn, session) in &acknowledged {
        let path = format!("/api/orders/{order_sn}");
        assert_eq!(
            insist(&mall, Method::GET, &path, session, Value::Null)
                .await
                .0,
            200,
            "{order_sn}"
        );
    }
    let pieces = u64::try_from(BUYERS).unwrap();
    until(
        "every unpaid order is closed and its stock is back",
        async || (available(&mall).await == pieces).then_some(()),
    )
    .await;
    let (session, quote) = &buyers[BUYERS - 1];
    let late = insist(
        &mall,
        Method::POST,
        "/api/orders",
        session,
        json!({ "quote": quote }),
    )
    .await;
    assert!(matches!(late.0.as_u16(), 201 | 409), "{late:?}");
}
