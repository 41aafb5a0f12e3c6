//! Sample events with live values: `events/<service>/<function>.json`, where `{{member.session}}` stands for a value that only a
//! running mall has. Values come over HTTP, as any client would get them; a placeholder that is asked for brings about what it
//! needs, so `order.sn` registers a member, fills a cart and places an order.
//!
//! | placeholder | value |
//! |---|---|
//! | `staff.session`, `.login`, `.password` | an account of staff that may do everything, made when it is not there yet |
//! | `colleague.id`, `role.id` | an account of staff and a role for changes to be made to |
//! | `member.session`, `.id`, `.phone`, `.login_name`, `.password` | a sample member, registered when it is not there yet |
//! | `address.id` | an address of that member |
//! | `brand.id`, `attribute.id`, `attribute_group.id`, `category.spare` | made for this sample, nothing refers to them |
//! | `category.id`, `product.id`, `sku.id` | the first product of the mall, its category, its first SKU |
//! | `product.draft` | a new product that is not on sale yet |
//! | `product.on_sale` | a new product that was put on sale |
//! | `guest.key` | the key of a guest with that SKU in the cart |
//! | `shopper.address` | that address, of the member with that SKU in the cart: an order takes out of it what it was of |
//! | `quote` | a quote for that SKU to that address |
//! | `order.sn` | an unpaid order of that quote |
//! | `alipay.notice` | what the provider's sandbox says, signed, of an order of that quote that was paid there |
//! | `need.id`, `purchase.id` | a new need for that SKU; a purchase of such a need that nobody has taken on |
//! | `received.purchase`, `received.need` | a purchase that a buyer has taken on, and its only need |
//! | `warehouse.empty` | a new warehouse with nothing in it |
//! | `upload.id` | an upload that was announced, and of which nothing came |
//! | `picture.id` | a picture that was uploaded and published |
//! | `phone` | a mobile number nobody has |
//! | `unique` | a new random word: a receipt's number, a message's id |
//! | `now` | this moment, RFC 3339 |

mod catalog;
mod pictures;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::CommandError;
use crate::cli::{PlaceOptions, with_causes};
use crate::client::http_client;
use crate::files::read_or_make;
use crate::staff::{colleague, open_sample_session};
use crate::state::{Endpoints, random_secret, read_endpoints};

const PHONE: &str = "13800000001";
const LOGIN_NAME: &str = "sample_member";
/// As in a mall without a cookie domain, which a local one is.
const SESSION_COOKIE: &str = "__Host-mall-session";
const STAFF_COOKIE: &str = "__Host-mall-staff";
/// Of a member that exists in local malls only.
const PASSWORD: &str = "sample-password-1";

/// The function's sample event, filled in from the running mall.
pub(crate) async fn live_event(
    place: &PlaceOptions,
    function: &str,
) -> Result<String, CommandError> {
    let path = sample_file(&place.root()?, function)?;
    let text =
        std::fs::read_to_string(&path).map_err(|source| CommandError::File { path, source })?;
    let mut live = Live {
        http: http_client().map_err(CommandError::Http)?,
        endpoints: read_endpoints(&place.data()?)?,
        data: place.data()?,
        known: BTreeMap::new(),
    };
    let mut filled = text.clone();
    for name in placeholders(&text) {
        let value = live
            .value(&name)
            .await
            .map_err(|why| CommandError::Sample {
                function: function.to_owned(),
                why,
            })?;
        filled = filled.replace(&format!("{{{{{name}}}}}"), &value);
    }
    let event: Value =
        serde_json::from_str(&filled).map_err(|source| CommandError::SampleJson {
            function: function.to_owned(),
            source,
        })?;
    Ok(serde_json::to_string_pretty(&event).unwrap_or(filled))
}

/// `events/<service>/<function>.json`, whichever service it is.
fn sample_file(root: &Path, function: &str) -> Result<PathBuf, CommandError> {
    let events = root.join("events");
    let folders = events.read_dir().map_err(|source| CommandError::File {
        path: events,
        source,
    })?;
    let name = format!("{function}.json");
    let file = folders
        .flatten()
        .map(|folder| folder.path().join(&name))
        .find(|file| file.is_file());
    file.ok_or_else(|| CommandError::UnknownFunction(function.to_owned()))
}

/// The names between `{{` and `}}`, each once.
fn placeholders(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split("{{").skip(1) {
        if let Some((name, _)) = part.split_once("}}")
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// The running mall, and what has been learnt of it.
struct Live {
    http: reqwest::Client,
    endpoints: Endpoints,
    data: PathBuf,
    known: BTreeMap<&'static str, String>,
}

impl Live {
    async fn value(&mut self, name: &str) -> Result<String, String> {
        if !self.known.contains_key(name) {
            self.learn(name).await?;
        }
        let value = self
            .known
            .get(name)
            .ok_or_else(|| format!("{{{{{name}}}}} stands for nothing known"))?;
        if value.contains(['"', '\\']) {
            return Err(format!(
                "the value of {{{{{name}}}}} would break the JSON text"
            ));
        }
        Ok(value.clone())
    }

    async fn learn(&mut self, name: &str) -> Result<(), String> {
        match name {
            "staff.session" | "staff.login" | "staff.password" => self.open_staff_session().await?,
            "colleague.id" => self.find_colleague().await?,
            "role.id" => self.put_role().await?,
            "unique" => self.know("unique", format!("{:016x}", rand::random::<u64>())),
            "phone" => self.know(
                "phone",
                format!("139{:08}", rand::random::<u32>() % 100_000_000),
            ),
            "now" => self.know(
                "now",
                OffsetDateTime::now_utc()
                    .format(&Rfc3339)
                    .unwrap_or_default(),
            ),
            "category.id" | "product.id" | "sku.id" => self.find_product().await?,
            "brand.id" => self.make_brand().await?,
            "attribute.id" => self.make_attribute().await?,
            "attribute_group.id" => self.make_attribute_group().await?,
            "category.spare" => self.make_category().await?,
            "product.draft" => self.make_draft().await?,
            "product.on_sale" => self.make_product().await?,
            "guest.key" => self.fill_guest_cart().await?,
            "address.id" => self.find_address().await?,
            "shopper.address" => self.fill_cart().await?,
            "quote" => self.ask_for_quote().await?,
            "order.sn" => self.place_order().await?,
            "upload.id" => self.announce_upload().await?,
            "picture.id" => self.publish_picture().await?,
            "alipay.notice" => self.pay_at_the_provider().await?,
            "need.id" => self.add_need().await?,
            "purchase.id" => self.merge_need().await?,
            "received.purchase" | "received.need" => self.take_purchase_on().await?,
            "warehouse.empty" => self.put_warehouse().await?,
            _ if name.starts_with("member.") => self.sign_in().await?,
            _ => {}
        }
        Ok(())
    }

    fn know(&mut self, name: &'static str, value: String) {
        self.known.insert(name, value);
    }

    async fn open_staff_session(&mut self) -> Result<(), String> {
        let file = self.data.join("sample-staff-password");
        let made = || Ok(random_secret());
        let password = read_or_make(&file, made).map_err(|error| with_causes(&error))?;
        let opened = open_sample_session(&self.endpoints, &password).await;
        let (login, cookie) = opened.map_err(|error| with_causes(&error))?;
        let (_, session) = cookie.split_once('=').unwrap_or_default();
        self.know("staff.session", session.to_owned());
        self.know("staff.login", login);
        self.know("staff.password", password);
        Ok(())
    }

    async fn find_colleague(&mut self) -> Result<(), String> {
        let found = colleague(&self.endpoints).await;
        let colleague = found.map_err(|error| with_causes(&error))?;
        self.know("colleague.id", colleague.as_str().to_owned());
        Ok(())
    }

    async fn put_role(&mut self) -> Result<(), String> {
        let role = format!("sample-{:016x}", rand::random::<u64>());
        let url = format!("{}/api/staff/admin/roles/{role}", self.endpoints.url);
        let request = self.http.put(url).json(&json!({ "permissions": [] }));
        sent(self.by_staff(request).await?).await?;
        self.know("role.id", role);
        Ok(())
    }

    async fn find_product(&mut self) -> Result<(), String> {
        let list = json_of(self.get("/api/catalog/products?limit=1")).await?;
        let product_id = text(&list, "/items/0/product_id")
            .map_err(|_| "the mall has no product yet; load the demo data, or import some")?;
        let product = json_of(self.get(&format!("/api/catalog/products/{product_id}"))).await?;
        self.know("product.id", product_id);
        self.know("sku.id", text(&product, "/skus/0/sku_id")?);
        let categories = product["categories"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        self.know(
            "category.id",
            text(categories.last().unwrap_or(&Value::Null), "/category_id")?,
        );
        Ok(())
    }

    async fn sign_in(&mut self) -> Result<(), String> {
        let credentials = json!({"login": LOGIN_NAME, "password": PASSWORD});
        let sign_in = || self.post("/api/auth/sessions", &credentials);
        let answer = match sent(sign_in()).await {
            Ok(answer) => answer,
            Err(_) => {
                let member = json!({"phone": PHONE, "login_name": LOGIN_NAME, "password": PASSWORD, "nickname": "Sample"});
                sent(self.post("/api/members", &member)).await?;
                sent(sign_in()).await?
            }
        };
        self.know("member.session", cookie(&answer, "session")?);
        let session = answer.json().await.map_err(|error| error.to_string())?;
        self.know("member.id", text(&session, "/member_id")?);
        self.know("member.phone", PHONE.to_owned());
        self.know("member.login_name", LOGIN_NAME.to_owned());
        self.know("member.password", PASSWORD.to_owned());
        Ok(())
    }

    async fn find_address(&mut self) -> Result<(), String> {
        let addresses = json_of(
            self.by_member(self.get("/api/members/me/addresses"))
                .await?,
        )
        .await?;
        let address_id = match text(&addresses, "/items/0/id") {
            Ok(address_id) => address_id,
            Err(_) => {
                let address = json!({
                    "receiver": "Sample", "phone": PHONE, "province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 1 号",
                });
                text(
                    &json_of(
                        self.by_member(self.post("/api/members/me/addresses", &address))
                            .await?,
                    )
                    .await?,
                    "/id",
                )?
            }
        };
        self.know("address.id", address_id);
        Ok(())
    }

    async fn fill_guest_cart(&mut self) -> Result<(), String> {
        let line = json!({"sku_id": Box::pin(self.value("sku.id")).await?, "quantity": 1});
        let answer = sent(self.post("/api/cart/items", &line)).await?;
        self.know("guest.key", cookie(&answer, "guest")?);
        Ok(())
    }

    async fn fill_cart(&mut self) -> Result<(), String> {
        let line = json!({"sku_id": Box::pin(self.value("sku.id")).await?, "quantity": 1});
        sent(self.by_member(self.post("/api/cart/items", &line)).await?).await?;
        let address_id = Box::pin(self.value("address.id")).await?;
        self.know("shopper.address", address_id);
        Ok(())
    }

    async fn ask_for_quote(&mut self) -> Result<(), String> {
        let address = json!({"address_id": Box::pin(self.value("shopper.address")).await?});
        // What was in the cart is about to be ordered.
        self.known.remove("shopper.address");
        let quote = json_of(
            self.by_member(self.post("/api/orders/quotes", &address))
                .await?,
        )
        .await?;
        self.know("quote", text(&quote, "/quote")?);
        Ok(())
    }

    async fn place_order(&mut self) -> Result<(), String> {
        let body = json!({"quote": Box::pin(self.value("quote")).await?});
        let order = json_of(self.by_member(self.post("/api/orders", &body)).await?).await?;
        // A quote is good for one order.
        self.known.remove("quote");
        self.know("order.sn", text(&order, "/order_sn")?);
        Ok(())
    }

    /// Does what a buyer does with a browser: opens the cashier's page of an order, and presses Pay.
    async fn pay_at_the_provider(&mut self) -> Result<(), String> {
        let sandbox =
            self.endpoints.sandbox_url.clone().ok_or(
                "only the provider can sign a notice, and this mall runs without its sandbox",
            )?;
        let order_sn = Box::pin(self.value("order.sn")).await?;
        // It is paid in a moment, so it is nobody else's unpaid order.
        self.known.remove("order.sn");
        let wanted = json!({"order_sn": order_sn, "provider": "alipay"});
        let payment = json_of(self.by_member(self.post("/api/payments", &wanted)).await?).await?;
        sent(self.http.get(text(&payment, "/url")?)).await?;
        let trade_url = format!("{sandbox}/trades/{order_sn}");
        let trade = json_of(self.http.get(&trade_url)).await?;
        let trade_no = text(&trade, "/trade_no")?;
        sent(self.http.post(format!("{sandbox}/cashier/{trade_no}/pay"))).await?;
        let notice = sent(self.http.get(format!("{trade_url}/notice"))).await?;
        self.know(
            "alipay.notice",
            notice.text().await.map_err(|error| error.to_string())?,
        );
        Ok(())
    }

    async fn add_need(&mut self) -> Result<(), String> {
        let sku_id = Box::pin(self.value("sku.id")).await?;
        let need = json!({"sku_id": sku_id, "warehouse_id": "main", "quantity": 5});
        let request = self.post("/api/stock/admin/purchase-needs", &need);
        let need = json_of(self.by_staff(request).await?).await?;
        self.know("need.id", text(&need, "/need_id")?);
        Ok(())
    }

    async fn merge_need(&mut self) -> Result<(), String> {
        let needs = json!({"need_ids": [Box::pin(self.value("need.id")).await?]});
        let request = self.post("/api/stock/admin/purchases", &needs);
        let purchase = json_of(self.by_staff(request).await?).await?;
        self.know("purchase.id", text(&purchase, "/purchase_id")?);
        Ok(())
    }

    async fn take_purchase_on(&mut self) -> Result<(), String> {
        let purchase_id = Box::pin(self.value("purchase.id")).await?;
        let path = format!("/api/stock/admin/purchases/{purchase_id}/claim");
        let request = self.http.post(format!("{}{path}", self.endpoints.url));
        sent(self.by_staff(request).await?).await?;
        // A buyer is at it now, so it is no longer what the other placeholders stand for.
        self.known.remove("purchase.id");
        let need = self.known.remove("need.id").unwrap_or_default();
        self.know("received.purchase", purchase_id);
        self.know("received.need", need);
        Ok(())
    }

    async fn put_warehouse(&mut self) -> Result<(), String> {
        let id = format!("sample-{}", Box::pin(self.value("unique")).await?);
        let path = format!("/api/stock/admin/warehouses/{id}");
        let request = self.http.put(format!("{}{path}", self.endpoints.url));
        let request = request.json(&json!({"name": "Sample"}));
        sent(self.by_staff(request).await?).await?;
        self.know("warehouse.empty", id);
        Ok(())
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.endpoints.url))
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.http
            .post(format!("{}{path}", self.endpoints.url))
            .json(body)
    }

    async fn by_staff(&mut self, request: RequestBuilder) -> Result<RequestBuilder, String> {
        let session = Box::pin(self.value("staff.session")).await?;
        Ok(request.header(COOKIE, format!("{STAFF_COOKIE}={session}")))
    }

    async fn by_member(&mut self, request: RequestBuilder) -> Result<RequestBuilder, String> {
        let session = Box::pin(self.value("member.session")).await?;
        Ok(request.header(COOKIE, format!("{SESSION_COOKIE}={session}")))
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, String> {
    let (client, request) = request.build_split();
    let request = request.map_err(|error| error.to_string())?;
    let what = format!("{} {}", request.method(), request.url().path());
    match client.execute(request).await {
        Ok(answer) if answer.status().is_success() || answer.status().is_redirection() => {
            Ok(answer)
        }
        Ok(answer) => {
            let status = answer.status();
            Err(format!(
                "{what} answered {status}: {}",
                answer.text().await.unwrap_or_default()
            ))
        }
        Err(error) => Err(format!("{what}: {error}; is the mall still running?")),
    }
}

async fn json_of(request: RequestBuilder) -> Result<Value, String> {
    sent(request)
        .await?
        .json()
        .await
        .map_err(|error| error.to_string())
}

/// A text or number in an answer.
fn text(answer: &Value, pointer: &str) -> Result<String, String> {
    match answer.pointer(pointer) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(format!("an answer of the mall has no {pointer}")),
    }
}

/// The value of the cookie whose name ends so.
fn cookie(answer: &Response, name_end: &str) -> Result<String, String> {
    let cookies = answer
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    let found = pairs.find(|(name, _)| name.ends_with(name_end));
    found
        .map(|(_, value)| value.to_owned())
        .ok_or_else(|| format!("an answer of the mall sets no {name_end} cookie"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_placeholder_is_found_once() {
        let text = r#"{"cookies": ["session={{member.session}}"], "a": "{{product.id}}", "b": "{{product.id}}", "c": "{{"}"#;
        assert_eq!(placeholders(text), ["member.session", "product.id"]);
    }

    #[tokio::test]
    async fn an_unknown_placeholder_is_named() {
        let http = http_client().unwrap();
        let mut live = Live {
            http,
            endpoints: Endpoints::default(),
            data: PathBuf::new(),
            known: BTreeMap::new(),
        };
        assert_eq!(
            live.value("moon.phase").await.unwrap_err(),
            "{{moon.phase}} stands for nothing known"
        );
        assert_eq!(
            live.value("unique").await.unwrap(),
            live.value("unique").await.unwrap()
        );
    }
}
