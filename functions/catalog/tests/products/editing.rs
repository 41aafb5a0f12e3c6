//! Writing products: what is refused, two editors at once, SKUs that come and go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Action;
use tokio::sync::{Barrier, Notify};

use crate::goods::{PRODUCTS, edit, ids, listed, mall, product, put, staff_get};

#[tokio::test]
async fn of_two_editors_the_second_is_told_and_nothing_is_lost() {
    let mall = mall().await;
    let path = format!("{PRODUCTS}/p1");
    put(&mall, "p1", &product(3, "华为", &[("a", 100)]))
        .await
        .expect(201);
    let shown = mall.get(&path).staff().send().await.expect(200);
    let tag = shown.header("etag").unwrap().to_owned();
    let with = |name: &str, value: Value| {
        let mut document = shown.json()["document"].clone();
        document[name] = value;
        document
    };
    let first = with("subtitle", json!("第一个"));
    let second = with("unit", json!("件"));
    // Time goes on between them, so that their entries in the history do not meet.
    let clock = mall.clock().clone();
    mall.wire().on(move |_| {
        clock.advance(Duration::from_millis(1));
        Action::Pass
    });
    let answers = join_all([
        edit(&mall, "p1", &tag, &first),
        edit(&mall, "p1", &tag, &second),
    ])
    .await;
    mall.wire().heal();
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{answers:?}");
    let kept = staff_get(&mall, &path).await;
    let won = if answers[0].status == 200 {
        &first
    } else {
        &second
    };
    assert_eq!((&kept["document"], &kept["version"]), (won, &json!(2)));

    // Whoever says nothing is asked; whoever repeats what took effect already is answered, whatever they say.
    let other = with("unit", json!("台"));
    assert_eq!(
        put(&mall, "p1", &other).await.expect(428).problem_code(),
        "10012"
    );
    for tag in ["\"1\"", "*", "\"2\""] {
        let again = edit(&mall, "p1", tag, won).await.expect(200);
        assert_eq!(again.header("etag"), Some("\"2\""));
    }
    put(&mall, "p1", won).await.expect(200);
    let create = mall.put(&path).staff().header("if-none-match", "*");
    create.json(&other).send().await.expect(412);
    edit(&mall, "p9", "*", &other).await.expect(412);
}

#[tokio::test]
async fn who_edits_a_draft_that_was_removed_and_made_anew_is_told() {
    let mall = mall().await;
    let made = put(&mall, "p1", &product(3, "华为", &[("a", 100), ("b", 200)])).await;
    let tag = made.expect(201).header("etag").unwrap().to_owned();
    let remove = mall.delete(&format!("{PRODUCTS}/p1")).staff();
    remove.header("if-match", &tag).send().await.expect(204);
    mall.clock().advance(Duration::from_secs(1));
    let anew = product(3, "华为", &[("c", 300)]);
    put(&mall, "p1", &anew).await.expect(201);
    edit(&mall, "p1", &tag, &product(3, "华为", &[("b", 200)]))
        .await
        .expect(412);
    let kept = staff_get(&mall, &format!("{PRODUCTS}/p1")).await;
    assert_eq!(kept["document"]["skus"][0]["code"], "c");
}

#[tokio::test]
async fn an_edit_under_way_never_reaches_what_was_made_of_a_removed_draft_meanwhile() {
    let mall = mall().await;
    let before = product(3, "华为", &[("a", 100), ("b", 200)]);
    let tag = put(&mall, "p1", &before).await.expect(201);
    let tag = tag.header("etag").unwrap().to_owned();
    // The edit that drops `a` has read the draft, and waits.
    let (arrived, go_on) = (Arc::new(Notify::new()), Arc::new(Barrier::new(2)));
    let (told, held) = (arrived.clone(), go_on.clone());
    let seen = AtomicBool::new(false);
    mall.wire().on(move |call| {
        if call.operation != "TransactWriteItems" || seen.swap(true, Ordering::SeqCst) {
            return Action::Pass;
        }
        told.notify_one();
        Action::Wait(held.clone())
    });
    let editor = {
        let (mall, tag) = (mall.clone(), tag.clone());
        let next = product(3, "华为", &[("b", 200)]);
        tokio::spawn(async move { edit(&mall, "p1", &tag, &next).await })
    };
    arrived.notified().await;
    mall.clock().advance(Duration::from_secs(1));
    let remove = mall.delete(&format!("{PRODUCTS}/p1")).staff();
    remove.header("if-match", &tag).send().await.expect(204);
    mall.clock().advance(Duration::from_secs(1));
    put(&mall, "p1", &product(3, "华为", &[("b", 300)]))
        .await
        .expect(201);
    put(&mall, "p2", &product(3, "华为", &[("a", 100)]))
        .await
        .expect(201);
    go_on.wait().await;
    editor.await.unwrap().expect(412);
    let kept = staff_get(&mall, &format!("{PRODUCTS}/p1")).await;
    assert_eq!(kept["document"]["skus"][0]["price_fen"], 300);
    let list = staff_get(&mall, "/api/catalog/admin/skus?key=a").await;
    assert_eq!(list["items"][0]["product_id"], "p2");
}

#[tokio::test]
async fn the_same_product_written_twenty_times_at_once_is_one_product() {
    let mall = mall().await;
    let body = product(3, "华为", &[("a", 100), ("b", 200)]);
    let answers = join_all((0..20).map(|_| put(&mall, "p1", &body))).await;
    let of = |wanted: u16| answers.iter().filter(|it| it.status == wanted).count();
    assert_eq!(of(201), 1, "{answers:?}");
    assert_eq!(of(201) + of(200) + of(503), 20, "{answers:?}");
}

#[tokio::test]
async fn a_replaced_product_sells_only_its_new_skus_and_never_those_of_another() {
    let mall = mall().await;
    mall.publish("p1", &product(3, "华为", &[("a", 100), ("b", 200)]))
        .await;
    mall.publish("p1", &product(4, "荣耀", &[("b", 300), ("c", 400)]))
        .await;
    mall.get("/api/catalog/skus/a").send().await.expect(404);
    let sku = mall.get("/api/catalog/skus/b").send().await.json();
    assert_eq!(sku["price_fen"], 300);
    assert_eq!(listed(&mall, "?category_id=3").await, Vec::<String>::new());
    assert_eq!(listed(&mall, "?brand_id=%E8%8D%A3%E8%80%80").await, ["p1"]);

    let refused = put(&mall, "p2", &product(3, "华为", &[("d", 100), ("c", 100)]))
        .await
        .expect(409);
    assert_eq!(refused.problem_code(), "11002");
    assert!(refused.json()["detail"].as_str().unwrap().contains('c'));
    mall.get(&format!("{PRODUCTS}/p2"))
        .staff()
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn what_a_product_sold_stays_its_own_after_it_dropped_it_and_it_may_take_it_up_again() {
    let mall = mall().await;
    mall.publish("p1", &product(3, "华为", &[("a", 100), ("b", 200)]))
        .await;
    mall.receive("r1", "a", 500).await;
    edit(&mall, "p1", "*", &product(3, "华为", &[("b", 200)]))
        .await
        .expect(200);
    for off_sale in [false, true] {
        if off_sale {
            mall.take_off_sale("p1").await;
        }
        let taken = put(&mall, "p2", &product(3, "华为", &[("a", 100)])).await;
        assert_eq!(taken.expect(409).problem_code(), "11002");
    }
    mall.get(&format!("{PRODUCTS}/p2"))
        .staff()
        .send()
        .await
        .expect(404);

    // It is in no list of staff, whatever they look for.
    for query in ["", "?category_id=3", "?key=a"] {
        let list = staff_get(&mall, &format!("/api/catalog/admin/skus{query}")).await;
        assert!(!ids(&list, "sku_id").contains(&"a".to_owned()), "{query}");
    }
    mall.get("/api/catalog/skus/a").send().await.expect(404);

    mall.publish("p1", &product(3, "华为", &[("a", 150), ("b", 200)]))
        .await;
    mall.let_what_is_kept_go_stale();
    let sku = mall.get("/api/catalog/skus/a").send().await.expect(200);
    assert_eq!(
        (&sku.json()["price_fen"], &sku.json()["available"]),
        (&json!(150), &json!(500))
    );
    let list = staff_get(&mall, "/api/catalog/admin/skus?category_id=3").await;
    assert_eq!(ids(&list, "sku_id"), ["a", "b"]);
}

#[tokio::test]
async fn what_a_product_drops_before_it_was_ever_on_sale_is_free() {
    let mall = mall().await;
    put(&mall, "p1", &product(3, "华为", &[("a", 100), ("b", 200)]))
        .await
        .expect(201);
    edit(&mall, "p1", "*", &product(3, "华为", &[("b", 200)]))
        .await
        .expect(200);
    put(&mall, "p2", &product(3, "华为", &[("a", 100)]))
        .await
        .expect(201);
    let taken = edit(&mall, "p1", "*", &product(3, "华为", &[("a", 100)])).await;
    assert_eq!(taken.expect(409).problem_code(), "11002");
}

#[tokio::test]
async fn as_many_skus_as_a_transaction_holds_are_written_and_no_more() {
    let mall = mall().await;
    let skus =
        |from: usize, to: usize| -> Vec<String> { (from..to).map(|n| format!("s{n}")).collect() };
    let document = |names: &[String]| {
        let skus: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 100)).collect();
        product(3, "华为", &skus)
    };
    mall.publish("p1", &document(&skus(0, 96))).await;
    mall.get("/api/catalog/skus/s95").send().await.expect(200);
    mall.take_off_sale("p1").await;
    mall.let_what_is_kept_go_stale();
    mall.get("/api/catalog/skus/s95").send().await.expect(404);
    for refused in [skus(0, 97), skus(0, 99), skus(1, 97)] {
        let refused = edit(&mall, "p1", "*", &document(&refused))
            .await
            .expect(400);
        assert_eq!(refused.pointers(), ["/skus"]);
    }
    edit(&mall, "p1", "*", &document(&skus(90, 96)))
        .await
        .expect(200);
}

#[tokio::test]
async fn all_flaws_are_named_at_once_and_nothing_is_written() {
    let mall = mall().await;
    let image = json!({ "url": "/media/1.webp", "main": true });
    let flawed = json!({
        "name": "坏", "category_id": 2, "brand_id": "无", "images": [image, image], "bounds": { "growth": 100_000_001 },
        "specs": [
            { "attribute_id": "系统", "values": ["DOS"] }, { "attribute_id": "系统", "values": ["iOS", "Android"] },
            { "attribute_id": "尺寸", "values": ["5", "5"] }, { "attribute_id": "容量", "values": ["5"] },
            { "attribute_id": "无", "values": [] },
        ],
        "skus": [
            { "code": "a", "price_fen": 0, "options": [{ "attribute_id": "容量", "value": "8G" }] },
            { "code": "a", "price_fen": 5, "options": [{ "attribute_id": "容量", "value": "8G" }],
              "ladder": { "full_count": 0, "discount_per_mille": 1000 }, "full_reduction": { "full_price_fen": 5, "reduce_fen": 5 },
              "member_prices": [{ "level": 1, "price_fen": 6 }, { "level": 1, "price_fen": 1 }] },
            { "code": "b", "price_fen": 5, "options": [{ "attribute_id": "系统", "value": "iOS" }] },
            { "code": "c", "price_fen": 5 },
        ],
    });
    let mut own = flawed.clone();
    own["category_id"] = json!(3);
    own["brand_id"] = json!("华为");
    let expected = [
        "/images",
        "/bounds/growth",
        "/specs/0/values/0",
        "/specs/1/attribute_id",
        "/specs/1/values",
        "/specs/2/values/1",
        "/specs/3/attribute_id",
        "/specs/4/values",
        "/specs/4/attribute_id",
        "/skus/0/price_fen",
        "/skus/1/ladder/full_count",
        "/skus/1/ladder/discount_per_mille",
        "/skus/1/full_reduction/reduce_fen",
        "/skus/1/member_prices/0/price_fen",
        "/skus/1/member_prices/1/level",
        "/skus/1/code",
        "/skus/1/options",
        "/skus/2/options",
        "/skus/2/options/0/attribute_id",
        "/skus/3/options",
    ];
    assert_eq!(
        put(&mall, "p1", &own).await.expect(400).pointers(),
        expected
    );
    let refused = put(&mall, "p1", &flawed).await.expect(400).pointers();
    assert!(
        refused.ends_with(&["/category_id".to_owned(), "/brand_id".to_owned()]),
        "{refused:?}"
    );

    let mut noise = product(3, "华为", &[("a", 100)]);
    noise["skus"][0]["options"][0]["value"] = json!("");
    assert_eq!(
        put(&mall, "p1", &noise).await.expect(400).pointers(),
        ["/skus/0/options/0/value"]
    );
    mall.get(&format!("{PRODUCTS}/p1"))
        .staff()
        .send()
        .await
        .expect(404);
    for id in ["a%23b", "a%2Fb", "%20"] {
        mall.get(&format!("/api/catalog/products/{id}"))
            .send()
            .await
            .expect(400);
        put(&mall, id, &product(3, "华为", &[("a", 100)]))
            .await
            .expect(400);
    }
}

#[tokio::test]
async fn what_a_product_has_may_stay_after_its_attribute_was_taken_from_the_form() {
    let mall = mall().await;
    let body = product(3, "华为", &[("a", 100)]);
    mall.publish("p1", &body).await;
    for id in ["系统", "容量"] {
        mall.delete(&format!("/api/catalog/admin/categories/3/attributes/{id}"))
            .staff()
            .send()
            .await
            .expect(204);
    }
    let mut edited = body.clone();
    edited["subtitle"] = json!("改");
    edit(&mall, "p1", "*", &edited).await.expect(200);
    edited["specs"][0]["values"] = json!(["iOS"]);
    assert_eq!(
        edit(&mall, "p1", "*", &edited).await.expect(400).pointers(),
        ["/specs/0/attribute_id"]
    );
    let shown = mall
        .get("/api/catalog/products/p1")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(shown["spec_groups"][0]["specs"][0]["name"], "系统");
}

#[tokio::test]
async fn saving_a_product_again_gives_its_skus_the_names_that_their_options_have_now() {
    let mall = mall().await;
    let body = product(3, "华为", &[("a", 100), ("b", 200)]);
    mall.publish("p1", &body).await;
    let renamed = json!({ "name": "存储", "use": "sale" });
    mall.put("/api/catalog/admin/categories/3/attributes/容量")
        .staff()
        .json(&renamed)
        .send()
        .await
        .expect(200);
    let name = async || {
        mall.let_what_is_kept_go_stale();
        let sku = mall.get("/api/catalog/skus/b").send().await.expect(200);
        sku.json()["options"][0]["name"].clone()
    };
    assert_eq!(name().await, "容量");
    put(&mall, "p1", &body).await.expect(428);
    let saved = edit(&mall, "p1", "\"2\"", &body).await.expect(200);
    assert_eq!(saved.header("etag"), Some("\"3\""));
    assert_eq!(name().await, "存储");
    // From then on there is nothing to write again.
    let again = put(&mall, "p1", &body).await.expect(200);
    assert_eq!(again.header("etag"), Some("\"3\""));
}

#[tokio::test]
async fn the_whole_document_is_kept_as_it_was_given() {
    let mall = mall().await;
    let document = json!({
        "name": "P20 🎉", "subtitle": "副", "description": "文".repeat(20_000), "description_images": [{ "url": "/media/d.webp", "alt": "", "main": false }],
        "category_id": 3, "brand_id": "华为", "unit": "部", "weight_grams": 165, "images": [{ "url": "/media/1.webp", "alt": "正面", "main": true }],
        "bounds": { "growth": 10, "points": 20 }, "specs": [{ "attribute_id": "系统", "values": ["iOS"], "quick_show": false }],
        "skus": [{
            "code": "a", "name": "P20 金", "title": "题", "subtitle": "行", "price_fen": 500, "options": [{ "attribute_id": "容量", "value": "64G" }],
            "images": [{ "url": "/media/a.webp", "alt": "", "main": false }], "weight_grams": 170,
            "ladder": { "full_count": 3, "discount_per_mille": 900, "stackable": true },
            "full_reduction": { "full_price_fen": 1000, "reduce_fen": 100, "stackable": false },
            "member_prices": [{ "level": 2, "price_fen": 450 }],
        }],
    });
    put(&mall, "p1", &document).await.expect(201);
    let shown = staff_get(&mall, &format!("{PRODUCTS}/p1")).await;
    assert_eq!(shown["document"], document);
    assert_eq!(shown["category_path"], json!([1, 2, 3]));
    put(&mall, "p1", &shown["document"]).await.expect(200);
}
