//! Becoming a member, once.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures::future::join_all;
use kernel::MemberId;
use serde_json::{Value, json};
use testkit::{Action, Answer, Mall};

const MEMBERS: &str = "/api/members";
const TRANSACTION: &str = "TransactWriteItems mall-member";

async fn mall() -> Mall {
    Mall::start(&[member::service]).await
}

fn alice() -> Value {
    json!({ "phone": "+86 138-0000-1234", "login_name": "Alice_01", "password": "correct horse" })
}

fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut body = alice();
    body[member] = value.into();
    body
}

async fn register(mall: &Mall, body: &Value) -> Answer {
    mall.post(MEMBERS).json(body).send().await
}

fn member_id(answer: &Answer) -> MemberId {
    MemberId::parse(answer.json()["member_id"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_visitor_becomes_a_member_and_sees_their_profile() {
    let mall = mall().await;
    let answer = register(&mall, &with("nickname", " 爱丽丝 "))
        .await
        .expect(201);
    assert_eq!(answer.header("location"), Some("/api/members/me"));
    let view = json!({
        "member_id": member_id(&answer), "login_name": "alice_01", "nickname": "爱丽丝", "phone": "138****1234",
        "registered_at": "2026-11-24T06:00:00Z",
    });
    assert_eq!(answer.json(), view);

    let session = mall.session_of(&member_id(&answer)).await;
    mall.wire().forget();
    let profile = mall
        .get("/api/members/me")
        .session(&session)
        .send()
        .await
        .expect(200);
    assert_eq!(profile.json(), view);
    assert_eq!(
        mall.wire().calls().without("mall-session").names(),
        ["GetItem mall-member"]
    );
}

#[tokio::test]
async fn registering_costs_six_write_units_and_one_stage_and_puts_no_secret_into_the_profile() {
    let mall = mall().await;
    register(&mall, &alice()).await.expect(201);
    let calls = mall.wire().calls();
    assert_eq!(calls.names(), [TRANSACTION]);
    assert_eq!((calls.write_units(), calls.stages()), (6, 1));
    let sent = calls.0[0].request.to_string();
    assert!(!sent.contains("correct horse"), "{sent}");
    let writes = calls.0[0].request["TransactItems"]
        .as_array()
        .unwrap()
        .clone();
    let holds_hash: Vec<bool> = writes
        .iter()
        .map(|write| write.to_string().contains("$argon2id$"))
        .collect();
    assert_eq!(holds_hash, [false, true, true]);
}

#[tokio::test]
async fn a_phone_number_and_a_name_belong_to_one_member() {
    let mall = mall().await;
    register(&mall, &alice()).await.expect(201);
    let phone = register(&mall, &with("login_name", "someone_else"))
        .await
        .expect(409);
    assert_eq!(
        (phone.problem_code().as_str(), phone.pointers()),
        ("15002", vec!["/phone".to_owned()])
    );
    let mut other = with("phone", "13900001234");
    other["login_name"] = "aLICE_01".into();
    let name = register(&mall, &other).await.expect(409);
    assert_eq!(
        (name.problem_code().as_str(), name.pointers()),
        ("15001", vec!["/login_name".to_owned()])
    );
    // What was refused left nothing behind: its phone number and its name are free.
    other["login_name"] = "someone_else".into();
    register(&mall, &other).await.expect(201);
}

#[tokio::test]
async fn the_same_registration_many_times_at_once_makes_one_member() {
    let mall = mall().await;
    let body = alice();
    let answers = join_all((0..4).map(|_| register(&mall, &body))).await;
    let first = member_id(&answers[0]);
    for answer in answers {
        assert_eq!((answer.status, member_id(&answer)), (201, first.clone()));
    }
}

#[tokio::test]
async fn of_two_people_who_want_one_phone_number_at_once_one_gets_it() {
    let mall = mall().await;
    let (one, other) = (alice(), with("login_name", "someone_else"));
    let answers = join_all([register(&mall, &one), register(&mall, &other)]).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(refused.problem_code(), "15002");
}

#[tokio::test]
async fn a_registration_that_breaks_anywhere_is_the_same_registration_when_it_is_repeated() {
    for action in [
        Action::FailBefore,
        Action::FailAfter,
        Action::DieBefore,
        Action::DieAfter,
    ] {
        let mall = mall().await;
        mall.wire().strike(TRANSACTION, 0, action.clone());
        let broken = mall.post(MEMBERS).json(&alice()).send_to_the_death().await;
        assert!(
            broken.is_none_or(|answer| answer.status == 503),
            "{action:?}"
        );
        mall.wire().heal();
        let again = register(&mall, &alice()).await.expect(201);
        let once_more = register(&mall, &alice()).await.expect(201);
        assert_eq!(again.json(), once_more.json(), "{action:?}");
    }
}

#[tokio::test]
async fn a_repeat_is_one_only_with_the_same_password_and_only_for_ten_minutes() {
    let mall = mall().await;
    register(&mall, &alice()).await.expect(201);
    let guess = register(&mall, &with("password", "wrong horse"))
        .await
        .expect(409);
    assert_eq!(guess.problem_code(), "15002");
    mall.clock().advance(Duration::from_secs(599));
    register(&mall, &alice()).await.expect(201);
    mall.clock().advance(Duration::from_secs(1));
    assert_eq!(
        register(&mall, &alice()).await.expect(409).problem_code(),
        "15002"
    );
}

#[tokio::test]
async fn a_conflict_is_answered_as_busy_and_makes_nobody_a_member() {
    let mall = mall().await;
    mall.wire().on(|_| Action::Conflict);
    let busy = register(&mall, &alice()).await.expect(503);
    assert_eq!(
        (busy.problem_code().as_str(), busy.header("retry-after")),
        ("10004", Some("1"))
    );
    mall.wire().heal();
    register(&mall, &with("password", "another horse"))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_page_of_another_origin_registers_nobody() {
    let mall = mall().await;
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let refused = mall
            .post(MEMBERS)
            .header(header, value)
            .json(&alice())
            .send()
            .await
            .expect(403);
        assert_eq!(refused.problem_code(), "10007", "{header}: {value}");
    }
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
    mall.post(MEMBERS)
        .header("origin", "https://mall.example")
        .json(&alice())
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn input_that_is_no_registration_is_refused_with_its_place_and_nothing_is_written() {
    let mall = mall().await;
    let bad = [
        (with("phone", "12800001234").to_string(), "/phone"),
        (with("phone", 13_800_001_234_i64).to_string(), "/phone"),
        (with("phone", "138#0001234").to_string(), "/phone"),
        (with("login_name", "alice").to_string(), "/login_name"),
        (with("login_name", "13800001234").to_string(), "/login_name"),
        (with("login_name", "alice/01").to_string(), "/login_name"),
        (with("login_name", Value::Null).to_string(), "/login_name"),
        (with("password", "1234567").to_string(), "/password"),
        (with("password", "x".repeat(65)).to_string(), "/password"),
        (with("nickname", "  ").to_string(), "/nickname"),
        (with("nickname", "x".repeat(31)).to_string(), "/nickname"),
        (
            with("member_id", "01ARZ3NDEKTSV4RRFFQ69G5FAV").to_string(),
            "/member_id",
        ),
        ("{".to_owned(), ""),
        ("[]".to_owned(), ""),
        (String::new(), ""),
    ];
    for (body, pointer) in bad {
        let refused = mall
            .post(MEMBERS)
            .body("application/json", body.clone())
            .send()
            .await
            .expect(400);
        assert_eq!(refused.problem_code(), "10001", "{body}");
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    let form = mall
        .post(MEMBERS)
        .body("application/x-www-form-urlencoded", "phone=1")
        .send()
        .await
        .expect(415);
    assert_eq!(form.problem_code(), "10010");
    let large = mall
        .post(MEMBERS)
        .body("application/json", "x".repeat(1_000_000))
        .send()
        .await
        .expect(413);
    assert_eq!(large.problem_code(), "10009");
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_profile_is_shown_to_its_member_only() {
    let mall = mall().await;
    let nobody = mall.get("/api/members/me").send().await.expect(401);
    assert_eq!(nobody.problem_code(), "10005");
    let noise = mall
        .get("/api/members/me")
        .session("noise")
        .send()
        .await
        .expect(401);
    assert_eq!(
        (
            noise.problem_code().as_str(),
            noise.cookie("__Host-mall-session")
        ),
        ("10005", Some(String::new()))
    );
    let stranger = mall.session_of(&MemberId::generate(mall.now())).await;
    let absent = mall
        .get("/api/members/me")
        .session(&stranger)
        .send()
        .await
        .expect(404);
    assert_eq!(absent.problem_code(), "10008");
}
