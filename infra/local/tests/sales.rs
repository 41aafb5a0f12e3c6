//! The whole mall sells: from browsing to the paid order, and through the death of all of it in the middle.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use futures::future::join_all;
use harness::{ADMINISTRATOR, MallProcess, mall_command, signal, until, workspace};
use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::{Value, json};

/// Orders are closed soon after they were placed.
const SOON: &[&str] = &[
    "--no-demo",
    "--set",
    "PaymentWindowSeconds=15",
    "--set",
    "CloseGraceSeconds=1",
];

/// A request with a JSON body, from whoever has this cookie, and from staff.
async fn request(
    mall: &MallProcess,
    method: Method,
    path: &str,
    cookie: &str,
    body: Value,
) -> reqwest::RequestBuilder {
    let cookies = format!("{}; {cookie}", mall.staff().await);
    let request = mall.http.request(method, mall.url(path));
    request.header("cookie", cookies).json(&body)
}

/// Sends JSON; the answer's status, body and cookie.
async fn call(
    mall: &MallProcess,
    method: Method,
    path: &str,
    cookie: &str,
    body: Value,
) -> (StatusCode, Value, String) {
    let answer = request(mall, method, path, cookie, body)
        .await
        .send()
        .await
        .unwrap();
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
    let product = json!({ "name": "山海保温杯", "category_id": 3, "brand_id": "山海", "weight_grams": 300,
        "skus": [{ "code": "cup", "price_fen": 12_900 }] });
    for (path, body) in [
        ("brands/%E5%B1%B1%E6%B5%B7", json!({ "name": "山海" })),
        ("products/cup", product),
        ("products/cup/sale", Value::Null),
    ] {
        let path = format!("/api/catalog/admin/{path}");
        let (status, answer, _) = insist(mall, Method::PUT, &path, "", body).await;
        assert!(status.is_success(), "{path}: {answer}");
    }
    let receipt =
        json!({ "number": "first", "sku_id": "cup", "warehouse_id": "main", "quantity": pieces });
    assert!(
        insist(mall, Method::POST, "/api/stock/admin/receipts", "", receipt)
            .await
            .0
            .is_success()
    );
}

/// A member with one cup in the cart.
struct Buyer {
    session: String,
    address: Value,
    quote: Value,
}

/// Asks for so many quotes of what is in a buyer's cart.
async fn quotes_of(mall: &MallProcess, buyer: &Buyer, count: usize) -> Vec<Value> {
    let mut quotes = Vec::new();
    for _ in 0..count {
        let wanted = json!({ "address_id": buyer.address });
        let (status, quote, _) = insist(
            mall,
            Method::POST,
            "/api/orders/quotes",
            &buyer.session,
            wanted,
        )
        .await;
        assert_eq!(status, 200, "{quote}");
        quotes.push(quote["quote"].clone());
    }
    quotes
}

/// Registers a member who brings a guest's cart along, and gets a quote.
async fn prepare(mall: &MallProcess, number: usize) -> Buyer {
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
    let address = address["id"].clone();
    let mut buyer = Buyer {
        session,
        address,
        quote: Value::Null,
    };
    buyer.quote = quotes_of(mall, &buyer, 1).await.remove(0);
    buyer
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
    let Buyer { session, quote, .. } = prepare(&mall, 1).await;
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

    // The repeat of the submit counts nothing.
    for (template, metric) in [("order", "OrdersPlaced"), ("payment", "OrdersPaid")] {
        let outcome = counted_outcome(template, metric);
        let counted = until(&format!("{metric} can be counted"), async || {
            let log = std::fs::read_to_string(mall.data().join("log.jsonl")).ok()?;
            let lines = log
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let count = lines.filter(|line| line["outcome"] == outcome).count();
            (count > 0).then_some(count)
        })
        .await;
        assert_eq!(counted, 1, "{metric}");
    }
}

/// The outcome in the log lines that a metric filter of a template counts.
fn counted_outcome(template: &str, metric: &str) -> String {
    let file = workspace().join(format!("infra/{template}.yaml"));
    let text = std::fs::read_to_string(file).unwrap();
    let filter = text.split_once(&format!("  {metric}:\n")).unwrap().1;
    let pattern = filter.split_once("{ $.outcome = \"").unwrap().1;
    pattern.split_once("\" }").unwrap().0.to_owned()
}

/// Members, and how many quotes each of them has in hand: every quote is one submit.
const BUYERS: usize = 20;
const QUOTES: usize = 25;
/// Orders that were cancelled just before, so that stock is on its way back too.
const CANCELLED: usize = 10;

/// The consumers whose messages are to be under way at the kill, and the queue of every one that there is.
const WORKERS: [&str; 2] = ["release-stock", "remove-ordered-lines"];
const QUEUES: [&str; 2] = ["release-stock", "close-order"];

/// Starts a worker and halts its process: a batch that is handed to it stays in flight. Its process id.
fn halt(mall: &MallProcess, worker: &str) -> u32 {
    let empty = mall.data().join("empty-batch.json");
    std::fs::write(&empty, r#"{"Records": []}"#).unwrap();
    let started = mall_command("invoke", &workspace(), mall.data())
        .args([worker, "--event"])
        .arg(&empty)
        .output();
    assert!(started.unwrap().status.success(), "{worker}");
    let found = std::process::Command::new("pgrep")
        .args(["--parent", &mall.endpoints().pid.to_string()])
        .args(["--full", worker])
        .output();
    let found = String::from_utf8(found.unwrap().stdout).unwrap();
    let process = found.trim().parse().expect("one process of the worker");
    signal("STOP", process);
    process
}

/// How many messages a queue holds, and how many of them a consumer has and has not finished.
async fn messages_in(mall: &MallProcess, queue: &str) -> (u64, u64) {
    let url = &mall.endpoints().sqs_url;
    let queue_url = format!("{url}/000000000000/mall-{queue}");
    let answer = mall
        .http
        .post(url)
        .header("authorization", ADMINISTRATOR)
        .header("x-amz-target", "AmazonSQS.GetQueueAttributes")
        .header("content-type", "application/x-amz-json-1.0")
        .body(json!({ "QueueUrl": queue_url, "AttributeNames": ["All"] }).to_string())
        .send()
        .await
        .unwrap();
    let attributes: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let count = |state: &str| {
        let name = format!("/Attributes/ApproximateNumberOfMessages{state}");
        let text = attributes.pointer(&name).and_then(Value::as_str).unwrap();
        text.parse::<u64>().unwrap()
    };
    let in_flight = count("NotVisible");
    (count("") + count("Delayed") + in_flight, in_flight)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mall_killed_among_500_submits_keeps_every_order_it_acknowledged_and_all_its_stock() {
    let mut mall = MallProcess::start_with(&workspace(), SOON).await;
    let pieces = BUYERS * QUOTES + CANCELLED;
    put_on_sale(&mall, pieces).await;
    let mut buyers = Vec::new();
    for group in 0..BUYERS / 5 {
        buyers.extend(join_all((0..5).map(|index| prepare(&mall, group * 5 + index))).await);
    }
    let quotes: Vec<Vec<Value>> =
        join_all(buyers.iter().map(|buyer| quotes_of(&mall, buyer, QUOTES))).await;
    // What the first orders send stays in flight from here on.
    let halted = WORKERS.map(|worker| halt(&mall, worker));
    for buyer in buyers.iter().take(CANCELLED) {
        let body = json!({ "quote": buyer.quote });
        let (status, order, _) =
            insist(&mall, Method::POST, "/api/orders", &buyer.session, body).await;
        assert_eq!(status, 201, "{order}");
        let path = format!(
            "/api/orders/{}/cancellation",
            order["order_sn"].as_str().unwrap()
        );
        let cancelled = insist(&mall, Method::POST, &path, &buyer.session, json!({})).await;
        assert_eq!(cancelled.0, 200, "{}", cancelled.1);
    }
    let held = until("every queue holds messages, some in flight", async || {
        let mut held = Vec::new();
        for queue in QUEUES {
            let (messages, in_flight) = messages_in(&mall, queue).await;
            let under_way = in_flight > 0 || !WORKERS.contains(&queue);
            (messages > 0 && under_way).then_some(())?;
            held.push((queue, messages, in_flight));
        }
        Some(held)
    })
    .await;
    println!("before the submits, queues hold (messages, in flight): {held:?}");

    // Every client notes what was acknowledged to it.
    let (acknowledge, mut acknowledged) = tokio::sync::mpsc::unbounded_channel();
    for (buyer, quotes) in buyers.iter().zip(quotes) {
        for quote in quotes {
            let submit = request(
                &mall,
                Method::POST,
                "/api/orders",
                &buyer.session,
                json!({ "quote": quote }),
            )
            .await;
            let (acknowledge, session) = (acknowledge.clone(), buyer.session.clone());
            tokio::spawn(async move {
                let answer = submit
                    .send()
                    .await
                    .ok()
                    .filter(|answer| answer.status() == 201)?;
                let order: Value = answer.json().await.ok()?;
                acknowledge
                    .send((order["order_sn"].as_str()?.to_owned(), session))
                    .ok()
            });
        }
    }
    drop(acknowledge);
    let mut orders = Vec::new();
    while orders.len() < 50 {
        orders.push(acknowledged.recv().await.expect("50 orders are placed"));
    }
    mall.kill9();
    for process in halted {
        signal("KILL", process);
    }
    while let Some(order) = acknowledged.recv().await {
        orders.push(order);
    }
    println!(
        "{} of {} submits were acknowledged before the kill",
        orders.len(),
        BUYERS * QUOTES
    );

    mall.restart().await;
    for (order_sn, session) in &orders {
        let path = format!("/api/orders/{order_sn}");
        let (status, order, _) = insist(&mall, Method::GET, &path, session, Value::Null).await;
        assert_eq!(status, 200, "{order_sn}: {order}");
    }
    until(
        "every unpaid order is closed and its stock is back",
        async || (available(&mall).await == u64::try_from(pieces).unwrap()).then_some(()),
    )
    .await;
    let (adds_up, said) = audit(&mall);
    assert!(adds_up, "{said}");
}

/// What `mall audit` finds: whether the stock adds up, and what it prints.
fn audit(mall: &MallProcess) -> (bool, String) {
    let audit = mall_command("audit", &workspace(), mall.data()).output();
    let audit = audit.unwrap();
    let said = [audit.stdout, audit.stderr].map(|said| String::from_utf8(said).unwrap());
    (audit.status.success(), said.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_of_a_running_mall_tells_which_stock_does_not_add_up() {
    let mall = MallProcess::start_with(&workspace(), SOON).await;
    put_on_sale(&mall, 5).await;
    let Buyer { session, quote, .. } = prepare(&mall, 1).await;
    let body = json!({ "quote": quote });
    let (status, order, _) = insist(&mall, Method::POST, "/api/orders", &session, body).await;
    assert_eq!(status, 201, "{order}");
    let (adds_up, said) = audit(&mall);
    assert!(adds_up && said.contains("0 differences"), "{said}");

    let more = json!({
        "TableName": "mall-stock", "Key": { "pk": { "S": "S#cup" }, "sk": { "S": "W#main" } },
        "UpdateExpression": "ADD available :one", "ExpressionAttributeValues": { ":one": { "N": "1" } },
    });
    let changed = mall
        .http
        .post(&mall.endpoints().dynamodb_url)
        .header("authorization", ADMINISTRATOR)
        .header("x-amz-date", "20261124T000000Z")
        .header("x-amz-target", "DynamoDB_20120810.UpdateItem")
        .header("content-type", "application/x-amz-json-1.0")
        .body(more.to_string());
    assert_eq!(changed.send().await.unwrap().status(), 200);
    let (adds_up, said) = audit(&mall);
    assert!(!adds_up && said.contains("1 differences"), "{said}");
    let row = said.lines().find(|line| line.starts_with("cup"));
    let figures: Vec<_> = row.unwrap().split_whitespace().collect();
    // Five came in, and five are available although an order has one or its release is on the way.
    assert_eq!(
        (figures[1], figures[2], figures[8]),
        ("main", "5", "-1"),
        "{said}"
    );
}
