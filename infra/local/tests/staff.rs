//! `mall staff create` makes the first account, on a mall that runs and on the data of one that does not, and `mall import` signs in
//! with it.
#![allow(clippy::unwrap_used)]

mod harness;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use harness::{MallProcess, mall_command, workspace};
use serde_json::json;

/// A command on the mall with this data, told `input`.
fn told(word: &str, data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = mall_command(word, &workspace(), data);
    let mut process = command
        .args(arguments)
        .env_remove("MALL_STAFF_PASSWORD")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    process.wait_with_output().unwrap()
}

/// `mall staff create` with these arguments.
fn create(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mall"));
    let mut process = command
        .args(["staff", "create"])
        .args(arguments)
        .arg("--root")
        .arg(workspace())
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    process.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

async fn sign_in(mall: &MallProcess, login: &str, password: &str) -> u16 {
    let credentials = json!({ "login": login, "password": password });
    let request = mall.http.post(mall.url("/api/staff/sessions"));
    let answer = request.json(&credentials).send().await.unwrap();
    answer.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_on_a_running_mall_and_on_one_that_is_stopped() {
    let mut mall = MallProcess::start(&workspace()).await;
    let made = create(mall.data(), &["li.lei"], "");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let password = text(&made.stdout).lines().last().unwrap().to_owned();
    assert!(password.len() >= 40);
    assert_eq!(sign_in(&mall, "li.lei", &password).await, 201);
    assert_eq!(sign_in(&mall, "li.lei", "another password").await, 401);

    let again = create(mall.data(), &["LI.LEI"], "");
    assert!(text(&again.stderr).contains("there is an account li.lei already"));
    let unknown = create(mall.data(), &["mei", "--role", "editor"], "");
    assert!(text(&unknown.stderr).contains("there is no role editor"));

    assert!(mall.terminate().await.success());
    let made = create(
        mall.data(),
        &["mei", "--password-stdin"],
        "battery staple\n",
    );
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(!text(&made.stdout).contains("battery"));
    mall.restart().await;
    assert_eq!(sign_in(&mall, "mei", "battery staple").await, 201);
    assert_eq!(sign_in(&mall, "li.lei", &password).await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_made_on_a_stopped_mall_of_another_prefix_can_sign_in() {
    let arguments = ["--no-demo", "--set", "Prefix=other"];
    let mut mall = MallProcess::start_with(&workspace(), &arguments).await;
    assert!(mall.terminate().await.success());
    let given = ["mei", "--password-stdin"];
    let made = create(mall.data(), &given, "battery staple\n");
    assert!(made.status.success(), "{}", text(&made.stderr));
    mall.restart().await;
    assert_eq!(sign_in(&mall, "mei", "battery staple").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_signs_in_and_says_when_it_may_not() {
    let mall = MallProcess::start(&workspace()).await;
    create(
        mall.data(),
        &["mei", "--password-stdin"],
        "battery staple\n",
    );
    let categories = mall.data().join("categories.csv");
    std::fs::write(&categories, "id,parent_id,level,name\n1,0,1,图书\n").unwrap();
    let import = |password: &str| {
        let file = categories.to_str().unwrap();
        let arguments = ["--login", "mei", "--password-stdin", "--categories", file];
        told("import", mall.data(), &arguments, password)
    };
    let refused = import("wrong password\n");
    assert!(!refused.status.success());
    let said = text(&refused.stderr);
    assert!(
        said.contains("does not let mei in: Wrong login or password"),
        "{said}"
    );
    let done = import("battery staple\n");
    assert!(
        done.status.success(),
        "{} {}",
        text(&done.stdout),
        text(&done.stderr)
    );
}
