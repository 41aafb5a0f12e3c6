//! From draft to sale, off sale and back.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Mall};
use tokio::sync::Barrier;

use crate::goods::{PRODUCTS, edit, listed, mall, product, put, staff_get};

async fn sale(mall: &Mall, id: &str) -> testkit::Answer {
    mall.put(&format!("{PRODUCTS}/{id}/sale"))
        .staff()
        .send()
        .await
}

async fn status(mall: &Mall, path: &str) -> u16 {
    mall.let_what_is_kept_go_stale();
    mall.get(path).send().await.status
}

#[tokio::test]
async fn only_what_is_on_sale_is_seen_and_what_goes_off_sale_leaves_in_the_same_write() {
    let mall = mall().await;
    put(&mall, "p1", &product(3, "华为", &[("a", 100), ("b", 200)]))
        .await
        .expect(201);
    let seen = async || {
        (
            status(&mall, "/api/catalog/products/p1").await,
            status(&mall, "/api/catalog/skus/b").await,
            listed(&mall, "?category_id=3&brand_id=%E5%8D%8E%E4%B8%BA")
                .await
                .len(),
        )
    };
    assert_eq!(seen().await, (404, 404, 0), "a draft");
    let on = sale(&mall, "p1").await.expect(200);
    assert_eq!(on.json()["status"], "on_sale");
    assert_eq!(on.header("etag"), Some("\"2\""));
    assert_eq!(seen().await, (200, 200, 1), "on sale");
    mall.wire().forget();
    mall.take_off_sale("p1").await;
    let calls = mall.wire().calls().without("mall-session");
    assert_eq!(
        calls.names(),
        ["GetItem mall-catalog", "TransactWriteItems mall-catalog"]
    );
    assert_eq!(seen().await, (404, 404, 0), "off sale");
    sale(&mall, "p1").await.expect(200);
    assert_eq!(seen().await, (200, 200, 1), "on sale again");
}

#[tokio::test]
async fn what_is_on_sale_is_changed_only_by_who_may_put_it_there() {
    let mall = mall().await;
    let session = async |permissions: &[&str]| {
        let staff = mall.staff_with(permissions).await;
        mall.session_of_staff(&staff).await
    };
    let editor = session(&["catalog:product:write"]).await;
    let publisher = session(&["catalog:product:write", "catalog:product:publish"]).await;
    let edit = async |session: &str, price: i64| {
        mall.put(&format!("{PRODUCTS}/p1"))
            .cookie("__Host-mall-staff", session)
            .header("if-match", "*")
            .json(&product(3, "华为", &[("a", price)]))
            .send()
            .await
    };
    mall.publish("p1", &product(3, "华为", &[("a", 100)])).await;
    let refused = edit(&editor, 1).await.expect(403);
    assert_eq!(refused.problem_code(), "10006");
    let detail = refused.json()["detail"].to_string();
    assert!(detail.contains("catalog:product:publish"), "{detail}");
    let sku = mall.get("/api/catalog/skus/a").send().await.expect(200);
    assert_eq!(sku.json()["price_fen"], 100);
    // What changes nothing is nobody's change.
    edit(&editor, 100).await.expect(200);
    edit(&publisher, 90).await.expect(200);
    mall.take_off_sale("p1").await;
    edit(&editor, 1).await.expect(200);
    let sale = mall.put(&format!("{PRODUCTS}/p1/sale"));
    let sale = sale.cookie("__Host-mall-staff", &editor).send().await;
    sale.expect(403);
}

#[tokio::test]
async fn a_publisher_publishes_the_version_that_they_reviewed_or_none() {
    let mall = mall().await;
    put(&mall, "p1", &product(3, "华为", &[("a", 100)]))
        .await
        .expect(201);
    let path = format!("{PRODUCTS}/p1/sale");
    let on = async |tag: &str| {
        let request = mall.put(&path).staff().header("if-match", tag);
        request.send().await
    };
    let off = async |tag: &str| {
        let request = mall.delete(&path).staff().header("if-match", tag);
        request.send().await
    };
    let edited = product(3, "华为", &[("a", 1)]);
    edit(&mall, "p1", "\"1\"", &edited).await.expect(200);
    assert_eq!(on("\"1\"").await.expect(412).problem_code(), "10011");
    assert_eq!(status(&mall, "/api/catalog/skus/a").await, 404);
    on("\"2\"").await.expect(200);
    // Also what is so already is not what they have seen.
    on("\"2\"").await.expect(412);
    on("\"3\"").await.expect(200);
    off("\"2\"").await.expect(412);
    assert_eq!(status(&mall, "/api/catalog/skus/a").await, 200);
    off("\"3\"").await.expect(200);
    off("*").await.expect(200);

    // Whoever is overtaken between reading and writing is told the same.
    let barrier = Arc::new(Barrier::new(2));
    mall.wire().on(move |call| {
        if call.operation == "TransactWriteItems" {
            return Action::Wait(barrier.clone());
        }
        Action::Pass
    });
    let next = product(3, "华为", &[("a", 2)]);
    let (published, written) = futures::join!(on("\"4\""), edit(&mall, "p1", "\"4\"", &next));
    mall.wire().heal();
    let mut statuses = [published.status, written.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{published:?} {written:?}");
}

#[tokio::test]
async fn publishing_twice_is_publishing_once() {
    let mall = mall().await;
    put(&mall, "p1", &product(3, "华为", &[("a", 100)]))
        .await
        .expect(201);
    let answers = join_all((0..20).map(|_| sale(&mall, "p1"))).await;
    for answer in &answers {
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
    }
    assert_eq!(sale(&mall, "p1").await.expect(200).json()["version"], 2);
    let changes = staff_get(&mall, &format!("{PRODUCTS}/p1/changes")).await;
    let kinds: Vec<_> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["put_on_sale", "created"]);
    for _ in 0..2 {
        mall.take_off_sale("p1").await;
    }
    let shown = staff_get(&mall, &format!("{PRODUCTS}/p1")).await;
    assert_eq!(
        (&shown["status"], &shown["version"]),
        (&json!("off_sale"), &json!(3))
    );
}

#[tokio::test]
async fn a_publisher_that_dies_leaves_a_draft_or_a_product_on_sale_and_nothing_between() {
    for after in [false, true] {
        let mall = mall().await;
        put(&mall, "p1", &product(3, "华为", &[("a", 100), ("b", 200)]))
            .await
            .expect(201);
        let action = if after {
            Action::DieAfter
        } else {
            Action::DieBefore
        };
        mall.wire()
            .strike("TransactWriteItems mall-catalog", 0, action);
        let path = format!("{PRODUCTS}/p1/sale");
        let answer = mall.put(&path).staff().send_to_the_death().await;
        mall.wire().heal();
        assert!(answer.is_none());
        let expected = if after { 200 } else { 404 };
        for path in [
            "/api/catalog/products/p1",
            "/api/catalog/skus/a",
            "/api/catalog/skus/b",
        ] {
            assert_eq!(status(&mall, path).await, expected, "{path}");
        }
        sale(&mall, "p1").await.expect(200);
        assert_eq!(status(&mall, "/api/catalog/skus/b").await, 200);
    }
}

#[tokio::test]
async fn nothing_goes_on_sale_without_a_sku_and_no_draft_goes_off_it() {
    let mall = mall().await;
    put(&mall, "p1", &product(3, "华为", &[])).await.expect(201);
    assert_eq!(sale(&mall, "p1").await.expect(409).problem_code(), "11040");
    let path = format!("{PRODUCTS}/p1/sale");
    let refused = mall.delete(&path).staff().send().await.expect(409);
    assert_eq!(refused.problem_code(), "11041");
    for request in [
        mall.put(&format!("{PRODUCTS}/no/sale")),
        mall.delete(&format!("{PRODUCTS}/no/sale")),
    ] {
        request.staff().send().await.expect(404);
    }
}

#[tokio::test]
async fn a_draft_can_be_removed_with_its_codes_and_what_was_on_sale_cannot() {
    let mall = mall().await;
    let body = product(3, "华为", &[("a", 100)]);
    put(&mall, "p1", &body).await.expect(201);
    let remove = async |tag: Option<&str>| {
        let request = mall.delete(&format!("{PRODUCTS}/p1")).staff();
        match tag {
            None => request.send().await,
            Some(tag) => request.header("if-match", tag).send().await,
        }
    };
    assert_eq!(remove(None).await.expect(428).problem_code(), "10012");
    assert_eq!(
        remove(Some("\"9\"")).await.expect(412).problem_code(),
        "10011"
    );
    remove(Some("\"1\"")).await.expect(204);
    remove(Some("*")).await.expect(404);
    let path = format!("{PRODUCTS}/p1");
    mall.get(&path).staff().send().await.expect(404);
    let list = staff_get(&mall, &format!("{PRODUCTS}?category_id=3")).await;
    assert_eq!(list["items"], json!([]));
    // The code is free, for another product too; and the history goes on where it was.
    put(&mall, "p2", &body).await.expect(201);
    let made = mall.put(&path).staff().header("if-none-match", "*");
    let made = made.json(&product(3, "华为", &[("b", 100)])).send().await;
    assert_eq!(made.expect(201).header("etag"), Some("\"3\""));
    let changes = staff_get(&mall, &format!("{PRODUCTS}/p1/changes")).await;
    let kinds: Vec<&Value> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["kind"])
        .collect();
    assert_eq!(kinds, ["created", "removed", "created"]);
    sale(&mall, "p1").await.expect(200);
    mall.take_off_sale("p1").await;
    assert_eq!(remove(Some("*")).await.expect(409).problem_code(), "11042");
}

#[tokio::test]
async fn nothing_is_published_in_a_category_or_of_a_brand_that_is_no_more() {
    let mall = mall().await;
    let other = json!({ "name": "另" });
    mall.put("/api/catalog/admin/brands/另")
        .staff()
        .json(&other)
        .send()
        .await
        .expect(201);
    put(&mall, "p1", &product(3, "另", &[("a", 100)]))
        .await
        .expect(201);
    // A draft refers to its brand as what is on sale does.
    mall.delete("/api/catalog/admin/brands/另")
        .staff()
        .send()
        .await
        .expect(409);
    let gone = product(3, "无", &[("b", 100)]);
    assert_eq!(
        put(&mall, "p2", &gone).await.expect(400).pointers(),
        ["/brand_id"]
    );
}
