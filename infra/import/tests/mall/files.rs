//! Imports files into a mall that keeps the contract's rules.

use std::sync::Arc;

use crate::play::{PASSWORD, PlayMall, Temper};
use axum::http::StatusCode;
use import::{Booked, ImportError, MallClient, Progress, Report, Source, Sources, Written, import};
use serde_json::{Value, json};
use tokio::sync::Barrier;

const CATEGORIES: &str = "\
id,parent_id,level,name,sort,unit
225,34,3,手机,0,
34,2,2,手机通讯,0,
2,0,1,手机,0,部
35,99,2,无根,0,
x,0,1,坏行,0,
";

fn product(id: &str, category_id: u64, skus: &[(&str, u64)]) -> String {
    let skus: Vec<Value> = skus
        .iter()
        .map(|(code, stock)| json!({"code": code, "price_fen": 100, "stock": stock, "options": {"码": code}}))
        .collect();
    json!({"id": id, "name": "机", "subtitle": "", "brand": {"name": "牌"}, "category_id": category_id, "unit": "件",
        "weight_grams": 0, "description": "", "attributes": [], "skus": skus})
    .to_string()
}

fn sources(categories: &'static str, products: &[String]) -> Sources {
    Sources {
        categories: Some(Source::embedded("categories.csv", categories)),
        products: Some(Source::embedded("products.jsonl", products.join("\n"))),
    }
}

/// Two products that are fine and three lines that are not.
fn mixed() -> Sources {
    let lines = [
        product("P1", 225, &[("P1-1", 5), ("P1-2", 0), ("P1-3", 7)]),
        "{\"id\": \"P2\"".to_owned(),
        product("P3", 34, &[("P3-1", 5)]),
        String::new(),
        product("P4", 225, &[("P1-2", 5)]),
        product("P5", 225, &[("P5-1", 1)]),
    ];
    sources(CATEGORIES, &lines)
}

async fn run(mall: &PlayMall, sources: Sources) -> Report {
    let client = mall.client();
    // Spawned, as a caller may do: the run must be able to move between threads.
    tokio::spawn(async move { import(&client, sources, &Progress::silent()).await })
        .await
        .unwrap()
        .unwrap()
}

fn refusals(report: &Report) -> Vec<String> {
    report.refused.iter().map(ToString::to_string).collect()
}

fn written(created: u64, replaced: u64, unchanged: u64) -> Written {
    Written {
        created,
        replaced,
        unchanged,
    }
}

const MIXED_REFUSALS: [&str; 6] = [
    "categories.csv:5: category 35: the category is not well formed; /parent_id does not exist",
    "categories.csv:6: category x: `id` is `x`, not a number that it can be",
    "products.jsonl:2: line: broken JSON at column 11: EOF while parsing an object",
    "products.jsonl:3: attribute 码: there is no such category of the third level",
    "products.jsonl:3: product P3: the product is not well formed; /category_id is not of level 3; /name is odd",
    "products.jsonl:5: product P4: the SKU code P1-2 stands in line 1 already",
];

#[tokio::test]
async fn every_accepted_line_is_sent_once_and_every_refused_one_is_reported_with_its_line_and_reason()
 {
    let mall = PlayMall::open(Temper::Even).await;
    let report = run(&mall, mixed()).await;
    assert_eq!(refusals(&report), MIXED_REFUSALS);
    assert_eq!(report.categories, written(3, 0, 0));
    assert_eq!(report.products, written(2, 0, 0));
    assert_eq!(
        report.receipts,
        Booked {
            booked: 3,
            unchanged: 0
        }
    );

    let mut requests: Vec<String> = mall
        .take_requests()
        .into_iter()
        .map(|(request, _)| request)
        .collect();
    requests.sort_unstable();
    assert_eq!(
        requests,
        [
            "GET /api/catalog/admin/attributes",
            "GET /api/catalog/admin/attributes",
            "GET /api/catalog/admin/brands",
            "GET /api/catalog/admin/categories",
            "POST /api/stock/admin/receipts",
            "POST /api/stock/admin/receipts",
            "POST /api/stock/admin/receipts",
            "PUT /api/catalog/admin/brands/%E7%89%8C",
            "PUT /api/catalog/admin/categories/2",
            "PUT /api/catalog/admin/categories/225",
            "PUT /api/catalog/admin/categories/225/attributes/%E7%A0%81",
            "PUT /api/catalog/admin/categories/34",
            "PUT /api/catalog/admin/categories/34/attributes/%E7%A0%81",
            "PUT /api/catalog/admin/categories/35",
            "PUT /api/catalog/admin/products/P1",
            "PUT /api/catalog/admin/products/P1/sale",
            "PUT /api/catalog/admin/products/P3",
            "PUT /api/catalog/admin/products/P5",
            "PUT /api/catalog/admin/products/P5/sale",
        ]
    );
}

#[tokio::test]
async fn a_receipt_carries_the_stock_of_its_sku_and_a_sku_without_stock_gets_none() {
    let mall = PlayMall::open(Temper::Even).await;
    run(&mall, mixed()).await;
    let receipts: Vec<Value> = mall.receipts().into_values().collect();
    assert_eq!(
        receipts,
        [
            json!({"number": "import/P1/P1-1", "sku_id": "P1-1", "warehouse_id": "main", "quantity": 5}),
            json!({"number": "import/P1/P1-3", "sku_id": "P1-3", "warehouse_id": "main", "quantity": 7}),
            json!({"number": "import/P5/P5-1", "sku_id": "P5-1", "warehouse_id": "main", "quantity": 1}),
        ]
    );
}

#[tokio::test]
async fn a_repeat_writes_nothing_and_reports_everything_as_unchanged() {
    let mall = PlayMall::open(Temper::Even).await;
    let first = run(&mall, mixed()).await;
    assert_eq!(first.taxonomy, written(2, 0, 0));
    assert!(!mall.take_writes().is_empty());
    let (products, receipts) = (mall.products(), mall.receipts());

    mall.take_requests();
    let report = run(&mall, mixed()).await;
    assert_eq!(mall.take_writes(), Vec::<String>::new());
    // What categories and products refer to is told by lists: nothing asks for each of them.
    let asked = mall.take_requests().into_iter().map(|(request, _)| request);
    let asked: Vec<_> = asked
        .filter(|it| !it.contains("receipts") && !it.contains("products"))
        .collect();
    assert_eq!(asked.len(), 6, "{asked:?}");
    assert_eq!((mall.products(), mall.receipts()), (products, receipts));
    assert_eq!(report.categories, written(0, 0, 3));
    assert_eq!(report.taxonomy, written(0, 0, 2));
    assert_eq!(report.products, written(0, 0, 2));
    assert_eq!(
        report.receipts,
        Booked {
            booked: 0,
            unchanged: 3
        }
    );
    assert_eq!(refusals(&report), MIXED_REFUSALS);
}

#[tokio::test]
async fn lists_that_are_a_moment_old_take_nothing_for_new_and_overwrite_nothing() {
    let mall = PlayMall::open(Temper::Even).await;
    let line = |logo: &str| {
        let mut product: Value = serde_json::from_str(&product("P1", 225, &[("A", 0)])).unwrap();
        product["brand"]["logo"] = json!(logo);
        product["attributes"] = json!([{ "group": "组", "name": "系统", "values": ["甲"] }]);
        product.to_string()
    };
    run(&mall, sources(CATEGORIES, &[line("/a.png")])).await;
    mall.take_writes();
    mall.become_so(Temper::ListsLag);
    let report = run(&mall, sources(CATEGORIES, &[line("/a.png")])).await;
    assert_eq!(mall.take_writes(), Vec::<String>::new());
    assert_eq!(report.categories, written(0, 0, 3));
    assert_eq!(report.taxonomy, written(0, 0, 4));

    let report = run(&mall, sources(CATEGORIES, &[line("/b.png")])).await;
    assert_eq!(report.taxonomy, written(0, 1, 3));
    assert_eq!(mall.taxonomy()["brands/牌"]["logo"], "/b.png");
}

#[tokio::test]
async fn a_line_that_was_corrected_replaces_what_is_there_and_nothing_else_is_written() {
    let mall = PlayMall::open(Temper::Even).await;
    let tree = "id,parent_id,level,name\n1,0,1,一\n2,1,2,二\n3,2,3,三\n";
    let other = "id,parent_id,level,name\n1,0,1,一\n2,1,2,二\n3,2,3,叁\n";
    let lines = [product("P1", 3, &[("A", 5)]), product("P2", 3, &[("B", 5)])];
    run(&mall, sources(tree, &lines)).await;
    mall.take_writes();
    let changed = [
        lines[0].replace("机", "电话"),
        lines[1].replacen('{', r#"{"status": "off_sale", "#, 1),
    ];
    let report = run(&mall, sources(other, &changed)).await;
    assert_eq!(report.categories, written(0, 1, 2));
    assert_eq!(report.products, written(0, 1, 1));
    let mut writes = mall.take_writes();
    writes.sort_unstable();
    assert_eq!(
        writes,
        [
            "DELETE /api/catalog/admin/products/P2/sale",
            "PUT /api/catalog/admin/categories/3",
            "PUT /api/catalog/admin/products/P1",
        ]
    );
    assert_eq!(mall.statuses()["P1"], "on_sale");
}

#[tokio::test]
async fn a_mall_that_is_busy_at_first_is_asked_again() {
    for status in [503, 429, 502] {
        let mall = PlayMall::open(Temper::Busy(StatusCode::from_u16(status).unwrap())).await;
        let report = run(&mall, mixed()).await;
        assert_eq!(refusals(&report), MIXED_REFUSALS);
        assert_eq!(
            report.receipts,
            Booked {
                booked: 3,
                unchanged: 0
            }
        );
        assert_eq!(
            mall.take_requests().len(),
            19,
            "each request is answered once"
        );
    }
}

#[tokio::test]
async fn staff_sign_in_at_a_mall_that_is_busy_at_first_and_a_wrong_password_is_told() {
    for status in [503, 502, 504] {
        let mall = PlayMall::open(Temper::Busy(StatusCode::from_u16(status).unwrap())).await;
        MallClient::sign_in(&mall.url, "mei", PASSWORD)
            .await
            .unwrap();
    }
    let mall = PlayMall::open(Temper::Even).await;
    let error = MallClient::sign_in(&mall.url, "mei", "wrong")
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ImportError::SignIn { reason, .. } if reason.contains("wrong login")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stock_that_changed_since_it_was_booked_is_refused_by_its_receipt_alone() {
    let mall = PlayMall::open(Temper::Even).await;
    let file = |stock| {
        sources(
            "id,parent_id,level,name\n1,0,1,一\n2,1,2,二\n3,2,3,三\n",
            &[product("P1", 3, &[("A", stock), ("B", 2)])],
        )
    };
    run(&mall, file(5)).await;
    let report = run(&mall, file(6)).await;
    assert_eq!(report.products, written(0, 0, 1));
    assert_eq!(
        report.receipts,
        Booked {
            booked: 0,
            unchanged: 1
        }
    );
    assert_eq!(
        refusals(&report),
        ["products.jsonl:1: stock of SKU A: the receipt was booked with other content"]
    );
}

#[tokio::test]
async fn products_alone_can_be_imported_into_a_mall_that_has_their_categories() {
    let mall = PlayMall::open(Temper::Even).await;
    run(&mall, mixed()).await;
    let only = Sources {
        categories: None,
        ..sources("", &[product("P9", 225, &[("P9", 1)])])
    };
    let report = run(&mall, only).await;
    assert_eq!(
        report.to_string(),
        "categories: 0 created, 0 replaced, 0 unchanged\ntaxonomy:   0 created, 0 replaced, 2 unchanged\nproducts:   1 created, 0 replaced, 0 unchanged\nreceipts:   1 booked, 0 unchanged\nrefused:    0"
    );
}

#[tokio::test]
async fn an_id_with_odd_characters_stays_in_its_place_in_the_address() {
    let mall = PlayMall::open(Temper::Even).await;
    run(&mall, mixed()).await;
    mall.take_requests();
    run(
        &mall,
        Sources {
            categories: None,
            ..sources("", &[product("a/../b?c#d", 34, &[("P9", 1)])])
        },
    )
    .await;
    let put = "PUT /api/catalog/admin/products/a%2F..%2Fb%3Fc%23d";
    let requests = mall.take_requests();
    assert!(
        requests.iter().any(|(request, _)| request == put),
        "{requests:?}"
    );
}

#[tokio::test]
async fn as_many_requests_as_allowed_are_under_way_and_no_more() {
    let mall = PlayMall::open(Temper::WaitsForCompany(Arc::new(Barrier::new(4)))).await;
    let products: Vec<String> = (0..12)
        .map(|n| product(&format!("P{n}"), 3, &[(&format!("S{n}"), 0)]))
        .collect();
    let files = sources(
        "id,parent_id,level,name\n1,0,1,一\n2,1,2,二\n3,2,3,三\n",
        &products,
    );
    // The mall answers nobody before four have come: with fewer under way this would never end.
    let client = mall.client().with_requests_in_flight(4);
    let report = import(&client, files, &Progress::silent()).await.unwrap();
    assert_eq!(report.products.created, 12);
    assert_eq!(mall.most_under_way(), 4);
}

#[tokio::test]
async fn a_session_that_the_mall_does_not_know_ends_the_run() {
    let mall = PlayMall::open(Temper::Even).await;
    let client = import::MallClient::new(&mall.url, "another key").unwrap();
    let error = import(&client, mixed(), &Progress::silent())
        .await
        .unwrap_err();
    assert!(
        matches!(error, ImportError::Session { status: 401, .. }),
        "{error:?}"
    );
    assert!(mall.take_requests().is_empty());
}

#[tokio::test]
async fn an_address_without_a_mall_ends_the_run() {
    let mall = PlayMall::open(Temper::Stranger).await;
    let error = import(&mall.client(), mixed(), &Progress::silent())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no mall at this address: GET /api/catalog/admin/categories answered 404"
    );
}
