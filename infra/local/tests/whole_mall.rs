//! The mall's own templates, services and sample events together.

#![allow(clippy::unwrap_used)]

mod harness;

use harness::{MallProcess, mall_command, workspace};
use serde_json::{Value, json};

#[test]
fn every_route_leads_to_an_operation_that_says_who_may_call_it() {
    let nowhere = std::path::Path::new("nowhere");
    let listed = mall_command("routes", &workspace(), nowhere)
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("/api/catalog/categories"), "{listed}");
    assert!(!listed.contains("no such operation"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_takes_its_sample_event() {
    let mall = MallProcess::start(&workspace()).await;
    put_on_sale(&mall).await;
    let functions = sample_names();
    assert!(functions.len() > 20, "{functions:?}");
    for function in &functions {
        let output = mall_command("invoke", &workspace(), mall.data())
            .arg(function)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{function}: {said}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let taken = answer["statusCode"]
            .as_u64()
            .is_some_and(|status| status < 300);
        assert!(
            taken || answer["batchItemFailures"] == json!([]),
            "{function}: {answer}"
        );
    }
}

async fn put_on_sale(mall: &MallProcess) {
    let put = async |path: &str, body: Value| {
        let request = mall.http.put(mall.url(path)).bearer_auth(mall.staff_key());
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    };
    for (id, parent) in [(1, Value::Null), (2, json!(1)), (3, json!(2))] {
        let category = json!({"parent_id": parent, "name": format!("类目{id}")});
        put(&format!("/api/catalog/admin/categories/{id}"), category).await;
    }
    let sku =
        json!({"code": "W1-1", "price_fen": 9900, "options": [{"name": "颜色", "value": "蓝"}]});
    let product =
        json!({"name": "水杯", "category_id": 3, "brand": {"name": "山海"}, "skus": [sku]});
    put("/api/catalog/admin/products/W1", product).await;
    let receipt =
        json!({"number": "whole/1", "sku_id": "W1-1", "warehouse_id": "main", "quantity": 100});
    let request = mall
        .http
        .post(mall.url("/api/stock/admin/receipts"))
        .bearer_auth(mall.staff_key());
    assert_eq!(request.json(&receipt).send().await.unwrap().status(), 201);
}

fn sample_names() -> Vec<String> {
    let folders = workspace().join("events").read_dir().unwrap();
    let files = folders.flat_map(|folder| folder.unwrap().path().read_dir().unwrap());
    files
        .filter_map(|file| {
            Some(
                file.unwrap()
                    .file_name()
                    .to_str()?
                    .strip_suffix(".json")?
                    .to_owned(),
            )
        })
        .collect()
}
