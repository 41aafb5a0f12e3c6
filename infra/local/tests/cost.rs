//! What an order costs, from the lines that its functions log: the budget, and the command that tells it.
#![allow(clippy::unwrap_used)]

mod harness;
/// Notices as the payment provider signs them, as the tests of the payment service have them.
#[allow(dead_code)]
#[path = "../../../functions/payment/tests/payments/notice.rs"]
mod notice;

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use harness::{mall_command, workspace};
use kernel::{MemberId, Money};
use mall::cost::{Bill, BilledTime, Line, Prices, Terms};
use notice::{APP_ID, MERCHANT_PRIVATE, Notice, PROVIDER_PUBLIC, SELLER_ID, encoded};
use serde_json::{Value, json};
use testkit::{Mall, Request};

/// What each invocation is taken for, in milliseconds: more than any of these needs on AWS with DynamoDB some milliseconds
/// away, and the same on every machine.
const BILLED_MS: u64 = 20;

/// What functions write, in the form in which `edge::run` lets them.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

thread_local! {
    /// Where what this thread's functions write goes.
    static HERE: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// Ends the taking of a log.
struct Taking;

impl Drop for Taking {
    fn drop(&mut self) {
        HERE.set(None);
    }
}

impl Log {
    /// Takes what this thread's functions write until the guard is dropped. There is one subscriber for all tests of this
    /// program: where each brings its own, a line is lost now and then to the coming and going of another's.
    fn begin() -> (Self, Taking) {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            tracing_subscriber::fmt()
                .json()
                .flatten_event(true)
                .with_writer(|| HERE.with_borrow(|log| log.clone().unwrap_or_default()))
                .init();
        });
        let log = Self::default();
        HERE.set(Some(log.clone()));
        (log, Taking)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Shop {
    mall: Mall,
    session: String,
    address: Value,
}

const SKUS: [&str; 3] = ["a", "b", "c"];

impl Shop {
    async fn open() -> Self {
        let services = [
            cart::service,
            catalog::service,
            member::service,
            order::service,
            payment::service,
            stock::service,
        ];
        let settings = [
            ("AlipayAppId", APP_ID),
            ("AlipaySellerId", SELLER_ID),
            ("AlipayPublicKey", PROVIDER_PUBLIC),
            ("MerchantPrivateKey", MERCHANT_PRIVATE),
        ];
        let mall = Mall::start_with(&services, &settings).await;
        mall.put_on_sale(&SKUS.map(|sku| (sku, 378_800, 100))).await;
        let session = mall.session_of(&MemberId::generate(mall.now())).await;
        let address = json!({
            "receiver": "李雷", "phone": "13800001234", "province": "浙江省", "city": "杭州市", "district": "西湖区",
            "street": "文三路 90 号 5 幢 301 室",
        });
        let mut shop = Self {
            mall,
            session,
            address: Value::Null,
        };
        shop.address = shop.post("/api/members/me/addresses", &address, 201).await["id"].clone();
        shop
    }

    async fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let request = self.mall.post(path).session(&self.session).json(body);
        request.send().await.expect(status).json()
    }

    /// Puts so many lines into the cart; the quote for them.
    async fn quote(&self, lines: usize) -> Value {
        for sku in &SKUS[..lines] {
            let item = json!({ "sku_id": sku, "quantity": 2 });
            self.post("/api/cart/items", &item, 201).await;
        }
        let wanted = json!({ "address_id": self.address });
        let quote = self.post("/api/orders/quotes", &wanted, 200).await;
        json!({ "quote": quote["quote"] })
    }

    async fn submit(&self, quote: &Value) -> (String, Money) {
        let mut body = quote.clone();
        body["pay_with"] = json!("alipay");
        let order = self.post("/api/orders", &body, 201).await;
        assert!(order["payment_page"]["url"].is_string(), "{order}");
        let sn = order["order_sn"].as_str().unwrap().to_owned();
        (sn, Money::from_fen(order["total_fen"].as_i64().unwrap()))
    }

    /// From the first line in the cart to the last message, paid.
    async fn sell(&self, lines: usize) {
        let (sn, total) = self.submit(&self.quote(lines).await).await;
        assert_eq!(self.mall.deliver_stream("remove-ordered-lines").await, 1);
        self.notice(&sn, total).send().await.expect(200);
        self.mall
            .clock()
            .advance(std::time::Duration::from_secs(900));
        assert_eq!(self.mall.deliver("close-order").await, 1);
        for queue in ["close-order", "release-stock"] {
            assert!(self.mall.waiting(queue).is_empty(), "{queue}");
        }
    }

    fn notice(&self, sn: &str, total: Money) -> Request<'_> {
        let form = Notice::paid(sn, "1", &total.to_string()).signed();
        let request = self.mall.post("/api/payments/notices/alipay");
        request.body("application/x-www-form-urlencoded", encoded(&form))
    }

    fn bill<'l>(&self, lines: impl IntoIterator<Item = &'l Line>) -> Bill {
        let prices = Prices::of_repository().unwrap();
        let memory = |operation: &str| {
            let function = self.mall.deployment().function(operation);
            function.unwrap().memory_mb
        };
        let terms = Terms {
            prices: &prices,
            memory_mb: &memory,
            time: BilledTime::Fixed(BILLED_MS),
        };
        Bill::of(lines, &terms)
    }
}

/// Lines, and cents for a million whole lives of paid orders. docs/COST.md says what they are made of, and what would lower
/// them; whoever raises them says there why.
const BUDGET: [(usize, u64); 2] = [(1, 1250), (3, 1950)];

#[tokio::test]
async fn a_paid_order_stays_within_its_budget() {
    for (lines, cents_per_million) in BUDGET {
        // A session that is not old enough to be extended on the way.
        let shop = Shop::open().await;
        let (log, logging) = Log::begin();
        shop.mall.wire().forget();
        shop.sell(lines).await;
        drop(logging);
        let found = Line::find_all(&log.text());
        let submit = found.iter().filter(|line| line.operation == "submit-order");
        let (submit, life) = (shop.bill(submit), shop.bill(&found));
        let n = lines as u64;
        assert_eq!(submit.write_units, 2 * n + 2);
        assert!(life.write_units <= 3 * n + 4, "{life:?}");
        // What the functions count of themselves is what passed the wire.
        let calls = shop.mall.wire().calls();
        let counted = found
            .iter()
            .map(|line| line.dynamodb_calls + line.queue_calls);
        assert_eq!(counted.sum::<u64>(), calls.0.len() as u64);
        assert_eq!(
            (life.write_units, life.half_read_units),
            (calls.write_units(), calls.half_read_units())
        );
        assert!(
            life.cost.total() <= cents_per_million * 10_000,
            "{lines} lines cost {} pico-dollars: {life:?}",
            life.cost.total()
        );
    }
}

#[tokio::test]
async fn each_step_of_an_order_is_noted_once_however_often_it_is_asked_for() {
    let shop = Shop::open().await;
    let (log, _logging) = Log::begin();
    let quote = shop.quote(1).await;
    let (sn, total) = shop.submit(&quote).await;
    let _ = shop.submit(&quote).await;
    shop.notice(&sn, total).send().await.expect(200);
    shop.notice(&sn, total).send().await.expect(200);
    let found = Line::find_all(&log.text());
    let steps: Vec<_> = found
        .iter()
        .filter(|line| line.subject.as_ref() == Some(&sn))
        .map(|line| (line.operation.as_str(), line.outcome.as_deref()))
        .collect();
    let expected = [
        ("quote-order", None),
        ("submit-order", Some("order-placed")),
        ("submit-order", None),
        ("take-alipay-notice", Some("order-paid")),
        ("take-alipay-notice", None),
    ];
    assert_eq!(steps, expected);
    let repeated = found.last().unwrap();
    assert_eq!((repeated.write_units, repeated.failed_write_units), (0, 1));
    assert!(
        found
            .iter()
            .all(|line| line.status.is_some_and(|status| status < 300)
                && line.waited_micros <= line.micros)
    );
}

#[tokio::test]
async fn messages_of_one_batch_are_counted_each_by_itself_and_in_its_own_trace() {
    let shop = Shop::open().await;
    let trace = |digit: &str| format!("00-{}-00f067aa0ba902b7-01", digit.repeat(32));
    let sn = |digit: &str| digit.repeat(52);
    let due = "2026-11-24T07:00:00Z";
    let record = |digit: &str| {
        json!({
            "messageId": digit, "receiptHandle": digit, "eventSource": "aws:sqs",
            "body": json!({ "order_sn": sn(digit), "due": due }).to_string(),
            "messageAttributes": { "traceparent": { "dataType": "String", "stringValue": trace(digit) } },
        })
    };
    let unreadable = json!({ "messageId": "3", "receiptHandle": "3", "body": "noise" });
    let event = json!({ "Records": [record("1"), record("2"), unreadable] });
    let (log, _logging) = Log::begin();
    let answer = shop.mall.invoke("close-order", &event).await;
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "3");
    let found = Line::find_all(&log.text());
    let [first, second, third] = &found[..] else {
        panic!("{found:?}")
    };
    for (line, digit) in [(first, "1"), (second, "2")] {
        // It is early, and there is no order: the message looks for it, and sends itself again.
        assert_eq!(
            (line.subject.as_ref(), line.trace_id.clone()),
            (Some(&sn(digit)), digit.repeat(32))
        );
        assert_eq!(
            (line.half_read_units, line.queue_calls, line.batch),
            (1, 1, Some(3))
        );
        assert!(!line.failed && line.batch_micros.unwrap() >= line.micros);
    }
    assert_eq!(
        (third.failed, third.dynamodb_calls, third.batch),
        (true, 0, Some(3))
    );
}

#[tokio::test]
async fn the_command_tells_what_a_log_cost() {
    let shop = Shop::open().await;
    let (log, logging) = Log::begin();
    shop.sell(1).await;
    drop(logging);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.jsonl");
    std::fs::write(&file, log.text()).unwrap();
    let told = |arguments: &[&str]| {
        let mut command = mall_command("cost", &workspace(), folder.path());
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let milliseconds = BILLED_MS.to_string();
    let json: Value =
        serde_json::from_str(&told(&["--json", "--billed-ms", &milliseconds])).unwrap();
    let bill = shop.bill(&Line::find_all(&log.text()));
    assert_eq!(json["total"]["pico_dollars"], bill.cost.total());
    assert_eq!(json["orders"][0]["fate"], "paid");
    // The line in the cart has no order's number yet.
    assert_eq!(
        (
            &json["orders"][0]["sum"]["write_units"],
            &json["carts"]["write_units"]
        ),
        (&json!(6), &json!(1))
    );
    let text = told(&[]);
    for part in [
        "submit-order",
        "Paid orders: 1",
        "Carts, of everyone, for each of 1 orders",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    println!("{text}");

    // The log of a run that was put aside twice, of which the order is in the last part but one.
    let part = |number: u64| {
        let heading = json!({ "function": "mall", "message": "", "run": "r", "part": number });
        format!("{heading}\n")
    };
    let aside = folder.path().join("log.previous.jsonl");
    std::fs::write(aside, part(2) + &log.text()).unwrap();
    std::fs::write(&file, part(3)).unwrap();
    let json: Value =
        serde_json::from_str(&told(&["--json", "--billed-ms", &milliseconds])).unwrap();
    assert_eq!(json["total"]["pico_dollars"], bill.cost.total());
    assert_eq!(json["missing_log_parts"], 1);
    let text = told(&[]);
    assert!(
        text.contains("The first 1 parts of this run's log are gone"),
        "{text}"
    );
}
