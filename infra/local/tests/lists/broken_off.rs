//! An export that breaks off leaves the file of the export before, or none: never a part that looks whole.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::harness::{MallProcess, http_client, until, workspace};
use crate::{files_in, import, signed_in};

const CATEGORIES: &str = "id,parent_id,level,name\n1,0,1,一\n2,1,2,二\n3,2,3,三\n";
/// What an earlier export left.
const EARLIER: &str = "{\"id\":\"earlier\"}\n";

/// A mall with two products, each longer than what a buffer holds.
async fn shop() -> MallProcess {
    let mall = MallProcess::start(&workspace()).await;
    let product = |id: &str| {
        json!({ "id": id, "name": id, "brand": { "name": "牌" }, "category_id": 3, "description": "长".repeat(19_000),
            "skus": [{ "code": format!("{id}-1"), "price_fen": 1 }] })
        .to_string()
    };
    let products = ["P1", "P2"].map(product).join("\n");
    let report = import(&mall, CATEGORIES, "products.jsonl", &products).await;
    assert_eq!((report.products.created, report.refused), (2, Vec::new()));
    mall
}

/// What stands between a client and a mall, and how it treats the reading of the second product.
struct Way {
    mall: String,
    http: reqwest::Client,
    treats: Treatment,
    reached: Notify,
}

#[derive(Clone, Copy, PartialEq)]
enum Treatment {
    Refuses,
    NeverAnswers,
}

/// Opens a way to a mall; where it begins.
async fn way_to(mall: &MallProcess, treats: Treatment) -> (String, Arc<Way>) {
    let way = Arc::new(Way {
        mall: mall.url(""),
        http: http_client(),
        treats,
        reached: Notify::new(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(pass_on).with_state(way.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, way)
}

async fn pass_on(State(way): State<Arc<Way>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.uri.path().ends_with("/products/P2") {
        way.reached.notify_one();
        match way.treats {
            Treatment::Refuses => return StatusCode::UNAUTHORIZED.into_response(),
            Treatment::NeverAnswers => std::future::pending().await,
        }
    }
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    let request = way
        .http
        .request(parts.method, format!("{}{}", way.mall, parts.uri))
        .headers(parts.headers)
        .body(body);
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

fn export(mall: &MallProcess, file: &Path) -> Command {
    let mut command = signed_in("export", mall);
    command.arg("--products").arg(file);
    command
}

fn ids(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].take())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mall_that_fails_midway_leaves_the_earlier_file_as_it_was() {
    let mall = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("products.jsonl");
    std::fs::write(&file, EARLIER).unwrap();
    let (url, _) = way_to(&mall, Treatment::Refuses).await;
    let output = export(&mall, &file).args(["--url", &url]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success()
            && told.contains(&format!(
                "the export broke off, {} is as it was",
                file.display()
            )),
        "{told}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), EARLIER);
    assert_eq!(files_in(folder.path()), ["products.jsonl"]);

    assert!(export(&mall, &file).status().unwrap().success());
    assert_eq!(ids(&file), ["P1", "P2"]);
    assert_eq!(files_in(folder.path()), ["products.jsonl"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_killed_leaves_the_earlier_file_as_it_was() {
    let mall = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("products.csv");
    std::fs::write(&file, EARLIER).unwrap();
    let (url, way) = way_to(&mall, Treatment::NeverAnswers).await;
    let mut process = export(&mall, &file)
        .args(["--url", &url])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    way.reached.notified().await;
    let mut parts = Vec::new();
    until("the export has begun to write", async || {
        parts = files_in(folder.path());
        (parts.len() == 2).then_some(())
    })
    .await;
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), EARLIER);
    let left = format!("products.csv.{}.part", process.id());
    assert_eq!(parts, ["products.csv".to_owned(), left]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_the_earlier_file_as_it_was() {
    let mall = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("products.jsonl");
    std::fs::write(&file, EARLIER).unwrap();
    let export = export(&mall, &file);
    // No file of this process may be longer than some kilobytes: a write beyond fails as on a full disk.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", r#"trap '' XFSZ; ulimit -f 16; exec "$0" "$@""#])
        .arg(export.get_program())
        .args(export.get_args());
    for (name, value) in export.get_envs() {
        limited.env(name, value.unwrap());
    }
    let output = limited.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains("cannot write the list: File too large"),
        "{told}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), EARLIER);
    assert_eq!(files_in(folder.path()), ["products.jsonl"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_where_a_link_leads_and_straight_into_what_is_no_file() {
    let mall = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (
        folder.path().join("products.jsonl"),
        folder.path().join("latest.jsonl"),
    );
    std::fs::write(&file, EARLIER).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(export(&mall, &link).status().unwrap().success());
    assert!(link.is_symlink());
    assert_eq!(ids(&file), ["P1", "P2"]);

    let output = export(&mall, Path::new("/dev/stdout")).output().unwrap();
    assert!(output.status.success() && Path::new("/dev/stdout").exists());
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().count(), 3, "two products and their number");
}
