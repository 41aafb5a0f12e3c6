//! Needs and purchases are found.

use serde_json::json;
use testkit::Mall;

use crate::{NEEDS, PURCHASES, claim, done, id_of, listed, merge, need, report};

#[tokio::test]
async fn needs_and_purchases_are_listed_by_what_staff_look_for() {
    let mall = Mall::start(&[stock::service]).await;
    let (one, two, three) = (
        need(&mall, "a", 5).await,
        need(&mall, "b", 2).await,
        need(&mall, "a", 1).await,
    );
    let first = id_of(&merge(&mall, None, &[&one, &two]).await.expect(201));
    let mut all = [one.clone(), two.clone(), three.clone()];
    all.sort();
    all.reverse();
    assert_eq!(listed(&mall, NEEDS, "need_id").await, all);
    let needs = |query: String| {
        let mall = &mall;
        async move { listed(mall, &format!("{NEEDS}?{query}"), "need_id").await }
    };
    assert_eq!(needs("status=new".to_owned()).await, [&*three]);
    assert_eq!(needs("key=b".to_owned()).await, [&*two]);
    assert_eq!(needs(format!("key={first}")).await.len(), 2);
    assert_eq!(needs(format!("key={first}&status=new")).await.len(), 0);
    assert_eq!(needs("key=a&status=assigned".to_owned()).await, [&*one]);
    assert_eq!(needs("warehouse_id=north".to_owned()).await.len(), 0);
    let page = mall
        .get(&format!("{NEEDS}?key={first}&limit=1"))
        .staff()
        .send()
        .await
        .expect(200)
        .json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = needs(format!("key={first}&limit=1&cursor={cursor}")).await;
    assert_eq!(rest.len(), 1);
    assert_ne!(rest[0], page["items"][0]["need_id"].as_str().unwrap());
    let purchases = |status: &'static str| {
        let mall = &mall;
        async move { listed(mall, &format!("{PURCHASES}?status={status}"), "purchase_id").await }
    };
    for status in ["new", "unreceived"] {
        assert_eq!(purchases(status).await, [&*first], "{status}");
    }
    let _ = claim(&mall, &first).await.expect(200);
    for status in ["new", "unreceived", "assigned", "done", "failed"] {
        assert!(purchases(status).await.is_empty(), "{status}");
    }
    assert_eq!(purchases("received").await, [&*first]);
}

#[tokio::test]
async fn needs_movements_and_purchases_far_behind_in_their_lists_are_found() {
    let mall = Mall::start(&[stock::service]).await;
    let put = mall.put("/api/stock/admin/warehouses/north").staff();
    let put = put.json(&json!({ "name": "north" }));
    let _ = put.send().await.expect(201);
    let north = json!({ "sku_id": "a", "warehouse_id": "north", "quantity": 1 });
    let north_need = mall.post(NEEDS).staff().json(&north);
    let north_need = north_need.send().await.expect(201).json();
    let north_need = north_need["need_id"].as_str().unwrap();
    let mut receipt = north.clone();
    receipt["number"] = "r/north".into();
    let receipt = mall
        .post("/api/stock/admin/receipts")
        .staff()
        .json(&receipt);
    let _ = receipt.send().await.expect(201);
    let bought = id_of(&merge(&mall, None, &[&need(&mall, "b", 1).await]).await);
    let buyer = json!({ "buyer_id": "buyer-7", "name": "王五", "phone": "13800005678" });
    let assign = mall.put(&format!("{PURCHASES}/{bought}/buyer")).staff();
    let _ = assign.json(&buyer).send().await.expect(200);
    mall.clock().advance(std::time::Duration::from_secs(1));
    let mut needs = Vec::new();
    for n in 0..25 {
        needs.push(need(&mall, "a", 1).await);
        let alone = need(&mall, "c", 1).await;
        let _ = merge(&mall, None, &[&alone]).await.expect(201);
        mall.receive(&format!("r/{n}"), "a", 1).await;
    }
    let wanted = [
        (format!("{NEEDS}?warehouse_id=north"), "need_id", north_need),
        (
            format!("{NEEDS}?warehouse_id=north&status=new"),
            "need_id",
            north_need,
        ),
        (
            format!("{NEEDS}?warehouse_id=north&key=a"),
            "need_id",
            north_need,
        ),
        (
            format!("{PURCHASES}?status=assigned"),
            "purchase_id",
            &*bought,
        ),
        (
            "/api/stock/admin/movements?sku_id=a&warehouse_id=north".to_owned(),
            "warehouse_id",
            "north",
        ),
    ];
    for (path, name, found) in wanted {
        assert_eq!(listed(&mall, &path, name).await, [found], "{path}");
    }
    // Of a purchase, what is settled stands in front of what is not.
    let ids: Vec<_> = needs.iter().map(String::as_str).collect();
    let large = id_of(&merge(&mall, None, &ids).await.expect(201));
    let _ = claim(&mall, &large).await.expect(200);
    let done: Vec<_> = needs[1..].iter().map(|need| done(need)).collect();
    let _ = report(&mall, &large, &done).send().await.expect(200);
    let open = format!("{NEEDS}?key={large}&status=purchasing");
    assert_eq!(listed(&mall, &open, "need_id").await, [&*needs[0]]);
}
