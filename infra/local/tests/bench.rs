//! `mall bench` against a real mall: every flow once, small. Counts and promises, never times.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use std::path::Path;
use std::process::Output;

use harness::{MallProcess, mall_command, workspace};
use serde_json::Value;

/// Runs `mall bench` on this mall with these words.
async fn bench(mall: &MallProcess, words: &[&str]) -> Output {
    let mut command = mall_command("bench", &workspace(), mall.data());
    command.args(words);
    command.env("MALL_STAFF_PASSWORD", "nobody's password");
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// The report of a run without warm-up, in which nothing went wrong.
async fn report(mall: &MallProcess, words: &[&str]) -> Value {
    let words = [words, &["--warm-up", "0", "--json"]].concat();
    let output = bench(mall, &words).await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).unwrap()
}

/// How often a step went well.
fn count(report: &Value, step: &str) -> u64 {
    let steps = report["steps"].as_array().unwrap();
    let step = steps.iter().find(|found| found["name"] == step);
    step.map_or(0, |step| step["count"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_take_exactly_the_turns_they_were_given() {
    let mall = MallProcess::start(&workspace()).await;
    let product = report(&mall, &["product", "--clients", "1", "--turns", "12"]).await;
    assert_eq!(count(&product, "turn"), 12);
    assert_eq!(count(&product, "show-product"), 12);
    assert!(product["bytes"].as_u64().unwrap() > 12 * 1000);
    #[cfg(target_os = "linux")]
    assert!(product["machine"]["memory_mb"].as_f64().unwrap() > 1.0);

    let browse = report(&mall, &["browse", "--clients", "3", "--turns", "7"]).await;
    for step in ["turn", "list-categories", "list-products", "show-product"] {
        assert_eq!(count(&browse, step), 7, "{step}");
    }

    // An open loop: by the clock, and still no turn more.
    let words = ["cart", "--clients", "2", "--turns", "25", "--rate", "100"];
    let cart = report(&mall, &words).await;
    assert_eq!(
        (count(&cart, "turn"), &cart["rate"]),
        (25, &Value::from(100))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn buyers_order_pay_and_are_told_by_the_notice() {
    let mall = MallProcess::start(&workspace()).await;
    let checkout = report(&mall, &["checkout", "--clients", "2", "--turns", "6"]).await;
    for step in ["turn", "submit-order", "(provider) pay", "(notice)"] {
        assert_eq!(count(&checkout, step), 6, "{step}");
    }

    let file = mall.data().join("earlier.json");
    std::fs::write(&file, checkout.to_string()).unwrap();
    let mixed = ["mixed", "--clients", "2", "--turns", "60", "--warm-up", "0"];
    let compared = bench(&mall, &[&mixed[..], &["--compare", path(&file)]].concat()).await;
    let text = String::from_utf8(compared.stdout).unwrap();
    assert!(compared.status.success(), "{text}");
    assert!(
        text.contains("against checkout, 2 clients") && text.contains("show-product"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_120_buyers_100_get_one_of_the_last_100_pieces_and_all_come_back() {
    let mall = MallProcess::start(&workspace()).await;
    let race = report(&mall, &["race", "--clients", "4", "--turns", "120"]).await;
    assert_eq!(count(&race, "turn"), 120);
    let found: Vec<_> = race["promises"]
        .as_array()
        .unwrap()
        .iter()
        .map(|promise| (promise["expected"].as_u64(), promise["found"].as_u64()))
        .collect();
    assert_eq!(found, [100, 20, 0, 100].map(|n| (Some(n), Some(n))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mall_that_refuses_makes_the_run_fail() {
    let mall = MallProcess::start(&workspace()).await;
    let refused = bench(&mall, &["product", "--login", "nobody"]).await;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("does not let nobody in"), "{said}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
