//! How often the storefront asks the tables, however many ask the storefront: the three ways in which caches fail.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures::future::join_all;
use testkit::{Action, Answer, Mall};

/// Longer than anything is kept.
const STALE: Duration = Duration::from_secs(11);
/// Shorter than what is there is kept, longer than that something is not there, and longer than stock.
const SOON: Duration = Duration::from_secs(4);

async fn mall(skus: &[(&str, i64, u32)]) -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for sku in skus {
        mall.put_on_sale(&[*sku]).await;
    }
    mall.wire().forget();
    mall
}

/// So many requests at the same time.
async fn ask(mall: &Mall, times: usize, path: &str) -> Vec<Answer> {
    let one = || {
        let (mall, path) = (mall.clone(), path.to_owned());
        tokio::spawn(async move { mall.get(&path).send().await })
    };
    let asked: Vec<_> = (0..times).map(|_| one()).collect();
    let answers = join_all(asked).await;
    answers.into_iter().map(Result::unwrap).collect()
}

/// The calls to the tables since the last time this was asked.
fn reads(mall: &Mall) -> Vec<String> {
    let mut names = mall.wire().calls().names();
    names.sort();
    mall.wire().forget();
    names
}

const PAGE: [&str; 4] = [
    "BatchGetItem mall-catalog",
    "BatchGetItem mall-catalog",
    "GetItem mall-catalog",
    "Query mall-catalog",
];

#[tokio::test]
async fn a_thousand_requests_for_what_is_not_there_read_once() {
    let mall = mall(&[]).await;
    for path in ["/api/catalog/products/none", "/api/catalog/skus/none"] {
        for answer in ask(&mall, 1_000, path).await {
            answer.expect(404);
        }
        let first = reads(&mall);
        assert!(first.len() <= 2, "{path}: {first:?}");
        ask(&mall, 1_000, path).await;
        assert_eq!(reads(&mall).len(), 0, "{path}");
        mall.clock().advance(SOON);
        ask(&mall, 1_000, path).await;
        assert_eq!(reads(&mall), first, "{path}");
    }
}

#[tokio::test]
async fn a_product_that_appears_is_seen_soon_by_those_who_asked_for_it_before() {
    let mall = mall(&[]).await;
    mall.get("/api/catalog/products/a").send().await.expect(404);
    mall.put_on_sale(&[("a", 100, 1)]).await;
    mall.clock().advance(SOON);
    mall.get("/api/catalog/products/a").send().await.expect(200);
}

#[tokio::test]
async fn a_thousand_requests_for_a_product_that_went_stale_read_it_once() {
    let mall = mall(&[("a", 100, 1)]).await;
    let path = "/api/catalog/products/a";
    let all: Vec<&str> = PAGE.into_iter().chain(["Query mall-stock"]).collect();
    for _ in 0..2 {
        for answer in ask(&mall, 1_000, path).await {
            answer.expect(200);
        }
        assert_eq!(reads(&mall), all);
        ask(&mall, 1_000, path).await;
        assert_eq!(reads(&mall).len(), 0);
        mall.clock().advance(STALE);
    }
}

#[tokio::test]
async fn what_is_in_stock_is_read_anew_before_what_a_product_is() {
    let mall = mall(&[("a", 100, 1)]).await;
    let path = "/api/catalog/products/a";
    ask(&mall, 1, path).await;
    reads(&mall);
    mall.clock().advance(SOON);
    ask(&mall, 1_000, path).await;
    assert_eq!(reads(&mall), ["Query mall-stock"]);
}

#[tokio::test]
async fn a_thousand_requests_for_the_categories_read_them_once() {
    let mall = mall(&[("a", 100, 1)]).await;
    for _ in 0..2 {
        for answer in ask(&mall, 1_000, "/api/catalog/categories").await {
            answer.expect(200);
        }
        assert_eq!(reads(&mall), ["Query mall-catalog"]);
        mall.clock().advance(STALE);
    }
}

#[tokio::test]
async fn products_that_were_read_together_are_not_all_read_again_together() {
    let ids: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
    let skus: Vec<(&str, i64, u32)> = ids.iter().map(|id| (&**id, 100, 0)).collect();
    let mall = mall(&skus).await;
    let show = || {
        let mall = &mall;
        let path = |id: &String| format!("/api/catalog/products/{id}");
        join_all(
            ids.iter()
                .map(|id| async move { ask(mall, 25, &path(id)).await }),
        )
    };
    show().await;
    let products = |names: Vec<String>| {
        let of_product = |name: &&String| *name == "GetItem mall-catalog";
        names.iter().filter(of_product).count()
    };
    assert_eq!(products(reads(&mall)), ids.len());
    // Three quarters of the ten seconds.
    mall.clock().advance(Duration::from_millis(7_499));
    show().await;
    assert_eq!(products(reads(&mall)), 0);
    // Half of the rest.
    mall.clock().advance(Duration::from_millis(1_250));
    show().await;
    let stale = products(reads(&mall));
    assert!((3..38).contains(&stale), "{stale} of 40 went stale");
}

#[tokio::test]
async fn a_store_that_fails_is_asked_once_by_all_who_wait_and_again_afterwards() {
    let mall = mall(&[("a", 100, 1)]).await;
    let path = "/api/catalog/products/a";
    mall.wire().on(|_| Action::FailBefore);
    for answer in ask(&mall, 100, path).await {
        answer.expect(503);
    }
    assert_eq!(reads(&mall), ["GetItem mall-catalog"]);
    mall.wire().heal();
    ask(&mall, 1, path).await.remove(0).expect(200);
}
