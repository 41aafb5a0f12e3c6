//! Signing in: what is told, and how fast passwords may be tried.

use std::time::Duration;

use serde_json::json;
use testkit::Mall;

use crate::scene::{
    ACCOUNTS, COOKIE, ME, PASSWORD, SESSIONS, change, create, mall, me, reset, session, sign_in,
    signed_in,
};

#[tokio::test]
async fn signing_in_opens_a_session_in_a_cookie_that_only_the_mall_s_own_pages_send() {
    let mall = mall().await;
    let id = create(&mall, "li.lei", &["editor"]).await;
    let answer = sign_in(&mall, "Li.Lei", PASSWORD).await.expect(201);
    assert_eq!(answer.json()["staff_id"], id);
    assert!(
        answer.json()["ends_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-11-24T18:00")
    );
    let cookie = &answer.cookies[0];
    for part in [
        "__Host-mall-staff=",
        "; Path=/;",
        "; HttpOnly",
        "; Secure",
        "; SameSite=Strict",
        "Max-Age=43200",
    ] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let own = me(&mall, &answer.cookie(COOKIE).unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(
        (own["account"]["login"].as_str(), &own["permissions"]),
        (Some("li.lei"), &json!(["catalog:*"]))
    );
}

#[tokio::test]
async fn a_login_of_nobody_a_wrong_password_and_a_disabled_account_are_told_alike() {
    let mall = mall().await;
    create(&mall, "li.lei", &[]).await;
    let gone = create(&mall, "gone", &[]).await;
    let (_, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    change(&mall, &admin, &gone, &json!({ "active": false }))
        .await
        .expect(200);
    let mut told = Vec::new();
    for (login, password) in [
        ("nobody", PASSWORD),
        ("li.lei", "wrong horse"),
        ("gone", PASSWORD),
        ("gone", "wrong horse"),
    ] {
        let mut refused = sign_in(&mall, login, password).await.expect(401);
        assert_eq!(refused.problem_code(), "18001");
        assert_eq!(refused.cookies, Vec::<String>::new());
        refused.headers.sort();
        told.push((refused.headers.clone(), refused.body));
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn after_five_wrong_tries_the_right_password_waits_and_so_does_a_login_of_nobody() {
    let mall = mall().await;
    create(&mall, "li.lei", &[]).await;
    for login in ["li.lei", "nobody"] {
        for _ in 0..5 {
            sign_in(&mall, login, "wrong horse").await.expect(401);
        }
        let slow = sign_in(&mall, login, PASSWORD).await.expect(429);
        assert_eq!(slow.header("retry-after"), Some("30"));
    }
    mall.clock().advance(Duration::from_secs(30));
    sign_in(&mall, "li.lei", PASSWORD).await.expect(201);
    sign_in(&mall, "li.lei", "wrong horse").await.expect(401);
}

#[tokio::test]
async fn a_present_password_is_tried_no_faster_with_an_open_session() {
    let mall = mall().await;
    let (_, session) = signed_in(&mall, "li.lei", &[]).await;
    let tries = |old: &'static str| {
        let body = json!({ "old_password": old, "new_password": "new horse staple" });
        let request = mall.put("/api/staff/me/password").staff_session(&session);
        async move { request.json(&body).send().await }
    };
    for _ in 0..5 {
        assert_eq!(
            tries("wrong horse").await.expect(403).problem_code(),
            "18002"
        );
    }
    tries(PASSWORD).await.expect(429);
    mall.clock().advance(Duration::from_secs(30));
    tries(PASSWORD).await.expect(204);
}

#[tokio::test]
async fn who_is_kept_waiting_by_a_stranger_changes_the_password_or_has_it_reset_and_signs_in() {
    let mall = mall().await;
    let (id, session) = signed_in(&mall, "li.lei", &[]).await;
    for _ in 0..5 {
        sign_in(&mall, "li.lei", "wrong horse").await.expect(401);
    }
    sign_in(&mall, "li.lei", PASSWORD).await.expect(429);
    let body = json!({ "old_password": PASSWORD, "new_password": "new horse staple" });
    let request = mall.put("/api/staff/me/password").staff_session(&session);
    request.json(&body).send().await.expect(204);
    let own = sign_in(&mall, "li.lei", "new horse staple").await;
    own.expect(201);
    for _ in 0..5 {
        sign_in(&mall, "li.lei", "wrong horse").await.expect(401);
    }
    reset(&mall, &id, "battery staple").await.expect(204);
    sign_in(&mall, "li.lei", "battery staple").await.expect(201);
}

#[tokio::test]
async fn what_is_no_login_or_no_password_is_refused_with_its_place() {
    let mall = mall().await;
    for (body, pointer) in [
        (json!({ "login": "a b", "password": PASSWORD }), "/login"),
        (
            json!({ "login": "x".repeat(33), "password": PASSWORD }),
            "/login",
        ),
        (
            json!({ "login": "li.lei", "password": "short" }),
            "/password",
        ),
        (
            json!({ "login": "li.lei", "password": "x".repeat(65) }),
            "/password",
        ),
        (
            json!({ "login": "li.lei", "password": PASSWORD, "role": "administrator" }),
            "/role",
        ),
    ] {
        let refused = mall.post(SESSIONS).json(&body).send().await.expect(400);
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
}

#[tokio::test]
async fn a_session_from_before_the_sign_in_never_becomes_the_signed_in_one() {
    let mall = mall().await;
    let (_, planted) = signed_in(&mall, "mallory", &[]).await;
    create(&mall, "li.lei", &["editor"]).await;
    let attempt = json!({ "login": "li.lei", "password": PASSWORD });
    let request = mall.post(SESSIONS).staff_session(&planted);
    let answer = request.json(&attempt).send().await.expect(201);
    assert_ne!(answer.cookie(COOKIE), Some(planted.clone()));
    assert_eq!(
        me(&mall, &planted).await.expect(200).json()["account"]["login"],
        "mallory"
    );
}

#[tokio::test]
async fn a_page_of_another_origin_gets_nothing_done() {
    let mall = mall().await;
    let session = signed_in(&mall, "li.lei", &["administrator"]).await.1;
    let attempt = json!({ "login": "li.lei", "password": PASSWORD });
    let from = |mall: &Mall, origin: &str| {
        let request = mall.clone();
        let (origin, session, attempt) = (origin.to_owned(), session.clone(), attempt.clone());
        async move {
            let sign_in = request
                .post(SESSIONS)
                .header("origin", &origin)
                .json(&attempt)
                .send()
                .await;
            let end = request
                .delete(&format!("{ACCOUNTS}/01KAT4J8M0STAFF00000000002/sessions"))
                .staff_session(&session)
                .header("origin", &origin)
                .send()
                .await;
            (sign_in.status, end.status)
        }
    };
    assert_eq!(from(&mall, "https://evil.example").await, (403, 403));
    assert_eq!(from(&mall, "null").await, (403, 403));
    assert_eq!(from(&mall, "https://mall.example").await, (201, 404));
    let read = mall
        .get(ME)
        .staff_session(&session)
        .header("origin", "https://evil.example");
    read.send().await.expect(200);
}

#[tokio::test]
async fn tokens_of_members_and_forged_ones_open_nothing_and_are_taken_back() {
    let mall = mall().await;
    let (id, token) = signed_in(&mall, "li.lei", &["administrator"]).await;
    let other = create(&mall, "other", &["administrator"]).await;
    let member = mall
        .session_of(&kernel::MemberId::generate(mall.now()))
        .await;
    let secret = token.split_once('.').unwrap().1;
    mall.get(ME).session(&token).send().await.expect(401);
    mall.get(ME).session(&member).send().await.expect(401);
    for malformed in [
        &member,
        &token[..token.len() - 1],
        &format!("{token}.{token}"),
        &format!(".{secret}"),
        "",
        "x",
    ] {
        let refused = me(&mall, malformed).await.expect(401);
        assert_eq!(refused.problem_code(), "10005");
        assert_eq!(refused.cookie(COOKIE), Some(String::new()), "{malformed}");
    }
    // Well formed, and nobody's: another account with this secret, this account with another secret.
    for forged in [
        format!("{other}.{secret}"),
        format!("{id}.{}", "A".repeat(43)),
    ] {
        let refused = me(&mall, &forged).await.expect(401);
        assert_eq!(refused.cookies, Vec::<String>::new());
    }
    let session = session(&mall, "li.lei").await;
    assert_eq!(me(&mall, &session).await.status, 200);
}
