//! What is needed is bought: needs, purchases, and what comes into stock, once.
#![allow(clippy::unwrap_used)]

mod lists;
mod reports;

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Answer, Mall};

const NEEDS: &str = "/api/stock/admin/purchase-needs";
const PURCHASES: &str = "/api/stock/admin/purchases";

async fn need(mall: &Mall, sku: &str, quantity: u32) -> String {
    let need = json!({ "sku_id": sku, "warehouse_id": "main", "quantity": quantity });
    let added = mall
        .post(NEEDS)
        .staff()
        .json(&need)
        .send()
        .await
        .expect(201);
    added.json()["need_id"].as_str().unwrap().to_owned()
}

async fn merge(mall: &Mall, purchase: Option<&str>, needs: &[&str]) -> Answer {
    let mut body = json!({ "need_ids": needs });
    if let Some(purchase) = purchase {
        body["purchase_id"] = purchase.into();
    }
    mall.post(PURCHASES).staff().json(&body).send().await
}

fn id_of(purchase: &Answer) -> String {
    purchase.json()["purchase_id"].as_str().unwrap().to_owned()
}

async fn claim(mall: &Mall, purchase: &str) -> Answer {
    let request = mall.post(&format!("{PURCHASES}/{purchase}/claim"));
    request.staff().send().await
}

fn done(need: &str) -> Value {
    json!({ "need_id": need, "outcome": "done" })
}

fn failed(need: &str) -> Value {
    json!({ "need_id": need, "outcome": "failed", "reason": "供应商缺货" })
}

fn report<'m>(mall: &'m Mall, purchase: &str, items: &[Value]) -> testkit::Request<'m> {
    let request = mall.post(&format!("{PURCHASES}/{purchase}/results"));
    request.staff().json(&json!({ "items": items }))
}

async fn show(mall: &Mall, purchase: &str) -> Value {
    let request = mall.get(&format!("{PURCHASES}/{purchase}")).staff();
    request.send().await.expect(200).json()
}

async fn listed(mall: &Mall, path: &str, id: &str) -> Vec<String> {
    let list = mall.get(path).staff().send().await.expect(200).json();
    let items = list["items"].as_array().unwrap();
    let id = |item: &Value| item[id].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

/// A purchase that a buyer has taken on: 5 of SKU a, 3 of a again, 2 of b.
async fn taken_on(mall: &Mall) -> (String, Vec<String>) {
    let needs = vec![
        need(mall, "a", 5).await,
        need(mall, "a", 3).await,
        need(mall, "b", 2).await,
    ];
    let ids: Vec<_> = needs.iter().map(String::as_str).collect();
    let purchase = id_of(&merge(mall, None, &ids).await.expect(201));
    let _ = claim(mall, &purchase).await.expect(200);
    (purchase, needs)
}

#[tokio::test]
async fn a_need_is_bought_and_comes_into_stock() {
    let mall = Mall::start(&[stock::service]).await;
    let needed = need(&mall, "a", 5).await;
    let purchase = id_of(&merge(&mall, None, &[&needed]).await.expect(201));
    assert_eq!(
        show(&mall, &purchase).await["needs"][0]["status"],
        "assigned"
    );
    let buyer = json!({ "buyer_id": "buyer-7", "name": "王五", "phone": "13800005678" });
    let assign = || {
        mall.put(&format!("{PURCHASES}/{purchase}/buyer"))
            .staff()
            .json(&buyer)
    };
    assert_eq!(
        assign().send().await.expect(200).json()["status"],
        "assigned"
    );
    assert_eq!(assign().send().await.expect(200).json()["buyer"], buyer);
    let claimed = claim(&mall, &purchase).await.expect(200).json();
    assert_eq!(
        (&claimed["status"], &claimed["needs"][0]["status"]),
        (&json!("received"), &json!("purchasing"))
    );
    assert_eq!(mall.available("a").await, 0);
    let ended = report(&mall, &purchase, &[done(&needed)])
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&ended["status"], &ended["needs"][0]["status"]),
        (&json!("done"), &json!("done"))
    );
    assert_eq!(mall.available("a").await, 5);
    let movements = mall
        .get("/api/stock/admin/movements?sku_id=a")
        .staff()
        .send()
        .await
        .expect(200);
    let cause = json!({ "kind": "purchase", "purchase_id": purchase, "need_id": needed });
    assert_eq!(movements.json()["items"][0]["cause"], cause);
}

#[tokio::test]
async fn a_claim_that_breaks_is_whole_or_nothing_and_is_done_by_sending_it_again() {
    let mall = Mall::start(&[stock::service]).await;
    for action in [
        Action::FailBefore,
        Action::FailAfter,
        Action::DieBefore,
        Action::DieAfter,
    ] {
        let needed = need(&mall, "a", 5).await;
        let purchase = id_of(&merge(&mall, None, &[&needed]).await.expect(201));
        mall.wire()
            .strike("TransactWriteItems mall-stock", 0, action.clone());
        let path = format!("{PURCHASES}/{purchase}/claim");
        let _ = mall.post(&path).staff().send_to_the_death().await;
        mall.wire().heal();
        let seen = show(&mall, &purchase).await;
        let both = (&seen["status"], &seen["needs"][0]["status"]);
        let (new, old) = (
            (json!("received"), json!("purchasing")),
            (json!("new"), json!("assigned")),
        );
        assert!(
            both == (&new.0, &new.1) || both == (&old.0, &old.1),
            "{action:?}: {both:?}"
        );
        let _ = claim(&mall, &purchase).await.expect(200);
    }
}

#[tokio::test]
async fn a_merge_that_is_sent_again_makes_no_second_purchase() {
    let mall = Mall::start(&[stock::service]).await;
    let (one, two) = (need(&mall, "a", 5).await, need(&mall, "b", 2).await);
    let first = id_of(&merge(&mall, None, &[&one, &two]).await.expect(201));
    assert_eq!(
        id_of(&merge(&mall, None, &[&two, &one]).await.expect(200)),
        first
    );
    let (three, four) = (need(&mall, "a", 1).await, need(&mall, "a", 1).await);
    let ids = [three.as_str(), four.as_str()];
    let answers = join_all((0..10).map(|_| merge(&mall, None, &ids))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1, "{answers:?}");
    assert_eq!(listed(&mall, PURCHASES, "purchase_id").await.len(), 2);
}

#[tokio::test]
async fn needs_move_between_purchases_until_a_buyer_takes_them_on() {
    let mall = Mall::start(&[stock::service]).await;
    let (one, two, three) = (
        need(&mall, "a", 5).await,
        need(&mall, "b", 2).await,
        need(&mall, "c", 1).await,
    );
    let first = id_of(&merge(&mall, None, &[&one, &two]).await.expect(201));
    let second = id_of(&merge(&mall, None, &[&three]).await.expect(201));
    let _ = merge(&mall, Some(&second), &[&two]).await.expect(200);
    assert_eq!(show(&mall, &first).await["need_count"], 1);
    assert_eq!(show(&mall, &second).await["need_count"], 2);
    // A purchase that has lost its last need goes.
    let _ = merge(&mall, Some(&second), &[&one]).await.expect(200);
    let _ = mall
        .get(&format!("{PURCHASES}/{first}"))
        .staff()
        .send()
        .await
        .expect(404);
    let _ = claim(&mall, &second).await.expect(200);
    let _ = claim(&mall, &second).await.expect(200);
    let four = need(&mall, "d", 1).await;
    let late = merge(&mall, Some(&second), &[&four]).await.expect(409);
    assert_eq!(late.problem_code(), "21019");
    let away = merge(&mall, None, &[&one, &four]).await.expect(409);
    assert_eq!(
        (away.problem_code().as_str(), &away.json()["need_ids"]),
        ("21016", &json!([one]))
    );
    let buyer = json!({ "buyer_id": "b", "name": "王五", "phone": "1" });
    let assign = mall
        .put(&format!("{PURCHASES}/{second}/buyer"))
        .staff()
        .json(&buyer);
    assert_eq!(assign.send().await.expect(409).problem_code(), "21019");
}

#[tokio::test]
async fn a_purchase_is_for_one_warehouse_and_of_needs_that_exist() {
    let mall = Mall::start(&[stock::service]).await;
    let put = mall.put("/api/stock/admin/warehouses/north").staff();
    let _ = put
        .json(&json!({ "name": "north" }))
        .send()
        .await
        .expect(201);
    let north = json!({ "sku_id": "a", "warehouse_id": "north", "quantity": 1 });
    let north = mall
        .post(NEEDS)
        .staff()
        .json(&north)
        .send()
        .await
        .expect(201);
    let north = north.json()["need_id"].as_str().unwrap().to_owned();
    let main = need(&mall, "a", 5).await;
    let both = merge(&mall, None, &[&main, &north]).await.expect(409);
    assert_eq!(both.problem_code(), "21017");
    let nowhere = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let unknown = merge(&mall, None, &[&main, nowhere]).await.expect(409);
    assert_eq!(
        (unknown.problem_code().as_str(), &unknown.json()["need_ids"]),
        ("21015", &json!([nowhere]))
    );
    let _ = merge(&mall, Some(nowhere), &[&main]).await.expect(404);
    let none = merge(&mall, None, &[]).await.expect(400);
    assert_eq!(none.pointers(), ["/need_ids"]);
    let homeless = json!({ "sku_id": "a", "warehouse_id": "south", "quantity": 1 });
    let homeless = mall
        .post(NEEDS)
        .staff()
        .json(&homeless)
        .send()
        .await
        .expect(409);
    assert_eq!(homeless.problem_code(), "21010");
}

#[tokio::test]
async fn only_a_new_need_can_be_removed() {
    let mall = Mall::start(&[stock::service]).await;
    let (one, two) = (need(&mall, "a", 5).await, need(&mall, "a", 5).await);
    let remove = |id: &str| {
        let request = mall.delete(&format!("{NEEDS}/{id}")).staff();
        async move { request.send().await }
    };
    let _ = remove(&one).await.expect(204);
    let _ = remove(&one).await.expect(404);
    let _ = merge(&mall, None, &[&two]).await.expect(201);
    assert_eq!(remove(&two).await.expect(409).problem_code(), "21016");
}

#[tokio::test]
async fn whoever_takes_a_purchase_on_and_reports_stands_behind_it() {
    let mall = Mall::start(&[stock::service]).await;
    let needed = need(&mall, "a", 5).await;
    let purchase = id_of(&merge(&mall, None, &[&needed]).await.expect(201));
    assert_eq!(show(&mall, &purchase).await.get("claimed_by"), None);
    let claim_as = |permissions: &'static [&'static str]| {
        let request = mall.post(&format!("{PURCHASES}/{purchase}/claim"));
        request.staff_with(permissions).send()
    };
    let buys = &["stock:purchase:receive"];
    let _ = claim_as(buys).await.expect(200);
    let buyer = mall.staff_with(buys).await;
    // Who comes later sees who has it.
    let late = claim_as(&["stock:purchase:*"]).await.expect(200).json();
    assert_eq!(late["claimed_by"], json!(buyer));
    let listed = mall.get(PURCHASES).staff().send().await.expect(200);
    assert_eq!(listed.json()["items"][0]["claimed_by"], json!(buyer));
    let reports = &["stock:purchase:*"];
    let results = mall.post(&format!("{PURCHASES}/{purchase}/results"));
    let results = results.json(&json!({ "items": [done(&needed)] }));
    let _ = results.staff_with(reports).send().await.expect(200);
    let reporter = json!(mall.staff_with(reports).await);
    let list = |path: &'static str| {
        let request = mall.get(path).staff();
        async move { request.send().await.expect(200).json()["items"][0].clone() }
    };
    assert_eq!(list(NEEDS).await["settled_by"], reporter);
    let movement = list("/api/stock/admin/movements?sku_id=a").await;
    assert_eq!(movement["by"], reporter);
}
