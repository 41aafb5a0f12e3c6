//! Lists of a catalog in files: what `mall import` makes of them, and what `mall export` writes.
#![allow(clippy::unwrap_used)]

mod another_catalog;
mod broken_off;
#[path = "../harness/mod.rs"]
mod harness;
mod renames;
mod round_trip;

use std::path::Path;
use std::process::{Command, Stdio};

use harness::{MallProcess, mall_command, workspace};
use import::{MallClient, Progress, Report, Source, Sources};

pub(crate) async fn client(mall: &MallProcess) -> MallClient {
    MallClient::new(&mall.url(""), mall.staff().await).unwrap()
}

/// Imports these texts: categories as CSV, and a product list of this name.
pub(crate) async fn import(
    mall: &MallProcess,
    categories: &str,
    name: &str,
    products: &str,
) -> Report {
    let categories = Source::embedded("categories.csv", categories.to_owned());
    import_of(mall, Some(categories), name, products).await
}

/// Imports a product list into a mall that has its categories.
pub(crate) async fn import_products(mall: &MallProcess, name: &str, products: &str) -> Report {
    import_of(mall, None, name, products).await
}

async fn import_of(
    mall: &MallProcess,
    categories: Option<Source>,
    name: &str,
    products: &str,
) -> Report {
    let sources = Sources {
        categories,
        products: Some(Source::embedded(name, products.to_owned())),
    };
    let client = client(mall).await;
    import::import(&client, sources, &Progress::silent())
        .await
        .unwrap()
}

/// Makes an account of staff and signs in with it: `mall import` or `mall export`, without files yet.
pub(crate) fn signed_in(word: &str, mall: &MallProcess) -> Command {
    const LOGIN: &str = "lister";
    const PASSWORD: &str = "a password of the tests";
    let made = Command::new("sh")
        .arg("-c")
        .arg(r#"printf %s "$PASSWORD" | "$MALL" staff create lister --password-stdin --root "$ROOT" --data "$DATA""#)
        .env("PASSWORD", PASSWORD)
        .env("MALL", env!("CARGO_BIN_EXE_mall"))
        .env("ROOT", workspace())
        .env("DATA", mall.data())
        .stderr(Stdio::null())
        .status();
    // It fails when the account is there already, and then signing in is possible all the same.
    made.unwrap();
    let mut command = mall_command(word, &workspace(), mall.data());
    command
        .args(["--login", LOGIN])
        .env("MALL_STAFF_PASSWORD", PASSWORD)
        .stdin(Stdio::null());
    command
}

/// The names of the files in a folder, in their order.
pub(crate) fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
