//! Starting, ending, being killed, starting again.

#![allow(clippy::unwrap_used)]

mod harness;
mod probe;

use harness::{MallProcess, http_client, is_running, mall_command, until};
use mall::state::read_endpoints;
use probe::{MallOfProbes, Place};
use time::{Duration, OffsetDateTime};

#[test]
fn function_process() {
    probe::run_function();
}

#[tokio::test(flavor = "multi_thread")]
async fn mall_process() {
    probe::run_mall().await;
}

async fn pid_of_show_self(url: &str) -> u32 {
    let body: serde_json::Value = http_client()
        .get(format!("{url}/self"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    body["pid"].as_u64().unwrap().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn function_processes_do_not_outlive_a_killed_mall() {
    let place = Place::new();
    let (mut mall, endpoints) = MallOfProbes::start(&place).await;
    let idle = pid_of_show_self(&endpoints.url).await;
    let busy = tokio::spawn(reqwest::get(format!("{}/wait", endpoints.url)));
    let busy_pid: u32 = until("the other is at work", async || {
        place
            .journal()
            .first()
            .and_then(|line| line.strip_prefix("start ")?.parse().ok())
    })
    .await;
    assert!(is_running(idle) && is_running(busy_pid));
    mall.kill9();
    until("both are gone", async || {
        (!is_running(idle) && !is_running(busy_pid)).then_some(())
    })
    .await;
    assert!(busy.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_every_function_process() {
    let place = Place::new();
    let mall = place.open().await;
    let pid = pid_of_show_self(&mall.endpoints().url).await;
    mall.stop().await;
    until("it is gone", async || (!is_running(pid)).then_some(())).await;
    assert!(read_endpoints(&place.data()).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_edited_in_a_template_answers_at_its_new_path_after_a_restart() {
    let place = Place::new();
    let mall = place.open().await;
    let status = async |mall: &mall::mall::Mall, path: &str| {
        http_client()
            .get(format!("{}{path}", mall.endpoints().url))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(
        (status(&mall, "/self").await, status(&mall, "/myself").await),
        (200, 404)
    );
    mall.stop().await;
    let stack = std::fs::read_to_string(place.stack_file()).unwrap();
    std::fs::write(
        place.stack_file(),
        stack.replace("Path: /self", "Path: /myself"),
    )
    .unwrap();
    let mall = place.open().await;
    assert_eq!(
        (status(&mall, "/self").await, status(&mall, "/myself").await),
        (404, 200)
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_that_ask_for_a_payment_provider_get_the_sandbox_and_its_addresses() {
    let place = Place::new();
    let template = std::fs::read_to_string(place.root().join("template.yaml")).unwrap();
    let template = template
        .replace("Parameters:\n  Prefix", "Parameters:\n  AlipayGatewayUrl: {Type: String}\n  MerchantPrivateKey: {Type: String}\n  Prefix")
        .replace("SigningKey: !Ref SigningKey", "SigningKey: !Ref AlipayGatewayUrl");
    std::fs::write(place.root().join("template.yaml"), template).unwrap();
    let mall = place.open().await;
    let sandbox = mall.endpoints().sandbox_url.clone().unwrap();
    assert_eq!(
        http_client().get(&sandbox).send().await.unwrap().status(),
        200
    );
    let body: serde_json::Value = http_client()
        .get(format!("{}/self", mall.endpoints().url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        body["environment"]["SIGNING_KEY"],
        format!("{sandbox}/gateway.do")
    );
    let merchant_key = std::fs::read_to_string(place.data().join("keys/merchant.pem")).unwrap();
    assert!(merchant_key.starts_with("-----BEGIN PRIVATE KEY-----"));
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_starts_its_function() {
    let place = Place::new();
    let soon = (OffsetDateTime::now_utc() + Duration::seconds(5))
        .replace_nanosecond(0)
        .unwrap();
    let at = soon
        .format(&time::macros::format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second]"
        ))
        .unwrap();
    let event =
        r#"{"Records":[{"body":"by the clock","attributes":{"ApproximateReceiveCount":"1"}}]}"#;
    let schedule = format!(
        "{{Type: ScheduleV2, Properties: {{ScheduleExpression: at({at}), Input: '{event}'}}}}"
    );
    let stack = std::fs::read_to_string(place.stack_file()).unwrap();
    std::fs::write(
        place.stack_file(),
        stack.trim_end().to_owned() + &format!("\n        Clock: {schedule}\n"),
    )
    .unwrap();
    let mall = place.open().await;
    until("the clock has struck", async || {
        (place.journal() == ["by the clock 1"]).then_some(())
    })
    .await;
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_mall_on_the_same_data_is_refused_and_names_the_first() {
    let place = Place::new();
    let mall = MallProcess::start(place.root()).await;
    let second = mall_command("up", place.root(), mall.data())
        .args(["--port", "0"])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        said.contains(&format!("process {}", mall.endpoints().pid)),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_port_is_named_with_the_way_out() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = mall_command("up", place.root(), &place.data())
        .args(["--port", &port])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains(&format!("port {port} is not free")) && said.contains("--port"),
        "{said}"
    );
}

fn signing_key(mall: &MallProcess) -> String {
    std::fs::read_to_string(mall.data().join("signing-key")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mall_ends_cleanly_on_sigterm_and_keeps_its_keys() {
    let place = Place::new();
    let mut mall = MallProcess::start(place.root()).await;
    let key = signing_key(&mall);
    assert!(mall.terminate().await.success());
    assert!(read_endpoints(mall.data()).is_err());
    mall.restart().await;
    assert_eq!(signing_key(&mall), key);
    mall.kill9();
    mall.restart().await;
    assert_eq!(signing_key(&mall), key);
    assert_eq!(
        mall.http
            .get(mall.url("/nowhere"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_templates_and_parameters_stop_the_start_with_their_names() {
    let place = Place::new();
    let said = |arguments: &[&str]| {
        let output = mall_command("up", place.root(), &place.data())
            .args(["--port", "0"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let unknown = said(&["--set", "Prefx=test"]);
    assert!(
        unknown.contains("no parameter Prefx") && unknown.contains("SigningKey"),
        "{unknown}"
    );
    let stack = std::fs::read_to_string(place.stack_file()).unwrap();
    std::fs::write(
        place.stack_file(),
        stack.replace("Handler: sleep", "Handlr: sleep"),
    )
    .unwrap();
    let wrong = said(&[]);
    assert!(
        wrong.contains("probe.yaml") && wrong.contains("Sleep"),
        "{wrong}"
    );
}
