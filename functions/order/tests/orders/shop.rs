//! A mall with goods, and customers who order them.

use std::time::Duration;

use kernel::MemberId;
use serde_json::{Value, json};
use testkit::{Answer, Mall, Request, Setting};

pub(crate) const QUOTES: &str = "/api/orders/quotes";
pub(crate) const ORDERS: &str = "/api/orders";

pub(crate) const CLOSE: &str = "close-order";
pub(crate) const RELEASE: &str = "release-stock";
/// Takes what was ordered out of the cart, woken by the order table's stream.
pub(crate) const REMOVE: &str = "remove-ordered-lines";

/// How long an order can be paid, and how long after that it is closed.
pub(crate) const WINDOW: Duration = Duration::from_secs(900);
pub(crate) const GRACE: Duration = Duration::from_secs(60);

/// The price of SKU `a` in [`mall`]: above the limit of free freight.
pub(crate) const PRICE: i64 = 378_800;

pub(crate) async fn mall(skus: &[(&str, i64, u32)]) -> Mall {
    mall_with(skus, &[]).await
}

pub(crate) async fn mall_with(skus: &[(&str, i64, u32)], settings: &[Setting<'_>]) -> Mall {
    let services = [
        cart::service,
        catalog::service,
        member::service,
        order::service,
        stock::service,
    ];
    let mall = Mall::start_with(&services, settings).await;
    mall.put_on_sale(skus).await;
    mall
}

/// A member with an address.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) mall: Mall,
    pub(crate) id: MemberId,
    pub(crate) session: String,
    pub(crate) address: String,
}

/// An address that is not unusual.
pub(crate) fn short_address() -> Value {
    json!({
        "receiver": "李雷", "phone": "13800001234", "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "street": "文三路 90 号 5 幢 301 室", "postal_code": "310012",
    })
}

impl Customer {
    pub(crate) async fn of(mall: &Mall) -> Self {
        Self::living_at(mall, &short_address()).await
    }

    pub(crate) async fn living_at(mall: &Mall, address: &Value) -> Self {
        let id = MemberId::generate(mall.now());
        let session = mall.session_of(&id).await;
        let request = mall
            .post("/api/members/me/addresses")
            .session(&session)
            .json(address);
        let address = request.send().await.expect(201).json()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            mall: mall.clone(),
            id,
            session,
            address,
        }
    }

    /// The same member with a fresh session, after more time than one lasts.
    pub(crate) async fn signed_in_again(&self) -> Self {
        Self {
            session: self.mall.session_of(&self.id).await,
            ..self.clone()
        }
    }

    pub(crate) fn get(&self, path: &str) -> Request<'_> {
        self.mall.get(path).session(&self.session)
    }

    pub(crate) fn post(&self, path: &str) -> Request<'_> {
        self.mall.post(path).session(&self.session)
    }

    pub(crate) async fn wants(&self, sku: &str, pieces: u32) {
        let item = json!({ "sku_id": sku, "quantity": pieces });
        let answer = self.post("/api/cart/items").json(&item).send().await;
        assert!(answer.status < 300, "{answer:?}");
    }

    /// How many lines the cart has.
    pub(crate) async fn lines_in_cart(&self) -> usize {
        self.get("/api/cart").send().await.expect(200).json()["items"]
            .as_array()
            .unwrap()
            .len()
    }

    pub(crate) async fn try_quote(&self) -> Answer {
        self.post(QUOTES)
            .json(&json!({ "address_id": self.address }))
            .send()
            .await
    }

    pub(crate) async fn quote(&self) -> Value {
        self.try_quote().await.expect(200).json()
    }

    /// A quote for so many pieces of one SKU.
    pub(crate) async fn quote_of(&self, sku: &str, pieces: u32) -> Value {
        self.wants(sku, pieces).await;
        self.quote().await
    }

    /// The request that places an order with a quote.
    pub(crate) fn order_with(&self, quote: &Value) -> Request<'_> {
        self.post(ORDERS)
            .json(&json!({ "quote": quote["quote"], "note": "请在工作日送货" }))
    }

    pub(crate) async fn submit(&self, quote: &Value) -> Answer {
        self.order_with(quote).send().await
    }

    /// Orders so many pieces of one SKU, which then leave the cart; the order's number.
    pub(crate) async fn order(&self, sku: &str, pieces: u32) -> String {
        let quote = self.quote_of(sku, pieces).await;
        let sn = sn_of(&self.submit(&quote).await.expect(201));
        self.mall.deliver_stream(REMOVE).await;
        sn
    }

    pub(crate) fn cancellation(&self, sn: &str) -> Request<'_> {
        self.post(&format!("{ORDERS}/{sn}/cancellation"))
    }

    pub(crate) async fn cancel(&self, sn: &str) -> Answer {
        self.cancellation(sn).send().await
    }

    pub(crate) async fn show(&self, sn: &str) -> Answer {
        self.get(&format!("{ORDERS}/{sn}")).send().await
    }

    pub(crate) async fn status(&self, sn: &str) -> String {
        self.show(sn).await.expect(200).json()["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// All orders of the customer, the newest first.
    pub(crate) async fn orders(&self) -> Vec<Value> {
        let page = self
            .get("/api/orders?limit=100")
            .send()
            .await
            .expect(200)
            .json();
        assert!(page["next_cursor"].is_null(), "{page}");
        page["items"].as_array().unwrap().clone()
    }
}

pub(crate) fn sn_of(answer: &Answer) -> String {
    answer.json()["order_sn"].as_str().unwrap().to_owned()
}

/// What an answer says without what differs between two requests.
pub(crate) fn codes(answers: &[Answer]) -> Vec<(u16, String)> {
    let code = |answer: &Answer| {
        answer.json()["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let mut codes: Vec<_> = answers
        .iter()
        .map(|answer| (answer.status, code(answer)))
        .collect();
    codes.sort();
    codes
}

/// Lets what waits to close orders be handled, and then what waits to bring stock back.
pub(crate) async fn settle(mall: &Mall) {
    mall.deliver(CLOSE).await;
    mall.deliver(RELEASE).await;
}

/// Lets time pass until everything that was ordered before now is due, and settles it.
pub(crate) async fn let_time_pass(mall: &Mall) {
    mall.clock().advance(WINDOW + GRACE);
    settle(mall).await;
    assert!(mall.waiting(CLOSE).is_empty(), "{:?}", mall.waiting(CLOSE));
}
