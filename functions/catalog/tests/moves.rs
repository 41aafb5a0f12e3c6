//! Products follow their category when it is moved: all of them, whatever dies on the way.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use dynamo::{Consistency, Key, Table, Transaction, Write};
use futures::future::try_join_all;
use serde_json::{Value, json};
use testkit::{Action, Call, Mall};
use tokio::sync::Barrier;

const QUEUE: &str = "move-products";
const STREAM: &str = "start-category-moves";

/// The tree 1 - 11, 12, 13 - 111 below 11, and one product, `seed`, in 111.
async fn mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for (id, parent) in [
        (1, None),
        (11, Some(1)),
        (12, Some(1)),
        (13, Some(1)),
        (111, Some(11)),
    ] {
        let body = json!({ "parent_id": parent, "name": format!("类{id}") });
        mall.put(&format!("/api/catalog/admin/categories/{id}"))
            .staff()
            .json(&body)
            .send()
            .await
            .expect(201);
    }
    let brand = json!({ "name": "山海" });
    mall.put("/api/catalog/admin/brands/山海")
        .staff()
        .json(&brand)
        .send()
        .await
        .expect(201);
    publish(&mall, "seed").await;
    mall
}

async fn publish(mall: &Mall, id: &str) {
    let body = json!({
        "name": format!("商品 {id}"), "category_id": 111, "brand_id": "山海",
        "skus": [{ "code": format!("{id}-1"), "price_fen": 100 }],
    });
    mall.publish(id, &body).await;
}

/// As many products as told, all like `seed`: written as publishing writes them, and much faster.
async fn multiply(mall: &Mall, products: usize) {
    let table = mall.boot("put-product").table("CATALOG_TABLE").unwrap();
    let mut items = Vec::new();
    for key in [Key::new("P#seed", "PRODUCT"), Key::new("S#seed-1", "SKU")] {
        let item: Value = table.get(key, Consistency::Strong).await.unwrap().unwrap();
        items.push(item.to_string());
    }
    let copy = |number: usize| {
        items
            .iter()
            .map(move |item| item.replace("seed", &format!("p{number:05}")))
    };
    let copies: Vec<String> = (1..products).flat_map(copy).collect();
    for hundreds in copies.chunks(100).collect::<Vec<_>>().chunks(4) {
        let writes = hundreds.iter().map(|copies| put_all(&table, copies));
        try_join_all(writes).await.unwrap();
    }
}

async fn put_all(table: &Table, items: &[String]) -> Result<(), dynamo::TransactionError> {
    let put = |item: &String| {
        let item: Value = serde_json::from_str(item).unwrap();
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        Write::put(table, Key::new(text("pk"), text("sk")), &item)
    };
    items
        .iter()
        .map(put)
        .fold(Transaction::new(), Transaction::with)
        .commit()
        .await
}

async fn move_to(mall: &Mall, parent: u32) {
    let items = json!({ "items": [{ "category_id": 111, "parent_id": parent, "sort": 0 }] });
    mall.post("/api/catalog/admin/category-moves")
        .staff()
        .json(&items)
        .send()
        .await
        .expect(200);
}

/// Delivers all that there is to deliver, and whatever comes of it.
async fn settle(mall: &Mall) {
    mall.deliver_stream(STREAM).await;
    while !mall.waiting(QUEUE).is_empty() {
        assert!(mall.deliver(QUEUE).await > 0);
    }
}

/// The products that the storefront lists in a category.
async fn listed(mall: &Mall, category: u32) -> BTreeSet<String> {
    let (mut found, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let path = format!("/api/catalog/products?category_id={category}&limit=100{cursor}");
        let page = mall.get(&path).send().await.expect(200).json();
        for item in page["items"].as_array().unwrap() {
            assert!(
                found.insert(item["product_id"].as_str().unwrap().to_owned()),
                "listed twice: {item}"
            );
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

async fn moving(mall: &Mall) -> bool {
    let answer = mall
        .get("/api/catalog/admin/categories/111")
        .staff()
        .send()
        .await
        .expect(200);
    answer.json()["moving"].as_bool().unwrap()
}

/// `MOVED_PRODUCTS=10000` moves as many; each takes some milliseconds.
#[tokio::test]
async fn thousands_of_products_follow_their_category_some_at_a_time() {
    let mall = mall().await;
    let products = std::env::var("MOVED_PRODUCTS").map_or(2_000, |text| text.parse().unwrap());
    multiply(&mall, products).await;
    move_to(&mall, 12).await;
    assert!(moving(&mall).await);
    mall.deliver_stream(STREAM).await;
    let mut most = 0;
    while !mall.waiting(QUEUE).is_empty() {
        mall.wire().forget();
        mall.deliver(QUEUE).await;
        most = most.max(mall.wire().calls().0.len());
    }
    // The category, the list, the products, each product once, and the message for the rest.
    assert!(most <= 29, "{most} calls for one message");
    assert!(!moving(&mall).await);
    assert_eq!(listed(&mall, 12).await.len(), products);
    assert_eq!(listed(&mall, 111).await.len(), products);
    assert_eq!(listed(&mall, 11).await.len(), 0);
}

#[tokio::test]
async fn products_follow_wherever_the_mover_dies() {
    let mall = mall().await;
    multiply(&mall, 30).await;
    // One clean run says what there is to strike: of the many writes of products the first, one amid, and the last.
    move_to(&mall, 12).await;
    mall.deliver_stream(STREAM).await;
    mall.wire().forget();
    mall.deliver(QUEUE).await;
    let amid = |nth: &usize| matches!(nth, 0 | 11 | 24);
    let strikes: Vec<_> = mall
        .wire()
        .strikes()
        .into_iter()
        .filter(|(_, nth)| amid(nth))
        .collect();
    assert!(strikes.len() >= 6, "{strikes:?}");
    settle(&mall).await;
    let mut parents = [11, 12].into_iter().cycle();
    for (name, nth) in strikes {
        for action in [
            Action::DieBefore,
            Action::DieAfter,
            Action::FailBefore,
            Action::FailAfter,
        ] {
            let parent = parents.next().unwrap();
            move_to(&mall, parent).await;
            mall.deliver_stream(STREAM).await;
            let message = mall.waiting(QUEUE)[0].message.clone();
            mall.wire().strike(&name, nth, action.clone());
            let done = mall.handle_to_the_death(QUEUE, &message).await;
            mall.wire().heal();
            assert_ne!(done, Some(true), "{name} {nth} {action:?}");
            // The queue brings the message again.
            settle(&mall).await;
            assert_eq!(
                listed(&mall, parent).await.len(),
                30,
                "{name} {nth} {action:?}"
            );
            assert!(!moving(&mall).await);
        }
    }
}

#[tokio::test]
async fn a_category_that_is_moved_again_and_again_ends_with_all_its_products_where_it_is() {
    let mall = mall().await;
    multiply(&mall, 60).await;
    // Away, on, and back, with products on the way at each time; then everything once more, in the wrong order.
    move_to(&mall, 12).await;
    mall.deliver_stream(STREAM).await;
    mall.deliver(QUEUE).await;
    move_to(&mall, 13).await;
    mall.deliver_stream(STREAM).await;
    mall.deliver_times(QUEUE, 2).await;
    move_to(&mall, 11).await;
    mall.rewind_stream(STREAM);
    settle(&mall).await;
    assert_eq!(listed(&mall, 11).await.len(), 60);
    assert_eq!(
        listed(&mall, 12).await.len() + listed(&mall, 13).await.len(),
        0
    );
    assert!(!moving(&mall).await);
}

#[tokio::test]
async fn a_product_that_is_published_or_changed_meanwhile_is_where_its_category_is() {
    let mall = mall().await;
    multiply(&mall, 30).await;
    move_to(&mall, 12).await;
    mall.deliver_stream(STREAM).await;
    mall.deliver(QUEUE).await;
    publish(&mall, "late").await;
    settle(&mall).await;
    assert_eq!(listed(&mall, 12).await.len(), 31);
    assert!(listed(&mall, 12).await.contains("late"));
}

#[tokio::test]
async fn a_move_wakes_the_function_and_nothing_else_that_is_written_does() {
    let mall = mall().await;
    multiply(&mall, 3).await;
    publish(&mall, "seed").await;
    // Another place among its sisters is no other place for its products.
    move_to(&mall, 11).await;
    save_category(&mall).await;
    assert_eq!(mall.deliver_stream(STREAM).await, 0);
    move_to(&mall, 12).await;
    assert_eq!(mall.deliver_stream(STREAM).await, 1);
    // Whoever saves it while products have yet to follow has them asked again.
    save_category(&mall).await;
    assert_eq!(mall.deliver_stream(STREAM).await, 1);
    settle(&mall).await;
    assert_eq!(listed(&mall, 12).await.len(), 3);
    save_category(&mall).await;
    assert_eq!(mall.deliver_stream(STREAM).await, 0);
}

/// Saves the category 111 as it is.
async fn save_category(mall: &Mall) {
    let path = "/api/catalog/admin/categories/111";
    let known = mall.get(path).staff().send().await.expect(200);
    let parent = &known.json()["parent_id"];
    mall.put(path)
        .staff()
        .header("if-match", known.header("etag").unwrap())
        .json(&json!({ "parent_id": parent, "name": "类111" }))
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn messages_that_ask_for_nothing_do_nothing() {
    let mall = mall().await;
    assert_eq!(mall.waiting(QUEUE).len(), 0);
    for id in [111, 999] {
        assert!(mall.handle(QUEUE, &json!({ "category_id": id })).await);
    }
    assert_eq!(mall.waiting(QUEUE).len(), 0);
    assert!(!mall.handle(QUEUE, &json!({ "category": 111 })).await);
}

#[tokio::test]
async fn a_move_that_comes_while_the_one_before_is_being_forgotten_is_not_forgotten_with_it() {
    let mall = mall().await;
    multiply(&mall, 3).await;
    move_to(&mall, 12).await;
    mall.deliver_stream(STREAM).await;
    while mall.waiting(QUEUE)[0].message["last_look"] != true {
        mall.deliver(QUEUE).await;
    }
    let forgets = |call: &Call| {
        call.operation == "UpdateItem" && call.request.to_string().contains("#former_paths")
    };
    let (barrier, held) = (Arc::new(Barrier::new(2)), AtomicBool::new(false));
    let wait = barrier.clone();
    mall.wire().forget();
    mall.wire().on(move |call| {
        if forgets(call) && !held.swap(true, Ordering::SeqCst) {
            Action::Wait(wait.clone())
        } else {
            Action::Pass
        }
    });
    let meanwhile = async {
        while !mall.wire().calls().0.iter().any(forgets) {
            tokio::task::yield_now().await;
        }
        move_to(&mall, 13).await;
        barrier.wait().await;
    };
    tokio::join!(mall.deliver(QUEUE), meanwhile);
    mall.wire().heal();
    assert!(moving(&mall).await);
    settle(&mall).await;
    assert_eq!(listed(&mall, 13).await.len(), 3);
}
