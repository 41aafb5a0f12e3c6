//! A mall with one member who orders and pays, and a look at what became of it.

use dynamo::{Key, Query, Table, Write};
use kernel::{MemberId, Money};
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::{Answer, Mall};

use crate::notice::{APP_ID, MERCHANT_PRIVATE, Notice, PROVIDER_PUBLIC, SELLER_ID, encoded};

const SKU: &str = "201806070026001";
const MANY: u32 = 100_000;

pub(crate) struct Shop {
    pub(crate) mall: Mall,
    /// The member's.
    pub(crate) session: String,
    address: String,
}

/// An order that was placed.
pub(crate) struct Placed {
    pub(crate) sn: String,
    pub(crate) total: Money,
    pub(crate) first_item: String,
}

/// A refund that is due, as the table has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Refund {
    sk: String,
    pub(crate) order: String,
    amount_fen: i64,
    state: String,
}

/// The refund that is due for a trade that took the order's total.
pub(crate) fn refund(order: &Placed, trade_no: &str) -> Refund {
    Refund {
        sk: format!("alipay#{trade_no}"),
        order: order.sn.clone(),
        amount_fen: order.total.fen(),
        state: "due".to_owned(),
    }
}

impl Placed {
    /// The order that was answered.
    pub(crate) fn of(order: &Value) -> Self {
        Self {
            sn: order["order_sn"].as_str().unwrap().to_owned(),
            total: Money::from_fen(order["total_fen"].as_i64().unwrap()),
            first_item: order["lines"][0]["name"].as_str().unwrap().to_owned(),
        }
    }

    /// A notice that this trade paid the order's total.
    pub(crate) fn notice(&self, trade_no: &str) -> Notice {
        Notice::paid(&self.sn, trade_no, &self.total.to_string())
    }
}

impl Shop {
    pub(crate) const PAYMENTS: &'static str = "/api/payments";
    pub(crate) const NOTICES: &'static str = "/api/payments/notices/alipay";

    pub(crate) async fn open() -> Self {
        let services = [
            cart::service,
            catalog::service,
            member::service,
            order::service,
            payment::service,
            stock::service,
        ];
        let settings = [
            ("AlipayGatewayUrl", "https://gateway.example/gateway.do"),
            ("AlipayAppId", APP_ID),
            ("AlipaySellerId", SELLER_ID),
            ("AlipayPublicKey", PROVIDER_PUBLIC),
            ("MerchantPrivateKey", MERCHANT_PRIVATE),
            (
                "AlipayNotifyUrl",
                "https://mall.example/api/payments/notices/alipay",
            ),
            ("PaymentReturnUrl", "https://mall.example/orders"),
        ];
        let mall = Mall::start_with(&services, &settings).await;
        mall.put_on_sale(&[(SKU, 378_800, MANY)]).await;
        let session = mall.session_of(&MemberId::generate(mall.now())).await;
        let address = json!({
            "receiver": "李雷", "phone": "13800001234", "province": "浙江省", "city": "杭州市", "district": "西湖区",
            "street": "文三路 1 号",
        });
        let request = mall
            .post("/api/members/me/addresses")
            .session(&session)
            .json(&address);
        let address = request.send().await.expect(201).json()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let shop = Self {
            mall,
            session,
            address,
        };
        let item = json!({ "sku_id": SKU, "quantity": 1 });
        let _ = shop.post("/api/cart/items", &item).await.expect(201);
        shop
    }

    /// The member orders what is in the cart; it stays there until the clean-up is delivered.
    pub(crate) async fn place(&self) -> Placed {
        let quote = self.quote().await;
        let answer = self.submit(&json!({ "quote": quote })).await;
        Placed::of(&answer.expect(201).json())
    }

    /// What is in the cart, quoted.
    pub(crate) async fn quote(&self) -> Value {
        let wanted = json!({ "address_id": self.address });
        let answer = self.post("/api/orders/quotes", &wanted).await;
        answer.expect(200).json()["quote"].clone()
    }

    pub(crate) async fn submit(&self, order: &Value) -> Answer {
        self.post("/api/orders", order).await
    }

    pub(crate) async fn start(&self, order: &Placed) -> Answer {
        self.post(
            Self::PAYMENTS,
            &json!({ "order_sn": order.sn, "provider": "alipay" }),
        )
        .await
    }

    /// The provider sends a form.
    pub(crate) async fn tell(&self, form: &[(String, String)]) -> Answer {
        self.notice_request(form).send().await
    }

    /// The provider sends a form and hears that it was understood.
    pub(crate) async fn told(&self, form: &[(String, String)]) {
        let answer = self.tell(form).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "success"),
            "{form:?}"
        );
    }

    /// The provider sends a form to a function that may die.
    pub(crate) async fn tell_to_the_death(&self, form: &[(String, String)]) -> Option<Answer> {
        self.notice_request(form).send_to_the_death().await
    }

    pub(crate) async fn try_cancel(&self, order: &Placed) -> Answer {
        self.mall
            .post(&format!("/api/orders/{}/cancellation", order.sn))
            .session(&self.session)
            .send()
            .await
    }

    pub(crate) async fn cancel(&self, order: &Placed) {
        let _ = self.try_cancel(order).await.expect(200);
    }

    /// The order leaves the warehouse: written down as the protocol has it, as nothing ships orders yet.
    pub(crate) async fn ship(&self, order: &Placed) {
        let (quote, member) = order.sn.split_at(26);
        let table = self
            .mall
            .boot("start-payment")
            .table("ORDER_TABLE")
            .unwrap();
        let key = Key::new(format!("M#{member}"), format!("O#{quote}"));
        Table::write(Write::update(&table, key).set("status", "shipped"))
            .await
            .unwrap();
    }

    /// The order as its member sees it.
    pub(crate) async fn order(&self, order: &Placed) -> Value {
        let path = format!("/api/orders/{}", order.sn);
        self.mall
            .get(&path)
            .session(&self.session)
            .send()
            .await
            .expect(200)
            .json()
    }

    pub(crate) async fn status(&self, order: &Placed) -> String {
        self.order(order).await["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// How often the order became paid.
    pub(crate) async fn paid_steps(&self, order: &Placed) -> usize {
        let timeline = self.order(order).await["timeline"]
            .as_array()
            .unwrap()
            .clone();
        timeline.iter().filter(|step| step["to"] == "paid").count()
    }

    /// All refunds that are due, by trade.
    pub(crate) async fn refunds_due(&self) -> Vec<Refund> {
        let table = self
            .mall
            .boot("take-alipay-notice")
            .table("PAYMENT_TABLE")
            .unwrap();
        Query::partition("REFUND")
            .strong()
            .all(&table)
            .await
            .unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.mall
            .post(path)
            .session(&self.session)
            .json(body)
            .send()
            .await
    }

    fn notice_request(&self, form: &[(String, String)]) -> testkit::Request<'_> {
        self.mall.post(Self::NOTICES).body(
            "application/x-www-form-urlencoded; charset=utf-8",
            encoded(form),
        )
    }
}
