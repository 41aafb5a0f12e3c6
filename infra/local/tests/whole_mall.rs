//! The mall's own templates, services and sample events together.

#![allow(clippy::unwrap_used)]

mod harness;

use std::os::unix::fs::PermissionsExt as _;

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
        // Nobody waits for the answer to an object or a tick: it is null.
        assert!(
            taken || answer.is_null() || answer["batchItemFailures"] == json!([]),
            "{function}: {answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_functions_are_given_can_be_had_by_the_owner_for_as_long_as_the_mall_runs() {
    let mut mall = MallProcess::start(&workspace()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let env = |arguments: &[&str]| {
        let mut command = mall_command("env", &workspace(), mall.data());
        command.args(arguments).current_dir(&folder);
        command
    };
    let written = env(&["-o", "env.json", "--sam-template", "sam.json"]).status();
    assert!(written.unwrap().success());
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(file(name)).unwrap()).unwrap()
    };
    let (given, template) = (&read("env.json")["SubmitOrder"], read("sam.json"));
    assert_eq!(
        given["AWS_ENDPOINT_URL_SQS"],
        mall.endpoints().sqs_url.as_str()
    );
    assert_eq!(given["ORDER_TABLE"], "mall-order");
    let declared = &template["Resources"]["SubmitOrder"]["Properties"]["Environment"]["Variables"];
    let names = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(declared), names(given));
    for secret in [file("env.json"), mall.data().join("functions.json")] {
        let mode = secret.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", secret.display());
    }
    let lines = env(&["submit-order"]).output().unwrap().stdout;
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.ends_with("_HANDLER=submit-order\n"), "{lines}");

    mall.terminate().await;
    let output = mall_command("env", &workspace(), mall.data()).output();
    let said = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(said.contains("no mall is running"), "{said}");
}

async fn put_on_sale(mall: &MallProcess) {
    let put = async |path: &str, body: Value| {
        let request = mall
            .http
            .put(mall.url(path))
            .header("cookie", mall.staff().await);
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{}", answer.text().await.unwrap());
    };
    for (id, parent) in [(1, Value::Null), (2, json!(1)), (3, json!(2))] {
        let category = json!({"parent_id": parent, "name": format!("类目{id}")});
        put(&format!("/api/catalog/admin/categories/{id}"), category).await;
    }
    put("/api/catalog/admin/brands/w", json!({"name": "W"})).await;
    let colour = json!({"name": "colour", "use": "sale"});
    put("/api/catalog/admin/categories/3/attributes/colour", colour).await;
    let sku = json!({"code": "W1-1", "price_fen": 9900, "options": [{"attribute_id": "colour", "value": "蓝"}]});
    let product = json!({"name": "水杯", "category_id": 3, "brand_id": "w", "skus": [sku]});
    put("/api/catalog/admin/products/W1", product).await;
    put("/api/catalog/admin/products/W1/sale", Value::Null).await;
    let receipt =
        json!({"number": "whole/1", "sku_id": "W1-1", "warehouse_id": "main", "quantity": 100});
    let request = mall
        .http
        .post(mall.url("/api/stock/admin/receipts"))
        .header("cookie", mall.staff().await);
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
