//! A function may do what its template says, and nothing else, on this machine as on AWS.

#![allow(clippy::unwrap_used)]

mod harness;

use std::path::Path;

use harness::{MallProcess, workspace};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The mall's own templates, with one text of a stack replaced by another.
fn templates_with(stack: &str, from: &str, to: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_file(&copy, "template.yaml");
    std::fs::create_dir(copy.path().join("infra")).unwrap();
    for entry in workspace().join("infra").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "yaml") {
            copy_file(
                &copy,
                &format!("infra/{}", path.file_name().unwrap().display()),
            );
        }
    }
    let file = copy.path().join(format!("infra/{stack}.yaml"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{stack} has no `{from}`");
    std::fs::write(file, text.replacen(from, to, 1)).unwrap();
    copy
}

fn copy_file(copy: &TempDir, name: &str) {
    std::fs::copy(workspace().join(name), copy.path().join(name)).unwrap();
}

async fn receive(mall: &MallProcess) -> (u16, Value) {
    let receipt =
        json!({"number": "denied/1", "sku_id": "a", "warehouse_id": "main", "quantity": 5});
    let request = mall
        .http
        .post(mall.url("/api/stock/admin/receipts"))
        .header("cookie", mall.staff().await);
    let answer = request.json(&receipt).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn available(mall: &MallProcess) -> Value {
    let answer = mall.http.get(mall.url("/api/stock/skus?ids=a")).send();
    let body: Value = answer.await.unwrap().json().await.unwrap();
    body["items"][0]["available"].clone()
}

fn log(data: &Path) -> String {
    std::fs::read_to_string(data.join("log.jsonl")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_misses_one_permission_of_a_transaction_writes_nothing_and_says_why_in_its_log()
 {
    // The receipt is put and the stock is updated in one transaction, and both are on this table.
    let templates = templates_with(
        "stock",
        "Handler: receive-stock\n      Policies:\n        - Statement:\n            - { Effect: Allow, Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]",
        "Handler: receive-stock\n      Policies:\n        - Statement:\n            - { Effect: Allow, Action: [dynamodb:GetItem, dynamodb:PutItem]",
    );
    let mall = MallProcess::start(templates.path()).await;
    let (status, problem) = receive(&mall).await;
    assert_eq!(status, 500, "{problem}");
    assert_eq!(available(&mall).await, 0);
    let refusal = "assumed-role/stock-ReceiveStockRole/receive-stock is not authorized to perform: dynamodb:UpdateItem on \
                   resource: arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock because no identity-based policy \
                   allows the dynamodb:UpdateItem action";
    let log = log(mall.data());
    assert!(log.contains(refusal), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_with_the_permissions_of_its_template_does_its_work() {
    let mall = MallProcess::start(&workspace()).await;
    let (status, answer) = receive(&mall).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(available(&mall).await, 5);
}
