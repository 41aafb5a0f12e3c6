//! Signing in.

use crate::scene::{COOKIE, PASSWORD, SESSIONS, attempt, mall, session, sign_in, status_of};
use serde_json::{Value, json};
use testkit::Action;

#[tokio::test]
async fn a_member_signs_in_by_phone_number_or_name_however_they_write_it() {
    let mall = mall().await;
    for login in ["13800001234", "+86 138-0000-1234", "alice_01", "ALICE_01"] {
        let answer = sign_in(&mall, login, PASSWORD).await.expect(201);
        assert_eq!(
            answer.header("location"),
            Some("/api/auth/sessions/current")
        );
        let token = answer.cookie(COOKIE).unwrap();
        let cookie =
            format!("{COOKIE}={token}; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax");
        assert_eq!(answer.cookies, [cookie], "the guest cookie stays as it is");
        assert!(!answer.body.contains(&token), "{login}");
        assert_eq!(answer.json()["ends_at"], "2026-12-01T06:00:00Z");
        let profile = mall
            .get("/api/members/me")
            .session(&token)
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!(profile["member_id"], answer.json()["member_id"]);
    }
}

#[tokio::test]
async fn a_login_of_nobody_and_a_wrong_password_are_refused_with_the_same_document_after_the_same_calls()
 {
    let mall = mall().await;
    let wrong = sign_in(&mall, "alice_01", "wrong horse").await.expect(401);
    let calls = mall.wire().calls().names();
    mall.wire().forget();
    let unknown = sign_in(&mall, "nobody_01", PASSWORD).await.expect(401);
    assert_eq!(wrong.problem_code(), "15003");
    assert_eq!(
        (&wrong.body, &wrong.headers, &wrong.cookies),
        (&unknown.body, &unknown.headers, &unknown.cookies)
    );
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(calls), ["GetItem mall-member", "PutItem mall-auth"]);
    assert_eq!(
        sorted(mall.wire().calls().names()),
        ["GetItem mall-member", "PutItem mall-auth"]
    );
}

#[tokio::test]
async fn signing_in_costs_three_write_units_and_two_stages() {
    let mall = mall().await;
    session(&mall).await;
    let calls = mall.wire().calls();
    assert_eq!(
        (calls.write_units(), calls.stages()),
        (3, 2),
        "{:?}",
        calls.names()
    );
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_request_carried_and_begins_another() {
    let mall = mall().await;
    let old = session(&mall).await;
    let again = mall
        .post(SESSIONS)
        .session(&old)
        .json(&attempt("alice_01", PASSWORD))
        .send()
        .await
        .expect(201);
    let new = again.cookie(COOKIE).unwrap();
    assert_ne!(new, old);
    assert_eq!(
        (status_of(&mall, &old).await, status_of(&mall, &new).await),
        (401, 200)
    );
}

#[tokio::test]
async fn a_session_from_outside_is_never_accepted_not_even_by_signing_in_with_it() {
    let mall = mall().await;
    let planted = "A".repeat(43);
    assert_eq!(status_of(&mall, &planted).await, 401);
    let answer = mall
        .post(SESSIONS)
        .session(&planted)
        .json(&attempt("alice_01", PASSWORD))
        .send()
        .await
        .expect(201);
    assert_ne!(answer.cookie(COOKIE).unwrap(), planted);
    assert_eq!(status_of(&mall, &planted).await, 401);
}

#[tokio::test]
async fn a_wrong_password_leaves_the_session_that_the_request_carried() {
    let mall = mall().await;
    let old = session(&mall).await;
    mall.post(SESSIONS)
        .session(&old)
        .json(&attempt("alice_01", "wrong horse"))
        .send()
        .await
        .expect(401);
    assert_eq!(status_of(&mall, &old).await, 200);
}

#[tokio::test]
async fn a_sign_in_that_breaks_anywhere_succeeds_when_it_is_repeated() {
    let clean = mall().await;
    session(&clean).await;
    let strikes = clean.wire().strikes();
    assert_eq!(strikes.len(), 4, "{strikes:?}");
    for (call, nth) in strikes {
        for action in [
            Action::FailBefore,
            Action::FailAfter,
            Action::DieBefore,
            Action::DieAfter,
        ] {
            let mall = mall().await;
            mall.wire().strike(&call, nth, action.clone());
            let request = mall.post(SESSIONS).json(&attempt("alice_01", PASSWORD));
            let broken = request.send_to_the_death().await;
            assert!(
                broken.is_none_or(|answer| answer.status == 503),
                "{call} {action:?}"
            );
            mall.wire().heal();
            let token = session(&mall).await;
            assert_eq!(status_of(&mall, &token).await, 200, "{call} {action:?}");
        }
    }
}

#[tokio::test]
async fn the_tables_hold_neither_login_nor_password_nor_token() {
    let mall = mall().await;
    sign_in(&mall, "13800001234", "wrong horse")
        .await
        .expect(401);
    let token = sign_in(&mall, "13800001234", PASSWORD)
        .await
        .expect(201)
        .cookie(COOKIE)
        .unwrap();
    let calls = mall.wire().calls().without("mall-member");
    assert!(!calls.0.is_empty());
    for call in calls.0 {
        let sent = call.request.to_string();
        assert!(
            !["13800001234", "horse", &token]
                .iter()
                .any(|secret| sent.contains(secret)),
            "{sent}"
        );
    }
}

#[tokio::test]
async fn a_page_of_another_origin_signs_nobody_in_and_counts_no_try() {
    let mall = mall().await;
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = mall
            .post(SESSIONS)
            .header(header, value)
            .json(&attempt("alice_01", PASSWORD));
        assert_eq!(
            request.send().await.expect(403).problem_code(),
            "10007",
            "{header}: {value}"
        );
    }
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
    let request = mall
        .post(SESSIONS)
        .header("origin", "https://mall.example")
        .json(&attempt("alice_01", PASSWORD));
    assert_eq!(request.send().await.status, 201);
}

#[tokio::test]
async fn a_cookie_of_noise_is_refused_and_taken_back() {
    let mall = mall().await;
    for cookie in [COOKIE, "__Host-mall-guest"] {
        for noise in ["noise", "", "%00", &"A".repeat(4000), "a#b/c"] {
            let request = mall
                .post(SESSIONS)
                .cookie(cookie, noise)
                .json(&attempt("alice_01", PASSWORD));
            let refused = request.send().await.expect(400);
            assert_eq!(
                (refused.problem_code().as_str(), refused.cookie(cookie)),
                ("10001", Some(String::new()))
            );
        }
    }
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
}

#[tokio::test]
async fn input_that_is_no_attempt_is_refused_with_its_place_and_counts_no_try() {
    let mall = mall().await;
    let with = |member: &str, value: Value| {
        let mut body = attempt("alice_01", PASSWORD);
        body[member] = value;
        body.to_string()
    };
    let bad = [
        (with("login", json!("1")), "/login"),
        (with("login", json!("alice#01")), "/login"),
        (with("login", json!(13_800_001_234_i64)), "/login"),
        (with("password", json!("short")), "/password"),
        (with("password", json!("x".repeat(100_000))), "/password"),
        (with("remember", json!(true)), "/remember"),
        ("{".to_owned(), ""),
        ("\"alice_01\"".to_owned(), ""),
        (String::new(), ""),
    ];
    for (body, pointer) in bad {
        let refused = mall
            .post(SESSIONS)
            .body("application/json", body.clone())
            .send()
            .await
            .expect(400);
        assert_eq!(refused.problem_code(), "10001", "{body}");
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    let form = mall
        .post(SESSIONS)
        .body("application/x-www-form-urlencoded", "login=a")
        .send()
        .await
        .expect(415);
    assert_eq!(form.problem_code(), "10010");
    let large = mall
        .post(SESSIONS)
        .body("application/json", "x".repeat(1_000_000))
        .send()
        .await
        .expect(413);
    assert_eq!(large.problem_code(), "10009");
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
}
