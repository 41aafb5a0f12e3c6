//! What each operation costs and how often it waits, against the table of the order protocol.

use std::time::Duration;

use dynamo::Consistency;
use kernel::Money;
use order::{MarkPaid, Orders, Payment};
use serde_json::{Value, json};
use testkit::{Calls, Mall};

use crate::shop::{CLOSE, Customer, GRACE, PRICE, RELEASE, WINDOW, mall, sn_of};

/// SKUs with titles and options as long as the catalog takes, each a product of its own.
async fn put_wordy_goods_on_sale(mall: &Mall, count: usize) -> Vec<String> {
    let ids: Vec<String> = (0..count)
        .map(|number| format!("2018060700260{number:02}"))
        .collect();
    let attribute = json!({ "name": "颜色与版本", "use": "sale" });
    mall.put("/api/catalog/admin/categories/3/attributes/颜色与版本")
        .staff()
        .json(&attribute)
        .send()
        .await
        .expect(201);
    for id in &ids {
        let name: String = "华为麦芒手机全网通双卡双待幻影紫"
            .repeat(20)
            .chars()
            .take(200)
            .collect();
        let option = json!({ "attribute_id": "颜色与版本", "value": "幻影紫八核八吉".repeat(14) });
        let body = json!({
            "name": name, "category_id": 3, "brand_id": "山海", "weight_grams": 500,
            "skus": [{ "code": id, "price_fen": 378_800, "options": [option] }],
        });
        mall.publish(id, &body).await;
        mall.receive(&format!("r/{id}"), id, 100).await;
    }
    ids
}

fn long_address() -> Value {
    json!({
        "receiver": "阿卜杜热合曼·买买提", "phone": "13800001234", "province": "新疆维吾尔自治区",
        "city": "克孜勒苏柯尔克孜自治州", "district": "阿克陶县", "street": "人民路".repeat(20), "postal_code": "845550",
    })
}

/// What an operation did beside reading its session.
fn seen(mall: &Mall) -> Calls {
    mall.wire().calls().without("mall-session")
}

/// Calls of different stages may begin in any order within one.
fn sorted(calls: &Calls) -> Vec<String> {
    let mut names = calls.names();
    names.sort();
    names
}

#[tokio::test]
async fn each_operation_of_an_order_costs_and_waits_as_the_protocol_says() {
    let mall = mall(&[("x", 1, 0)]).await;
    let ids = put_wordy_goods_on_sale(&mall, 3).await;
    for lines in [1_usize, 3] {
        let customer = Customer::living_at(&mall, &long_address()).await;
        for id in &ids[..lines] {
            customer.wants(id, 12).await;
        }
        mall.wire().watch_stages();
        let quote = customer.quote().await;
        let calls = seen(&mall);
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (0, 2),
            "quote, {lines} lines: {:?}",
            calls.names()
        );

        mall.wire().watch_stages();
        let sn = sn_of(&customer.submit(&quote).await.expect(201));
        let calls = seen(&mall);
        let mut expected = vec!["BatchGetItem mall-catalog", "GetItem mall-order"];
        expected.extend([
            "SendMessage mall-close-order",
            "TransactWriteItems mall-order,mall-stock",
        ]);
        assert_eq!(sorted(&calls), expected);
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (2 * lines as u64 + 2, 2),
            "submit, {lines} lines"
        );

        mall.wire().watch_stages();
        let _ = customer.submit(&quote).await.expect(201);
        let calls = seen(&mall);
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (0, 1),
            "replay, {lines} lines"
        );

        mall.wire().watch_stages();
        let _ = customer.show(&sn).await.expect(200);
        assert_eq!(
            (seen(&mall).write_units(), seen(&mall).stages()),
            (0, 2),
            "show"
        );

        mall.wire().watch_stages();
        let _ = customer.orders().await;
        assert_eq!(
            (seen(&mall).write_units(), seen(&mall).stages()),
            (0, 2),
            "list"
        );

        mall.wire().watch_stages();
        let orders = Orders::from_env(&mall.boot("show-order")).unwrap();
        let found = orders
            .find(&sn.parse().unwrap(), Consistency::Strong)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (seen(&mall).half_read_units(), seen(&mall).stages()),
            (2, 1),
            "find"
        );

        let payment = Payment {
            provider: "alipay".to_owned(),
            trade_no: "2026112422001400001234567890".to_owned(),
            amount: found.total,
            paid_at: mall.now(),
        };
        mall.wire().watch_stages();
        assert_eq!(
            orders
                .mark_paid(&sn.parse().unwrap(), &payment)
                .await
                .unwrap(),
            MarkPaid::Paid
        );
        assert_eq!(
            (seen(&mall).write_units(), seen(&mall).stages()),
            (1, 1),
            "paid, {lines} lines"
        );
        assert_eq!(found.total, Money::from_fen(lines as i64 * 12 * 378_800));
    }
}

#[tokio::test]
async fn cancelling_costs_one_unit_in_two_stages() {
    let mall = mall(&[("x", 1, 0)]).await;
    let ids = put_wordy_goods_on_sale(&mall, 3).await;
    for lines in [1_usize, 3] {
        let customer = Customer::living_at(&mall, &long_address()).await;
        for id in &ids[..lines] {
            customer.wants(id, 1).await;
        }
        let quote = customer.quote().await;
        let sn = sn_of(&customer.submit(&quote).await.expect(201));
        mall.wire().watch_stages();
        let _ = customer.cancel(&sn).await.expect(200);
        let calls = seen(&mall);
        assert_eq!(
            calls.names(),
            ["UpdateItem mall-order", "SendMessage mall-release-stock"]
        );
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (1, 2),
            "{lines} lines"
        );
        mall.wire().watch_stages();
        mall.deliver(RELEASE).await;
        let calls = seen(&mall);
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (2 * lines as u64 + 2, 1),
            "release, {lines} lines"
        );
    }
}

#[tokio::test]
async fn closing_costs_one_unit_or_none_in_two_or_three_stages() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    let customer = Customer::of(&mall).await;
    let _ = customer.order("a", 1).await;
    let short = customer.quote_of("a", 99).await;
    let _ = customer.submit(&short).await.expect(409);
    let messages: Vec<Value> = mall
        .waiting(CLOSE)
        .into_iter()
        .map(|sent| sent.message)
        .collect();
    let [order, void] = &messages[..] else {
        panic!("{messages:?}")
    };
    let cases: [(&str, &Value, Duration, u64, &[&str]); 6] = [
        (
            "early",
            order,
            Duration::ZERO,
            0,
            &["GetItem mall-order", "SendMessage mall-close-order"],
        ),
        (
            "early and absent",
            void,
            Duration::ZERO,
            0,
            &["GetItem mall-order", "SendMessage mall-close-order"],
        ),
        (
            "due",
            order,
            WINDOW + GRACE,
            1,
            &[
                "GetItem mall-order",
                "UpdateItem mall-order",
                "SendMessage mall-release-stock",
            ],
        ),
        (
            "closed",
            order,
            Duration::ZERO,
            0,
            &["GetItem mall-order", "SendMessage mall-release-stock"],
        ),
        (
            "due and absent",
            void,
            Duration::ZERO,
            1,
            &["GetItem mall-order", "PutItem mall-order"],
        ),
        ("void", void, Duration::ZERO, 0, &["GetItem mall-order"]),
    ];
    for (case, message, passes, units, names) in cases {
        mall.clock().advance(passes);
        mall.wire().watch_stages();
        assert!(mall.handle(CLOSE, message).await, "{case}");
        let calls = seen(&mall);
        assert_eq!(calls.names(), names, "{case}");
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (units, names.len()),
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_long_order_pays_for_each_kib_it_takes() {
    let mall = mall(&[("x", 1, 0)]).await;
    let ids = put_wordy_goods_on_sale(&mall, 20).await;
    for lines in [4_u64, 10, 20] {
        let customer = Customer::living_at(&mall, &long_address()).await;
        for id in &ids[..lines as usize] {
            customer.wants(id, 1).await;
        }
        let quote = customer.quote().await;
        mall.wire().watch_stages();
        let _ = customer.submit(&quote).await.expect(201);
        let calls = seen(&mall);
        let kib = (calls.write_units() - 2 * lines) / 2;
        assert!(
            kib <= (650 + lines * 115).div_ceil(1024),
            "{lines} lines take {kib} KiB"
        );
        assert_eq!(
            (calls.write_units(), calls.stages()),
            (2 * lines + 2 * kib, 2),
            "{lines} lines"
        );
    }
}
