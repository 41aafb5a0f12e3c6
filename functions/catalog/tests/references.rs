//! Between products and what they refer to: categories, brands and attributes are renamed with one write, and never go while
//! a product refers to them.
#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use testkit::{Action, Answer, Call, Mall};
use tokio::sync::Barrier;

const BRAND: &str = "/api/catalog/admin/brands/山海";

/// A product, `p1`, on sale: of the category 3 and the brand 山海, its SKU with the sale attribute 款式.
async fn mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    mall.put_on_sale(&[("p1", 100, 0)]).await;
    mall
}

fn draft() -> Value {
    json!({ "name": "新品", "category_id": 3, "brand_id": "山海" })
}

async fn put_draft(mall: &Mall, id: &str) -> Answer {
    let path = format!("/api/catalog/admin/products/{id}");
    mall.put(&path).staff().json(&draft()).send().await
}

async fn remove_category(mall: &Mall) -> Answer {
    mall.post("/api/catalog/admin/category-removals")
        .staff()
        .json(&json!({ "category_ids": [3] }))
        .send()
        .await
}

async fn remove_brand(mall: &Mall) -> Answer {
    mall.delete(BRAND).staff().send().await
}

async fn get(mall: &Mall, path: &str) -> Value {
    mall.get(path).staff().send().await.expect(200).json()
}

/// Takes `p1` away, as far as that is possible: off sale it stays a product.
async fn take_off_sale(mall: &Mall) {
    mall.take_off_sale("p1").await;
}

#[tokio::test]
async fn a_rename_is_one_write_and_every_place_shows_the_new_name() {
    let mall = mall().await;
    let places = async || {
        mall.let_what_is_kept_go_stale();
        let page = get(&mall, "/api/catalog/products/p1").await;
        let list = get(&mall, "/api/catalog/products?category_id=3").await;
        let form = get(&mall, "/api/catalog/admin/categories/3/publish-form").await;
        let tree = get(&mall, "/api/catalog/categories").await;
        json!([
            page["brand"]["name"],
            list["items"][0]["brand"]["name"],
            page["categories"][2]["name"],
            form["category_name"],
            tree["items"][0]["children"][0]["children"][0]["name"],
            page["options"][0]["name"],
            form["sale_attributes"][0]["name"],
        ])
    };
    assert_eq!(
        places().await,
        json!(["山海", "山海", "类目3", "类目3", "类目3", "款式", "款式"])
    );
    let writes = async |path: &str, body: Value| {
        mall.wire().forget();
        mall.put(path).staff().json(&body).send().await.expect(200);
        let calls = mall.wire().calls().without("mall-session");
        let items = |request: &Value| match &request["TransactItems"] {
            Value::Array(items) => items.len(),
            _ => 1,
        };
        let writing = calls.0.iter().filter(|call| call.half_write_units > 0);
        writing.map(|call| items(&call.request)).sum::<usize>()
    };
    let category = json!({ "name": "手机", "parent_id": 2 });
    assert_eq!(writes(BRAND, json!({ "name": "Shanhai" })).await, 1);
    assert_eq!(writes("/api/catalog/admin/categories/3", category).await, 1);
    let attribute = "/api/catalog/admin/categories/3/attributes/款式";
    assert_eq!(
        writes(attribute, json!({ "name": "版本", "use": "sale" })).await,
        1
    );
    assert_eq!(
        places().await,
        json!(["Shanhai", "Shanhai", "手机", "手机", "手机", "版本", "版本"])
    );
}

#[tokio::test]
async fn a_category_and_a_brand_stay_while_any_product_refers_to_them_on_sale_or_not() {
    let mall = mall().await;
    take_off_sale(&mall).await;
    for _ in 0..2 {
        let refused = remove_category(&mall).await.expect(409);
        assert_eq!(refused.problem_code(), "11011");
        assert_eq!(
            refused.json()["in_use"],
            json!([{ "category_id": 3, "used_by": "products" }])
        );
        assert_eq!(
            remove_brand(&mall).await.expect(409).problem_code(),
            "11013"
        );
    }
    // A refused removal leaves nothing behind: products go on being made there.
    put_draft(&mall, "p2").await.expect(201);
}

#[tokio::test]
async fn a_category_that_holds_products_does_not_leave_the_third_level() {
    let mall = mall().await;
    let up = json!({ "items": [{ "category_id": 3, "parent_id": 1, "sort": 0 }] });
    let refused = mall
        .post("/api/catalog/admin/category-moves")
        .staff()
        .json(&up)
        .send()
        .await
        .expect(409);
    assert_eq!(refused.problem_code(), "11011");
    put_draft(&mall, "p2").await.expect(201);
}

/// A mall without a product: the category and the brand are there.
async fn empty_mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for (id, parent) in [(1, Value::Null), (2, json!(1)), (3, json!(2))] {
        let path = format!("/api/catalog/admin/categories/{id}");
        let body = json!({ "parent_id": parent, "name": format!("类目{id}") });
        mall.put(&path).staff().json(&body).send().await.expect(201);
    }
    mall.put(BRAND)
        .staff()
        .json(&json!({ "name": "山海" }))
        .send()
        .await
        .expect(201);
    mall
}

/// A transaction that is held back.
struct Held {
    which: fn(&str) -> bool,
    nth: usize,
    barrier: Arc<Barrier>,
}

/// Holds back the `nth` transaction from now on (from 0) for which `which` holds.
fn hold(mall: &Mall, nth: usize, which: fn(&str) -> bool) -> Held {
    let (barrier, seen) = (Arc::new(Barrier::new(2)), AtomicUsize::new(0));
    let held = barrier.clone();
    mall.wire().forget();
    mall.wire().on(move |call| {
        let counts = call.operation == "TransactWriteItems" && which(&call.request.to_string());
        if counts && seen.fetch_add(1, Ordering::SeqCst) == nth {
            Action::Wait(held.clone())
        } else {
            Action::Pass
        }
    });
    Held {
        which,
        nth,
        barrier,
    }
}

impl Held {
    /// Does something once the transaction has come and is held, then lets it go.
    async fn meanwhile(&self, mall: &Mall, something: impl Future<Output = Answer>) -> Answer {
        let came = |call: &&Call| {
            call.operation == "TransactWriteItems" && (self.which)(&call.request.to_string())
        };
        while mall.wire().calls().0.iter().filter(came).count() <= self.nth {
            tokio::task::yield_now().await;
        }
        let answer = something.await;
        self.barrier.wait().await;
        answer
    }
}

fn writes_a_product(request: &str) -> bool {
    request.contains("P#p2")
}

fn writes_no_product(request: &str) -> bool {
    !writes_a_product(request)
}

#[tokio::test]
async fn no_product_comes_into_a_category_that_goes_at_the_same_time() {
    // The product has read the category, which then goes: it is not written.
    let mall = empty_mall().await;
    let held = hold(&mall, 0, writes_a_product);
    let removal = held.meanwhile(&mall, remove_category(&mall));
    let (product, removed) = tokio::join!(put_draft(&mall, "p2"), removal);
    mall.wire().heal();
    removed.expect(204);
    assert!(product.status >= 400, "{product:?}");
    assert_eq!(
        put_draft(&mall, "p2").await.expect(400).pointers(),
        ["/category_id"]
    );

    // The removal has looked for products and found none: one that comes now is refused, and the category goes.
    let mall = empty_mall().await;
    let held = hold(&mall, 1, writes_no_product);
    let product = held.meanwhile(&mall, put_draft(&mall, "p2"));
    let (product, removed) = tokio::join!(product, remove_category(&mall));
    mall.wire().heal();
    removed.expect(204);
    assert!(product.status >= 400, "{product:?}");

    // The product is written before the removal announces itself: the category stays.
    let mall = empty_mall().await;
    let held = hold(&mall, 0, writes_no_product);
    let product = held.meanwhile(&mall, put_draft(&mall, "p2"));
    let (product, removed) = tokio::join!(product, remove_category(&mall));
    mall.wire().heal();
    product.expect(201);
    assert_eq!(removed.expect(409).problem_code(), "11011");
}

#[tokio::test]
async fn no_product_is_made_of_a_brand_that_goes_at_the_same_time() {
    let mall = empty_mall().await;
    let held = hold(&mall, 0, writes_a_product);
    let removal = held.meanwhile(&mall, remove_brand(&mall));
    let (product, removed) = tokio::join!(put_draft(&mall, "p2"), removal);
    mall.wire().heal();
    removed.expect(204);
    assert!(product.status >= 400, "{product:?}");
    assert_eq!(
        put_draft(&mall, "p2").await.expect(400).pointers(),
        ["/brand_id"]
    );

    // The removal has looked for products and found none: one that comes now is refused, and the brand goes.
    let mall = empty_mall().await;
    let held = hold(&mall, 0, writes_no_product);
    let product = held.meanwhile(&mall, put_draft(&mall, "p2"));
    let (product, removed) = tokio::join!(product, remove_brand(&mall));
    mall.wire().heal();
    removed.expect(204);
    assert!(product.status >= 400, "{product:?}");
}

#[tokio::test]
async fn a_brand_that_is_edited_while_it_is_removed_stays() {
    let mall = empty_mall().await;
    let held = hold(&mall, 0, |request| request.contains("\"Delete\""));
    let body = json!({ "name": "山海", "description": "新" });
    let request = mall.put(BRAND).staff().json(&body);
    let edit = held.meanwhile(&mall, request.send());
    let (edited, removed) = tokio::join!(edit, remove_brand(&mall));
    mall.wire().heal();
    edited.expect(200);
    removed.expect(503);
    assert_eq!(get(&mall, BRAND).await["description"], "新");
}

#[tokio::test]
async fn a_brand_removal_that_dies_at_any_call_is_completed_by_the_next() {
    let clean = empty_mall().await;
    clean.wire().forget();
    remove_brand(&clean).await.expect(204);
    let strikes = clean.wire().strikes().into_iter();
    for (name, nth) in strikes.filter(|(name, _)| name.ends_with("mall-catalog")) {
        for action in [Action::DieBefore, Action::DieAfter] {
            let mall = empty_mall().await;
            mall.wire().strike(&name, nth, action);
            let request = mall.delete(BRAND).staff();
            assert!(request.send_to_the_death().await.is_none());
            mall.wire().heal();
            assert!(
                [204, 404].contains(&remove_brand(&mall).await.status),
                "{name} {nth}"
            );
            mall.get(BRAND).staff().send().await.expect(404);
        }
    }
}
