//! What a client does in one turn of each flow. A step that fails is counted where it failed, and ends the turn.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde_json::json;

use super::browser::{Browser, Wish};
use super::goods::{CATEGORY, Goods};
use super::members::Member;
use super::options::Flow;

/// After so many pieces a guest leaves, and another comes.
const PIECES_OF_A_GUEST: u32 = 10;
/// Products on a page of the list.
const PAGE: u32 = 20;
/// How long an order may wait for its notice.
const PATIENCE: Duration = Duration::from_secs(20);

const FOUND: &[StatusCode] = &[StatusCode::OK];
const MADE: &[StatusCode] = &[StatusCode::CREATED];

/// One client: its connection, and what it carries from turn to turn.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) browser: Browser,
    flow: Flow,
    goods: Goods,
    guest: Guest,
    /// Who buys, in a flow that buys.
    buyer: Option<Buyer>,
    turns: usize,
}

/// A member, who always buys of the same SKU, one piece or two. So the cart holds one line, whether or not the message that takes
/// what was ordered before out of it has come: it leaves a line alone that was changed since.
#[derive(Clone, Debug)]
struct Buyer {
    member: Member,
    sku: String,
    /// Pieces in the cart when it was last changed.
    pieces: u32,
}

/// A guest's cart: its cookie, and how many pieces are in it.
#[derive(Debug, Default)]
struct Guest {
    cookie: String,
    pieces: u32,
}

/// What is read of answers.
#[derive(Deserialize)]
struct Quote {
    quote: String,
}

#[derive(Deserialize)]
struct Placed {
    order_sn: String,
    payment_page: PaymentPage,
}

#[derive(Deserialize)]
struct PaymentPage {
    url: String,
}

#[derive(Deserialize)]
struct Progress {
    status: String,
}

impl Client {
    /// The `index`-th client; each begins with another product.
    pub(crate) fn new(
        browser: Browser,
        flow: Flow,
        goods: &Goods,
        member: Option<Member>,
        index: usize,
    ) -> Self {
        let sku = goods.skus[index % goods.skus.len()].clone();
        let buyer = member.map(|member| Buyer {
            member,
            sku,
            pieces: 0,
        });
        Self {
            browser,
            flow,
            goods: goods.clone(),
            guest: Guest::default(),
            buyer,
            turns: index,
        }
    }

    /// One turn; `None` when a step failed.
    pub(crate) async fn turn(&mut self) -> Option<()> {
        let number = self.turns;
        self.turns += 1;
        match self.flow {
            Flow::Browse => self.browse(number).await,
            Flow::Product => self.look_at(number).await,
            Flow::Cart => self.fill_cart(number).await,
            Flow::Checkout => self.buy().await,
            Flow::Mixed => match number % 20 {
                0 => self.buy().await,
                1..=5 => self.fill_cart(number).await,
                _ => self.browse(number).await,
            },
            // Has no turns: see `race`.
            Flow::Race => None,
        }
    }

    async fn browse(&mut self, number: usize) -> Option<()> {
        let list = format!("/api/catalog/products?category_id={CATEGORY}&limit={PAGE}");
        self.browser
            .get(reading("list-categories"), "/api/catalog/categories")
            .await?;
        self.browser.get(reading("list-products"), &list).await?;
        self.look_at(number).await
    }

    async fn look_at(&mut self, number: usize) -> Option<()> {
        let path = &self.goods.products[number % self.goods.products.len()];
        self.browser
            .get(reading("show-product"), path)
            .await
            .map(drop)
    }

    async fn fill_cart(&mut self, number: usize) -> Option<()> {
        if self.guest.pieces >= PIECES_OF_A_GUEST {
            self.guest = Guest::default();
        }
        let sku = &self.goods.skus[number % self.goods.skus.len()];
        let wish = Wish {
            step: "add-cart-item",
            // Where the guest has the SKU already, the line grows.
            statuses: &[StatusCode::CREATED, StatusCode::OK],
            cookie: &self.guest.cookie,
        };
        let item = json!({ "sku_id": sku, "quantity": 1 });
        let added = self.browser.post(wish, "/api/cart/items", &item).await?;
        self.guest.pieces += 1;
        if let Some(cookie) = added.cookie {
            self.guest.cookie = cookie;
        }
        Some(())
    }

    async fn buy(&mut self) -> Option<()> {
        self.put_into_cart().await?;
        let member = self.buyer.as_ref()?.member.clone();
        let cookie = member.session.as_str();
        let wanted = json!({ "address_id": member.address_id });
        let wish = with("quote-order", cookie);
        let answer = self
            .browser
            .post(wish, "/api/orders/quotes", &wanted)
            .await?;
        let Quote { quote } = self.browser.read("quote-order", &answer)?;
        let wish = Wish {
            statuses: MADE,
            ..with("submit-order", cookie)
        };
        let order = json!({ "quote": quote, "pay_with": "alipay" });
        let answer = self.browser.post(wish, "/api/orders", &order).await?;
        let Placed {
            order_sn,
            payment_page,
        } = self.browser.read("submit-order", &answer)?;
        self.pay(&payment_page.url).await?;
        self.wait_until_paid(&order_sn, cookie).await
    }

    /// Changes the line in the buyer's cart, or puts it there when it is not.
    async fn put_into_cart(&mut self) -> Option<()> {
        let buyer = self.buyer.as_mut()?;
        let cookie = buyer.member.session.as_str();
        if buyer.pieces > 0 {
            let pieces = 3 - buyer.pieces;
            let wish = Wish {
                statuses: &[StatusCode::OK, StatusCode::NOT_FOUND],
                ..with("change-cart-item", cookie)
            };
            let path = format!("/api/cart/items/{}", buyer.sku);
            let change = json!({ "quantity": pieces });
            let changed = self.browser.change(wish, Method::PATCH, &path, &change);
            if changed.await?.status == StatusCode::OK {
                buyer.pieces = pieces;
                return Some(());
            }
        }
        let wish = Wish {
            statuses: MADE,
            ..with("add-cart-item", cookie)
        };
        let item = json!({ "sku_id": buyer.sku, "quantity": 1 });
        self.browser.post(wish, "/api/cart/items", &item).await?;
        buyer.pieces = 1;
        Some(())
    }

    /// Opens the provider's page and presses Pay.
    async fn pay(&mut self, url: &str) -> Option<()> {
        let open = self.browser.elsewhere(Method::GET, url);
        let page = self.browser.send("(provider) open", FOUND, open).await?;
        let Some(button) = button(url, &String::from_utf8_lossy(&page.body)) else {
            let error = "not the page of the practice provider".to_owned();
            self.browser.meter().failed("(provider) open", error);
            return None;
        };
        let press = self.browser.elsewhere(Method::POST, button.as_str());
        self.browser
            .send("(provider) pay", &[StatusCode::SEE_OTHER], press)
            .await
            .map(drop)
    }

    /// Looks at the order, as the page that a buyer returns to does, until the notice has made it paid.
    async fn wait_until_paid(&mut self, order_sn: &str, cookie: &str) -> Option<()> {
        let (path, paid_at) = (format!("/api/orders/{order_sn}"), Instant::now());
        let mut wait = Duration::from_millis(5);
        loop {
            tokio::time::sleep(wait).await;
            let answer = self.browser.get(with("show-order", cookie), &path).await?;
            let Progress { status } = self.browser.read("show-order", &answer)?;
            let waited = paid_at.elapsed();
            if status == "paid" {
                self.browser.meter().took("(notice)", waited);
                return Some(());
            }
            if waited > PATIENCE {
                let error = format!("the order is still {status}");
                self.browser.meter().failed("(notice)", error);
                return None;
            }
            wait = (wait * 2).min(Duration::from_millis(200));
        }
    }
}

fn reading(step: &'static str) -> Wish<'static> {
    with(step, "")
}

fn with<'a>(step: &'static str, cookie: &'a str) -> Wish<'a> {
    Wish {
        step,
        statuses: FOUND,
        cookie,
    }
}

/// Where the button Pay of the practice provider's page leads.
fn button(page_url: &str, page: &str) -> Option<Url> {
    let mut actions = page.split("action=\"").skip(1);
    let action = actions.find_map(|rest| rest.split('"').next().filter(|at| at.ends_with("/pay")));
    Url::parse(page_url).ok()?.join(action?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_is_found_beside_another() {
        let page = r#"<form action="/cashier/7/cancel"></form><form method="post" action="/cashier/7/pay">"#;
        let button = button("http://127.0.0.1:9/gateway.do?sign=x", page).unwrap();
        assert_eq!(button.as_str(), "http://127.0.0.1:9/cashier/7/pay");
        assert_eq!(super::button("http://127.0.0.1:9/", "<html>"), None);
    }
}
