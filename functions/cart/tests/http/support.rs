//! What the tests of carts have in common: a mall with goods, and visitors.

use std::collections::BTreeMap;

use kernel::{MemberId, Timestamp};
use serde_json::{Value, json};
use testkit::{Answer, Mall, Request};

pub(crate) const CART: &str = "/api/cart";
pub(crate) const ITEMS: &str = "/api/cart/items";
pub(crate) const GUEST: &str = "__Host-mall-guest";

/// A mall where `a` costs 1.00, `b` 2.50 and `c` 10.00, with 5 pieces of `a`, 1000 of `b` and none of `c`.
pub(crate) async fn mall() -> Mall {
    let mall = Mall::start(&[cart::service, catalog::service, stock::service]).await;
    mall.put_on_sale(&[("a", 100, 5), ("b", 250, 1_000), ("c", 1_000, 0)])
        .await;
    mall
}

/// Who calls.
#[derive(Clone, Default)]
pub(crate) struct Who {
    pub(crate) session: Option<String>,
    pub(crate) guest: Option<String>,
}

impl Who {
    /// Someone the mall has never seen.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) async fn member(mall: &Mall) -> Self {
        Self::this_member(mall, &member_id()).await
    }

    pub(crate) async fn this_member(mall: &Mall, id: &MemberId) -> Self {
        Self {
            session: Some(mall.session_of(id).await),
            guest: None,
        }
    }

    /// A guest with this in the cart.
    pub(crate) async fn guest(mall: &Mall, lines: &[(&str, u32)]) -> Self {
        let mut who = Self::new();
        for (sku, quantity) in lines {
            let answer = who.add(mall, sku, *quantity).await;
            who.guest = answer.cookie(GUEST);
            assert!(who.guest.is_some(), "{answer:?}");
        }
        who
    }

    /// The same member, carrying the key of this guest.
    pub(crate) fn carrying(&self, guest: &Self) -> Self {
        Self {
            session: self.session.clone(),
            guest: guest.guest.clone(),
        }
    }

    pub(crate) fn sends<'m>(&self, request: Request<'m>) -> Request<'m> {
        let request = match &self.session {
            Some(session) => request.session(session),
            None => request,
        };
        match &self.guest {
            Some(guest) => request.guest(guest),
            None => request,
        }
    }

    pub(crate) async fn add(&self, mall: &Mall, sku: &str, quantity: u32) -> Answer {
        let answer = self.try_add(mall, sku, quantity).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer
    }

    pub(crate) async fn try_add(&self, mall: &Mall, sku: &str, quantity: u32) -> Answer {
        self.sends(mall.post(ITEMS))
            .json(&json!({ "sku_id": sku, "quantity": quantity }))
            .send()
            .await
    }

    pub(crate) async fn change(&self, mall: &Mall, sku: &str, change: Value) -> Answer {
        self.sends(mall.patch(&format!("{ITEMS}/{sku}")))
            .json(&change)
            .send()
            .await
    }

    pub(crate) async fn remove(&self, mall: &Mall, sku: &str) -> Answer {
        self.sends(mall.delete(&format!("{ITEMS}/{sku}")))
            .send()
            .await
    }

    pub(crate) async fn cart(&self, mall: &Mall) -> Answer {
        self.sends(mall.get(CART)).send().await.expect(200)
    }

    /// How many pieces of what are in the cart.
    pub(crate) async fn quantities(&self, mall: &Mall) -> BTreeMap<String, u64> {
        quantities(&self.cart(mall).await)
    }
}

pub(crate) fn member_id() -> MemberId {
    MemberId::generate(Timestamp::from_millis(0))
}

pub(crate) fn quantities(cart: &Answer) -> BTreeMap<String, u64> {
    let items = cart.json()["items"].as_array().unwrap().clone();
    let all: Vec<_> = items
        .iter()
        .map(|item| {
            (
                item["sku_id"].as_str().unwrap().to_owned(),
                item["quantity"].as_u64().unwrap(),
            )
        })
        .collect();
    let map: BTreeMap<_, _> = all.iter().cloned().collect();
    assert_eq!(map.len(), all.len(), "a SKU stands in one line: {all:?}");
    map
}

pub(crate) fn lines(lines: &[(&str, u64)]) -> BTreeMap<String, u64> {
    lines
        .iter()
        .map(|(sku, quantity)| ((*sku).to_owned(), *quantity))
        .collect()
}
