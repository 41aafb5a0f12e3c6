//! Quotes: what a member is told, and what cannot be done with it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::shop::{Customer, ORDERS, PRICE, QUOTES, codes, mall, mall_with};

#[tokio::test]
async fn a_quote_tells_lines_stock_freight_and_total() {
    let mall = mall(&[("a", 2_000, 5), ("b", 250, 1)]).await;
    let customer = Customer::of(&mall).await;
    customer.wants("a", 3).await;
    customer.wants("b", 2).await;
    let quote = customer.quote().await;
    let lines = quote["lines"].as_array().unwrap();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            json!([
                line["sku_id"],
                line["price_fen"],
                line["quantity"],
                line["amount_fen"],
                line["available"],
                line["in_stock"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["a", 2_000, 3, 6_000, 5, true]),
            json!(["b", 250, 2, 500, 1, false])
        ]
    );
    // Five pieces of 500 g are three started kilograms: 8.00 for the first, 2.00 for each further one.
    assert_eq!(
        json!([quote["goods_fen"], quote["freight_fen"], quote["total_fen"]]),
        json!([6_500, 1_200, 7_700])
    );
    assert_eq!(quote["in_stock"], false);
    assert_eq!(quote["address"]["city"], "杭州市");
    assert_eq!(quote["expires_at"], "2026-11-24T06:15:00Z");
}

#[tokio::test]
async fn goods_for_99_yuan_go_free_and_far_provinces_cost_more() {
    let mall = mall(&[("a", 9_900, 5), ("b", 9_899, 5)]).await;
    let mut far = crate::shop::short_address();
    far["province"] = json!("新疆维吾尔自治区");
    for (address, sku, freight) in [
        (crate::shop::short_address(), "a", 0),
        (crate::shop::short_address(), "b", 800),
        (far.clone(), "b", 1_800),
        (far, "a", 0),
    ] {
        let customer = Customer::living_at(&mall, &address).await;
        assert_eq!(
            customer.quote_of(sku, 1).await["freight_fen"],
            freight,
            "{sku} {address}"
        );
    }
}

#[tokio::test]
async fn without_anything_checked_or_with_someone_elses_address_there_is_no_quote() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let (customer, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let empty = customer.try_quote().await.expect(409);
    assert_eq!(empty.problem_code(), "12001");
    customer.wants("a", 1).await;
    let foreign = customer
        .post(QUOTES)
        .json(&json!({ "address_id": other.address }))
        .send()
        .await
        .expect(400);
    assert_eq!(
        (foreign.problem_code().as_str(), foreign.pointers()),
        ("10001", vec!["/address_id".to_owned()])
    );
    let signed_out = mall
        .post(QUOTES)
        .json(&json!({ "address_id": customer.address }))
        .send()
        .await
        .expect(401);
    assert_eq!(signed_out.problem_code(), "10005");
}

#[tokio::test]
async fn a_sku_that_went_off_sale_is_named_in_place_of_a_quote() {
    let mall = mall(&[("a", PRICE, 5), ("b", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    customer.wants("a", 1).await;
    customer.wants("b", 1).await;
    let quote = customer.quote().await;
    mall.put_on_sale(&[("a", PRICE, 0)]).await;
    let refusal = customer.try_quote().await.expect(409);
    assert_eq!(
        (refusal.problem_code().as_str(), &refusal.json()["sku_ids"]),
        ("12005", &json!(["b"]))
    );
    let refusal = customer.submit(&quote).await.expect(409);
    assert_eq!(
        (refusal.problem_code().as_str(), &refusal.json()["sku_ids"]),
        ("12005", &json!(["b"]))
    );
}

#[tokio::test]
async fn a_product_that_goes_off_sale_is_neither_quoted_nor_ordered_and_keeps_its_stock() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    mall.take_off_sale("a").await;
    for refusal in [customer.submit(&quote).await, customer.try_quote().await] {
        let refusal = refusal.expect(409);
        assert_eq!(
            (refusal.problem_code().as_str(), &refusal.json()["sku_ids"]),
            ("12005", &json!(["a"]))
        );
    }
    assert_eq!(mall.available("a").await, 5);
    mall.put("/api/catalog/admin/products/a/sale")
        .staff()
        .send()
        .await
        .expect(200);
    customer.submit(&quote).await.expect(201);
}

/// Every way to change one value inside a JSON document.
fn alterations(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                alterations(member)
                    .into_iter()
                    .map(move |altered| (name, altered))
                    .collect::<Vec<_>>()
            })
            .map(|(name, altered)| {
                let mut whole = value.clone();
                whole[name] = altered;
                whole
            })
            .collect(),
        Value::Array(items) => (0..items.len())
            .flat_map(|index| {
                alterations(&items[index])
                    .into_iter()
                    .map(move |altered| (index, altered))
            })
            .map(|(index, altered)| {
                let mut whole = value.clone();
                whole[index] = altered;
                whole
            })
            .collect(),
        Value::Number(number) => vec![json!(number.as_i64().unwrap() + 1), json!(1)],
        Value::String(text) => {
            let last = text.chars().last().unwrap_or('0');
            let other = if last == '1' { '2' } else { '1' };
            vec![format!("{}{other}", &text[..text.len() - last.len_utf8()]).into()]
        }
        _ => vec![],
    }
}

#[tokio::test]
async fn a_quote_that_was_altered_in_any_part_is_refused_and_nothing_is_sent_or_written() {
    let mall = mall(&[("a", PRICE, 5), ("b", 100, 5)]).await;
    let customer = Customer::of(&mall).await;
    customer.wants("a", 1).await;
    customer.wants("b", 2).await;
    let text = customer.quote().await["quote"].as_str().unwrap().to_owned();
    let parts: Vec<&str> = text.split('.').collect();
    let [id, body, tag] = parts[..] else {
        panic!("{text}")
    };
    let content: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    let mut forged: Vec<String> = alterations(&content)
        .into_iter()
        .filter(|altered| *altered != content)
        .map(|altered| format!("{id}.{}.{tag}", URL_SAFE_NO_PAD.encode(altered.to_string())))
        .collect();
    assert!(forged.len() > 15, "{forged:?}");
    let other_id = customer.quote().await["quote_id"]
        .as_str()
        .unwrap()
        .to_owned();
    forged.push(format!("{other_id}.{body}.{tag}"));
    forged.push(format!("{id}.{body}.{}", &tag[..tag.len() - 2]));
    forged.push(format!("{id}.{body}."));
    mall.wire().forget();
    for quote in forged {
        let answer = customer
            .post(ORDERS)
            .json(&json!({ "quote": quote }))
            .send()
            .await
            .expect(400);
        assert_eq!(answer.problem_code(), "12002", "{quote}");
    }
    let calls = mall.wire().calls().without("mall-session");
    assert_eq!(calls.write_units(), 0);
    assert!(
        calls
            .names()
            .iter()
            .all(|name| name == "GetItem mall-order"),
        "{:?}",
        calls.names()
    );
    // The one that was not altered is as good as ever.
    let _ = customer
        .post(ORDERS)
        .json(&json!({ "quote": text }))
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn another_members_quote_is_refused() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let (customer, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let quote = customer.quote_of("a", 1).await;
    assert_eq!(
        codes(&[other.submit(&quote).await]),
        [(400, "12002".to_owned())]
    );
    assert_eq!(mall.available("a").await, 5);
    let _ = customer.submit(&quote).await.expect(201);
    // Nor does another member learn that an order was placed with it.
    assert_eq!(
        codes(&[other.submit(&quote).await]),
        [(400, "12002".to_owned())]
    );
}

#[tokio::test]
async fn an_expired_quote_is_refused_and_sends_nothing() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await;
    mall.clock().advance(Duration::from_secs(900));
    let answer = customer.submit(&quote).await.expect(409);
    assert_eq!(answer.problem_code(), "12003");
    assert!(mall.waiting(crate::shop::CLOSE).is_empty());
}

#[tokio::test]
async fn noise_is_refused_with_its_place_and_never_an_internal_error() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await["quote"]
        .as_str()
        .unwrap()
        .to_owned();
    mall.wire().forget();
    let bodies = [
        json!({}),
        json!({ "quote": "" }),
        json!({ "quote": 1 }),
        json!({ "quote": "01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
        json!({ "quote": "01ARZ3NDEKTSV4RRFFQ69G5FA#.a.b" }),
        json!({ "quote": quote, "note": "华".repeat(501) }),
        json!({ "quote": quote, "note": "a\u{0}" }),
        json!({ "quote": quote, "price_fen": 1 }),
    ];
    for body in bodies {
        let answer = customer.post(ORDERS).json(&body).send().await.expect(400);
        assert_eq!(answer.problem_code(), "10001", "{body}");
    }
    for body in [
        json!({}),
        json!({ "address_id": "x" }),
        json!({ "address_id": customer.address, "sku_id": "a" }),
    ] {
        let answer = customer.post(QUOTES).json(&body).send().await.expect(400);
        assert_eq!(answer.problem_code(), "10001", "{body}");
    }
    for sn in ["x", "a%23b", "..", &"0".repeat(53)] {
        for answer in [customer.show(sn).await, customer.cancel(sn).await] {
            assert_eq!(answer.problem_code(), "10001", "{sn}: {answer:?}");
        }
    }
    assert_eq!(mall.wire().calls().write_units(), 0);
}

#[tokio::test]
async fn a_mall_may_set_its_own_freight_and_windows() {
    let settings = [("PaymentWindowSeconds", "5"), ("CloseGraceSeconds", "1")];
    let mall = mall_with(&[("a", PRICE, 5)], &settings).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 1).await;
    let order = customer.submit(&quote).await.expect(201).json();
    assert_eq!(
        json!([order["placed_at"], order["expires_at"]]),
        json!(["2026-11-24T06:00:00Z", "2026-11-24T06:00:05Z"])
    );
    assert_eq!(
        mall.waiting(crate::shop::CLOSE)[0].delay,
        Duration::from_secs(6)
    );
}
