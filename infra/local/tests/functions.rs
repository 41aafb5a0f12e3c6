//! Functions as child processes: what reaches them, what they see, what their end costs.

#![allow(clippy::unwrap_used)]

mod harness;
mod probe;

use std::collections::{BTreeMap, BTreeSet};

use harness::{http_client, is_running, signal, until};
use probe::Place;
use serde_json::{Value, json};

#[test]
fn function_process() {
    probe::run_function();
}

async fn json(response: reqwest::Response) -> Value {
    response.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_reaches_the_function_and_its_answer_comes_back() {
    let place = Place::new();
    let mall = place.open().await;
    let url = format!("{}/show/caf%C3%A9?b=2&a=1", mall.endpoints().url);
    let request = http_client()
        .post(url)
        .header("cookie", "x=1; y=2")
        .header("x-many", "1")
        .header("x-many", "2");
    let response = request.json(&json!({"n": 1})).send().await.unwrap();

    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-probe"], "yes");
    let cookies: Vec<_> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .cloned()
        .collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let request_id = response.headers()["apigw-requestid"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = json(response).await;
    assert_eq!(
        body["arn"],
        "arn:aws:lambda:us-east-1:000000000000:function:show-event"
    );
    let event = &body["event"];
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "POST /show/{name}");
    assert_eq!(event["pathParameters"], json!({"name": "café"}));
    assert_eq!(event["rawQueryString"], "b=2&a=1");
    assert_eq!(event["cookies"], json!(["x=1", "y=2"]));
    assert_eq!(event["headers"]["x-many"], "1,2");
    assert_eq!(event["headers"]["x-forwarded-proto"], "http");
    assert_eq!(event["body"], r#"{"n":1}"#);
    assert_eq!(event["requestContext"]["requestId"], request_id);
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_sees_its_environment_and_nothing_else() {
    let place = Place::new();
    let mall = place.open().await;
    let endpoints = mall.endpoints().clone();
    let body = json(get(&format!("{}/self", endpoints.url)).await).await;
    let mut seen: BTreeMap<String, String> =
        serde_json::from_value(body["environment"].clone()).unwrap();

    // What differs from start to start is looked at, then left out.
    assert!(
        seen.remove("AWS_LAMBDA_RUNTIME_API")
            .unwrap()
            .starts_with("127.0.0.1:")
    );
    assert!(seen.remove("AWS_SECRET_ACCESS_KEY").unwrap().len() >= 40);
    // The runtime client sets it for the function itself.
    seen.remove("_X_AMZN_TRACE_ID");
    let expected = [
        ("_HANDLER", "show-self"),
        ("AWS_ACCESS_KEY_ID", "LOCALSHOWSELF"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb_url),
        ("AWS_ENDPOINT_URL_S3", &endpoints.s3_url),
        ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs_url),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_NAME", "show-self"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SESSION_TOKEN", "local"),
        (
            "JOURNAL",
            &place.root().join("journal").display().to_string(),
        ),
        ("SIGNING_KEY", &mall.folder().signing_key().unwrap()),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(seen, BTreeMap::from(expected));
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_clients_share_the_instances_a_function_may_have() {
    let place = Place::new();
    let mall = place.open().await;
    let url = format!("{}/wait", mall.endpoints().url);
    let http = http_client();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let request = http.get(&url).send();
        clients.spawn(async move { json(request.await.unwrap()).await["pid"].as_u64().unwrap() });
    }
    until("two instances are at work", async || {
        (place.journal().len() == 2).then_some(())
    })
    .await;
    place.give_sign();
    let pids: BTreeSet<u64> = clients.join_all().await.into_iter().collect();

    assert_eq!(pids.len(), 2, "ReservedConcurrentExecutions is 2");
    let mut at_work = 0_i32;
    for line in place.journal() {
        at_work += if line.starts_with("start") { 1 } else { -1 };
        assert!((0..=2).contains(&at_work));
    }
    assert_eq!(place.journal().len(), 2 * 64);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_costs_its_caller_alone() {
    let place = Place::new();
    let mall = place.open().await;
    let url = format!("{}/wait", mall.endpoints().url);
    let (victim, other) = (
        tokio::spawn(reqwest::get(url.clone())),
        tokio::spawn(reqwest::get(url.clone())),
    );
    let pids = until("both are at work", async || {
        let lines = place.journal();
        (lines.len() == 2).then(|| {
            lines
                .iter()
                .map(|line| line.split(' ').next_back().unwrap().parse().unwrap())
                .collect::<Vec<u32>>()
        })
    })
    .await;
    signal("KILL", pids[0]);
    until("its caller hears of it", async || {
        (victim.is_finished() || other.is_finished()).then_some(())
    })
    .await;
    place.give_sign();
    let statuses = [
        victim.await.unwrap().unwrap().status(),
        other.await.unwrap().unwrap().status(),
    ];
    assert!(
        statuses.contains(&reqwest::StatusCode::BAD_GATEWAY)
            && statuses.contains(&reqwest::StatusCode::OK),
        "{statuses:?}"
    );

    let next = get(&url).await;
    assert_eq!(next.status(), 200);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_idle_costs_nobody() {
    let place = Place::new();
    let mall = place.open().await;
    let url = format!("{}/self", mall.endpoints().url);
    let first = json(get(&url).await).await["pid"].as_u64().unwrap();
    let same = json(get(&url).await).await["pid"].as_u64().unwrap();
    assert_eq!(first, same, "it is kept warm");
    signal("KILL", u32::try_from(first).unwrap());
    until("it is gone", async || {
        (!is_running(u32::try_from(first).unwrap())).then_some(())
    })
    .await;
    let response = get(&url).await;
    assert_eq!(response.status(), 200);
    assert_ne!(json(response).await["pid"].as_u64().unwrap(), first);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_over_its_time_is_ended_and_its_caller_gets_504() {
    let place = Place::new();
    let mall = place.open().await;
    let response = get(&format!("{}/sleep", mall.endpoints().url)).await;
    assert_eq!(response.status(), 504);
    let pid = place.journal()[0]
        .split(' ')
        .next_back()
        .unwrap()
        .parse()
        .unwrap();
    until("its process is gone", async || {
        (!is_running(pid)).then_some(())
    })
    .await;
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_a_proper_answer_is_a_bad_gateway() {
    let place = Place::new();
    let mall = place.open().await;
    for path in ["/babble", "/fail", "/never"] {
        let response = get(&format!("{}{path}", mall.endpoints().url)).await;
        assert_eq!(response.status(), 502, "{path}");
        assert_eq!(json(response).await, json!({"message": "Bad Gateway"}));
    }
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_refuses_what_api_gateway_refuses() {
    let place = Place::new();
    let mall = place.open().await;
    let url = &mall.endpoints().url;
    let http = http_client();

    let unknown = get(&format!("{url}/nowhere")).await;
    assert_eq!(unknown.status(), 404);
    assert_eq!(json(unknown).await, json!({"message": "Not Found"}));
    let wrong_method = http.delete(format!("{url}/self")).send().await.unwrap();
    assert_eq!(wrong_method.status(), 404);
    let large = http
        .post(format!("{url}/show/a"))
        .body(vec![b'a'; 10 * 1024 * 1024 + 1])
        .send()
        .await;
    // The server may close before a client has sent it all.
    assert!(large.is_err() || large.unwrap().status() == 413);
    let large_for_lambda = http
        .post(format!("{url}/show/a"))
        .body(vec![b'a'; 7 * 1024 * 1024])
        .send()
        .await
        .unwrap();
    assert_eq!(large_for_lambda.status(), 413);
    let many_headers = http
        .get(format!("{url}/self"))
        .header("x-long", "a".repeat(11_000))
        .send()
        .await
        .unwrap();
    assert_eq!(many_headers.status(), 431);
    let welcome = get(&format!("{url}/")).await;
    assert_eq!(welcome.status(), 200);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_answered_without_the_function() {
    let place = Place::new();
    let mall = place.open().await;
    let url = format!("{}/never", mall.endpoints().url);
    let preflight = |origin| {
        let request = http_client()
            .request(reqwest::Method::OPTIONS, &url)
            .header("origin", origin);
        request
            .header("access-control-request-method", "GET")
            .send()
    };
    let allowed = preflight("https://shop.example").await.unwrap();
    assert_eq!(allowed.status(), 204);
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        "https://shop.example"
    );
    let foreign = preflight("https://evil.example").await.unwrap();
    assert!(
        !foreign
            .headers()
            .contains_key("access-control-allow-origin")
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_shown_under_the_mall_s_own_address_and_nothing_else_of_the_store_is() {
    let place = Place::new();
    let mall = place.open().await;
    for bucket in ["mall-pictures", "mall-private"] {
        let put = mall
            .s3_client()
            .put_object()
            .bucket(bucket)
            .key("catalog/1.png")
            .content_type("image/png");
        put.body(b"picture".to_vec().into()).send().await.unwrap();
    }
    let url = &mall.endpoints().url;
    let picture = get(&format!("{url}/media/catalog/1.png")).await;
    assert_eq!(
        (
            picture.status().as_u16(),
            &picture.headers()["content-type"]
        ),
        (200, &"image/png".parse().unwrap())
    );
    assert_eq!(picture.bytes().await.unwrap().as_ref(), b"picture");
    for hidden in [
        "/media/",
        "/media/catalog/2.png",
        "/media/%2e%2e/mall-private/catalog/1.png",
        "/media/..%2fmall-private/catalog/1.png",
    ] {
        assert_eq!(
            get(&format!("{url}{hidden}")).await.status(),
            404,
            "{hidden}"
        );
    }
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoke_api_takes_any_event_and_says_when_the_function_failed() {
    let place = Place::new();
    let mall = place.open().await;
    let invoke = |name: &str| {
        let url = format!(
            "{}/2015-03-31/functions/{name}/invocations",
            mall.endpoints().invoke_url
        );
        http_client().post(url)
    };
    let answer = invoke("ShowEvent")
        .body(r#"{"any": "event"}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains(r#"\"any\":\"event\""#)
    );
    let failed = invoke("fail").send().await.unwrap();
    assert_eq!(failed.headers()["x-amz-function-error"], "Unhandled");
    assert_eq!(json(failed).await["errorMessage"], "out of luck");
    assert_eq!(invoke("nobody").send().await.unwrap().status(), 404);
    let from_a_page = invoke("show-event")
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(from_a_page.status(), 403);
    mall.stop().await;
}

async fn get(url: &str) -> reqwest::Response {
    http_client().get(url).send().await.unwrap()
}
