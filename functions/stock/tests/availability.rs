//! What can be bought.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use testkit::Mall;

#[tokio::test]
async fn availability_is_told_for_each_sku_in_the_order_asked() {
    let mall = Mall::start(&[stock::service]).await;
    mall.receive("1", "a", 3).await;
    let answer = mall
        .get("/api/stock/skus?ids=b,a,b")
        .send()
        .await
        .expect(200);
    let items = json!([
        { "sku_id": "b", "available": 0, "in_stock": false },
        { "sku_id": "a", "available": 3, "in_stock": true },
    ]);
    assert_eq!(answer.json()["items"], items);
}

#[tokio::test]
async fn fifty_skus_are_read_in_one_stage_and_more_are_refused() {
    let mall = Mall::start(&[stock::service]).await;
    let ids = |count: usize| {
        (0..count)
            .map(|n| format!("s{n}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    mall.wire().watch_stages();
    mall.get(&format!("/api/stock/skus?ids={}", ids(50)))
        .send()
        .await
        .expect(200);
    assert_eq!(mall.wire().calls().stages(), 1);
    let refused = mall
        .get(&format!("/api/stock/skus?ids={}", ids(51)))
        .send()
        .await
        .expect(400);
    assert_eq!(refused.pointers(), ["?ids"]);
}

#[tokio::test]
async fn noise_in_the_query_is_refused() {
    let mall = Mall::start(&[stock::service]).await;
    for query in [
        "",
        "?ids=",
        "?ids=a%23b",
        "?ids=a/b",
        "?id=a",
        "?ids=a&ids=b",
        "?ids=a&x=1",
    ] {
        let refused = mall
            .get(&format!("/api/stock/skus{query}"))
            .send()
            .await
            .expect(400);
        assert_eq!(refused.problem_code(), "10001", "{query}");
    }
}
