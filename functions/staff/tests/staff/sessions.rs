//! Sessions end: by themselves, by their owner, by whoever manages accounts.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use crate::scene::{
    ACCOUNTS, COOKIE, CURRENT, PASSWORD, change, create, mall, me, put_role, session, sign_in,
    signed_in,
};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use_and_after_twelve_hours_in_any_case() {
    let mall = mall().await;
    let (_, used) = signed_in(&mall, "li.lei", &[]).await;
    let idle = session(&mall, "li.lei").await;
    for _ in 0..31 {
        mall.clock().advance(23 * MINUTE);
        me(&mall, &used).await.expect(200);
    }
    me(&mall, &idle).await.expect(401);
    mall.clock().advance(7 * MINUTE);
    me(&mall, &used).await.expect(401);
}

#[tokio::test]
async fn signing_out_twice_at_once_ends_the_session_and_no_other() {
    let mall = mall().await;
    let (_, first) = signed_in(&mall, "li.lei", &[]).await;
    let second = session(&mall, "li.lei").await;
    let outs = (0..2).map(|_| mall.delete(CURRENT).staff_session(&first).send());
    let statuses: Vec<u16> = join_all(outs)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    assert!(
        statuses.contains(&204) && statuses.iter().all(|status| matches!(status, 204 | 401)),
        "{statuses:?}"
    );
    me(&mall, &first).await.expect(401);
    me(&mall, &second).await.expect(200);
    let out = mall
        .delete(CURRENT)
        .staff_session(&second)
        .send()
        .await
        .expect(204);
    assert_eq!(out.cookie(COOKIE), Some(String::new()));
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_every_session_at_once_and_not_the_account() {
    let mall = mall().await;
    let (id, first) = signed_in(&mall, "li.lei", &["editor"]).await;
    let second = session(&mall, "li.lei").await;
    let path = format!("{ACCOUNTS}/{id}/sessions");
    mall.delete(&path).staff().send().await.expect(204);
    for old in [&first, &second] {
        me(&mall, old).await.expect(401);
    }
    let fresh = session(&mall, "li.lei").await;
    me(&mall, &fresh).await.expect(200);
    me(&mall, &first).await.expect(401);
}

#[tokio::test]
async fn disabling_counts_in_mid_session_and_enabling_brings_no_session_back() {
    let mall = mall().await;
    let (_, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let (id, session) = signed_in(&mall, "li.lei", &["editor"]).await;
    me(&mall, &session).await.expect(200);
    change(&mall, &admin, &id, &json!({ "active": false }))
        .await
        .expect(200);
    me(&mall, &session).await.expect(401);
    change(&mall, &admin, &id, &json!({ "active": true }))
        .await
        .expect(200);
    me(&mall, &session).await.expect(401);
    sign_in(&mall, "li.lei", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn roles_count_in_mid_session() {
    let mall = mall().await;
    let (_, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let (id, session) = signed_in(&mall, "li.lei", &["editor"]).await;
    let list = || async {
        mall.get(ACCOUNTS)
            .staff_session(&session)
            .send()
            .await
            .status
    };
    assert_eq!(list().await, 403);
    put_role(&mall, "editor", &["catalog:*", "staff:read"])
        .await
        .expect(200);
    assert_eq!(list().await, 200);
    change(&mall, &admin, &id, &json!({ "roles": [] }))
        .await
        .expect(200);
    assert_eq!(list().await, 403);
    change(&mall, &admin, &id, &json!({ "roles": ["manager"] }))
        .await
        .expect(200);
    assert_eq!(list().await, 200);
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions_and_only_it_signs_in() {
    let mall = mall().await;
    let (_, here) = signed_in(&mall, "li.lei", &[]).await;
    let elsewhere = session(&mall, "li.lei").await;
    let body = json!({ "old_password": PASSWORD, "new_password": "battery staple" });
    let request = mall.put("/api/staff/me/password").staff_session(&here);
    let answer = request.json(&body).send().await.expect(204);
    me(&mall, &answer.cookie(COOKIE).unwrap()).await.expect(200);
    for old in [&here, &elsewhere] {
        me(&mall, old).await.expect(401);
    }
    sign_in(&mall, "li.lei", PASSWORD).await.expect(401);
    sign_in(&mall, "li.lei", "battery staple").await.expect(201);
}

#[tokio::test]
async fn a_reset_password_ends_all_sessions_and_one_s_own_is_not_reset() {
    let mall = mall().await;
    let (admin_id, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let (id, session) = signed_in(&mall, "li.lei", &["editor"]).await;
    let reset = |id: String| {
        let request = mall
            .put(&format!("{ACCOUNTS}/{id}/password"))
            .staff_session(&admin);
        async move {
            request
                .json(&json!({ "password": "battery staple" }))
                .send()
                .await
        }
    };
    assert_eq!(reset(admin_id).await.expect(409).problem_code(), "18005");
    reset(id).await.expect(204);
    me(&mall, &session).await.expect(401);
    sign_in(&mall, "li.lei", "battery staple").await.expect(201);
    create(&mall, "other", &[]).await;
    reset("01KAT4J8M0STAFF00000000002".to_owned())
        .await
        .expect(404);
}
