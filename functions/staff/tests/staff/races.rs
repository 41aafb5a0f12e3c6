//! At once, and dying between any two calls.

use std::sync::Arc;

use futures::future::{join, join_all};
use serde_json::json;
use testkit::{Action, Answer, Mall};
use tokio::sync::{Barrier, Notify};

use crate::scene::{
    ACCOUNTS, COOKIE, PASSWORD, change, create, mall, me, reset, sign_in, signed_in,
};

#[tokio::test]
async fn two_administrators_who_disable_each_other_at_once_leave_one() {
    for _ in 0..5 {
        let mall = mall().await;
        let (first_id, first) = signed_in(&mall, "first", &["administrator"]).await;
        let (second_id, second) = signed_in(&mall, "second", &["administrator"]).await;
        let off = json!({ "active": false });
        // Both have read before either writes.
        let both = Arc::new(Barrier::new(2));
        mall.wire().on(move |call| {
            if call.operation == "TransactWriteItems" {
                Action::Wait(Arc::clone(&both))
            } else {
                Action::Pass
            }
        });
        let (one, other) = join(
            change(&mall, &first, &second_id, &off),
            change(&mall, &second, &first_id, &off),
        )
        .await;
        mall.wire().heal();
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

#[tokio::test]
async fn of_two_changes_of_one_version_at_once_one_is_made() {
    let mall = mall().await;
    let id = create(&mall, "li.lei", &[]).await;
    let path = format!("{ACCOUNTS}/{id}");
    let both = Arc::new(Barrier::new(2));
    mall.wire().on(move |call| {
        if call.operation == "TransactWriteItems" {
            Action::Wait(Arc::clone(&both))
        } else {
            Action::Pass
        }
    });
    let changes = ["editor", "manager"].map(|role| {
        let request = mall.patch(&path).staff().header("if-match", "\"1\"");
        request.json(&json!({ "roles": [role] })).send()
    });
    let mut statuses: Vec<u16> = join_all(changes)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn one_login_made_twice_at_once_is_one_account() {
    let mall = mall().await;
    let account =
        json!({ "login": "li.lei", "name": "李雷", "password": PASSWORD, "roles": ["editor"] });
    let made = (0..4).map(|_| mall.post(ACCOUNTS).staff().json(&account).send());
    let mut statuses: Vec<u16> = join_all(made)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let role = mall
        .get("/api/staff/admin/roles")
        .staff()
        .send()
        .await
        .json();
    let editor = role["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["id"] == "editor");
    assert_eq!(editor.unwrap()["holders"], 1);
}

#[tokio::test]
async fn a_change_that_breaks_anywhere_is_made_by_its_repeat_or_was_made() {
    let mall = mall().await;
    let (_, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let id = create(&mall, "li.lei", &["editor"]).await;
    mall.wire().forget();
    change(&mall, &admin, &id, &json!({ "roles": ["manager"] }))
        .await
        .expect(200);
    let strikes = mall.wire().strikes();
    for action in [Action::FailBefore, Action::FailAfter] {
        for (name, nth) in &strikes {
            change(&mall, &admin, &id, &json!({ "roles": ["editor"] }))
                .await
                .expect(200);
            mall.wire().strike(name, *nth, action.clone());
            let broken = change(&mall, &admin, &id, &json!({ "roles": [] })).await;
            assert!(
                matches!(broken.status, 200 | 503),
                "{name} {nth}: {broken:?}"
            );
            mall.wire().heal();
            change(&mall, &admin, &id, &json!({ "roles": [] }))
                .await
                .expect(200);
            let shown = mall
                .get(&format!("{ACCOUNTS}/{id}"))
                .staff()
                .send()
                .await
                .expect(200);
            assert_eq!(shown.json()["roles"], json!([]));
        }
    }
    sign_in(&mall, "li.lei", PASSWORD).await.expect(201);
}

/// What is answered to a request that is held where it reads which sessions are of today, while another password is set.
async fn overtaken_by_a_reset(
    mall: &Mall,
    id: &str,
    request: impl Future<Output = Answer>,
) -> Answer {
    let (arrived, both) = (Arc::new(Notify::new()), Arc::new(Barrier::new(2)));
    let (seen, held) = (Arc::clone(&arrived), Arc::clone(&both));
    mall.wire().on(move |call| {
        if call.name() != "GetItem mall-session" {
            return Action::Pass;
        }
        seen.notify_one();
        Action::Wait(Arc::clone(&held))
    });
    let reset = async {
        arrived.notified().await;
        reset(mall, id, "battery staple").await.expect(204);
        both.wait().await;
    };
    let (answer, ()) = join(request, reset).await;
    mall.wire().heal();
    answer
}

#[tokio::test]
async fn a_password_that_is_reset_while_it_is_tried_opens_no_session() {
    let mall = mall().await;
    let id = create(&mall, "li.lei", &["editor"]).await;
    let refused = overtaken_by_a_reset(&mall, &id, sign_in(&mall, "li.lei", PASSWORD)).await;
    assert_eq!(refused.expect(401).problem_code(), "18001");
    sign_in(&mall, "li.lei", "battery staple").await.expect(201);
}

#[tokio::test]
async fn a_password_that_is_reset_right_after_its_owner_changed_it_leaves_no_session() {
    let mall = mall().await;
    let (id, session) = signed_in(&mall, "li.lei", &["editor"]).await;
    let body = json!({ "old_password": PASSWORD, "new_password": "wrong horse" });
    let request = mall.put("/api/staff/me/password").staff_session(&session);
    let refused = overtaken_by_a_reset(&mall, &id, request.json(&body).send()).await;
    assert_eq!(refused.expect(401).cookie(COOKIE), None);
    me(&mall, &session).await.expect(401);
    sign_in(&mall, "li.lei", "wrong horse").await.expect(401);
    sign_in(&mall, "li.lei", "battery staple").await.expect(201);
}
