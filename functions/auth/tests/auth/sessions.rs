//! How long a session lives.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::scene::{COOKIE, CURRENT, mall, session, status_of};
use futures::future::join;
use testkit::{Action, Mall};
use tokio::sync::{Barrier, Notify};

const EXTENSION: &str = "UpdateItem mall-session";

fn minutes(mall: &Mall, minutes: u64) {
    mall.clock().advance(Duration::from_secs(60 * minutes));
}

fn extensions(mall: &Mall) -> usize {
    mall.wire()
        .calls()
        .names()
        .iter()
        .filter(|name| *name == EXTENSION)
        .count()
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_takes_both_cookies_back() {
    let mall = mall().await;
    let token = session(&mall).await;
    mall.wire().forget();
    let answer = mall
        .delete(CURRENT)
        .session(&token)
        .send()
        .await
        .expect(204);
    assert_eq!(answer.body, "");
    assert_eq!(answer.cookie(COOKIE), Some(String::new()));
    assert_eq!(answer.cookie("__Host-mall-guest"), Some(String::new()));
    assert!(
        answer
            .cookies
            .iter()
            .all(|cookie| cookie.contains("; Max-Age=0;")),
        "{:?}",
        answer.cookies
    );
    let calls = mall.wire().calls();
    assert_eq!(
        calls.names(),
        ["GetItem mall-session", "DeleteItem mall-session"]
    );
    assert_eq!(calls.write_units(), 1);
    assert_eq!(status_of(&mall, &token).await, 401);
    let again = mall
        .delete(CURRENT)
        .session(&token)
        .send()
        .await
        .expect(401);
    assert_eq!(again.problem_code(), "10005");
}

#[tokio::test]
async fn signing_out_ends_one_session_and_not_the_others() {
    let mall = mall().await;
    let (here, there) = (session(&mall).await, session(&mall).await);
    mall.delete(CURRENT).session(&here).send().await.expect(204);
    assert_eq!(
        (
            status_of(&mall, &here).await,
            status_of(&mall, &there).await
        ),
        (401, 200)
    );
}

#[tokio::test]
async fn only_who_is_signed_in_signs_out_and_no_page_of_another_origin_does_it_for_them() {
    let mall = mall().await;
    let token = session(&mall).await;
    assert_eq!(
        mall.delete(CURRENT).send().await.expect(401).problem_code(),
        "10005"
    );
    assert_eq!(
        mall.delete(CURRENT)
            .session("noise")
            .send()
            .await
            .expect(401)
            .problem_code(),
        "10005"
    );
    let foreign = mall
        .delete(CURRENT)
        .session(&token)
        .header("origin", "https://evil.example")
        .send()
        .await;
    assert_eq!(foreign.expect(403).problem_code(), "10007");
    assert_eq!(status_of(&mall, &token).await, 200);
}

#[tokio::test]
async fn a_sign_out_that_breaks_is_told_so_and_succeeds_when_it_is_repeated() {
    for action in [
        Action::FailBefore,
        Action::FailAfter,
        Action::DieBefore,
        Action::DieAfter,
    ] {
        let mall = mall().await;
        let token = session(&mall).await;
        mall.wire()
            .strike("DeleteItem mall-session", 0, action.clone());
        let broken = mall
            .delete(CURRENT)
            .session(&token)
            .send_to_the_death()
            .await;
        assert!(
            broken.is_none_or(|answer| answer.status == 503),
            "{action:?}"
        );
        mall.wire().heal();
        let again = mall.delete(CURRENT).session(&token).send().await;
        assert!(matches!(again.status, 204 | 401), "{action:?}: {again:?}");
        assert_eq!(status_of(&mall, &token).await, 401, "{action:?}");
    }
}

#[tokio::test]
async fn a_session_that_is_used_every_minute_is_written_every_five() {
    let mall = mall().await;
    let token = session(&mall).await;
    mall.wire().forget();
    for _ in 0..60 {
        minutes(&mall, 1);
        assert_eq!(status_of(&mall, &token).await, 200);
    }
    assert_eq!(extensions(&mall), 12);
    assert_eq!(mall.wire().calls().write_units(), 12);
}

#[tokio::test]
async fn many_requests_at_once_extend_a_session_once() {
    let mall = mall().await;
    let token = session(&mall).await;
    minutes(&mall, 6);
    mall.wire().forget();
    // Each has read the session before any has extended it.
    let barrier = Arc::new(Barrier::new(3));
    mall.wire().on(move |call| {
        if call.name() == EXTENSION {
            Action::Wait(barrier.clone())
        } else {
            Action::Pass
        }
    });
    let statuses = futures::future::join_all((0..3).map(|_| status_of(&mall, &token))).await;
    assert_eq!(statuses, [200; 3]);
    let accepted = mall
        .wire()
        .calls()
        .0
        .into_iter()
        .filter(|call| call.name() == EXTENSION && call.status == 200);
    assert_eq!(accepted.count(), 1);
}

#[tokio::test]
async fn half_an_hour_without_a_request_ends_a_session() {
    let mall = mall().await;
    let token = session(&mall).await;
    minutes(&mall, 29);
    assert_eq!(status_of(&mall, &token).await, 200);
    minutes(&mall, 29);
    assert_eq!(status_of(&mall, &token).await, 200);
    minutes(&mall, 30);
    assert_eq!(status_of(&mall, &token).await, 401);
}

#[tokio::test]
async fn a_week_after_it_began_a_session_is_over_however_much_it_is_used() {
    let mall = mall().await;
    let token = session(&mall).await;
    let week = 7 * 24 * 60;
    for _ in 0..week / 28 - 1 {
        minutes(&mall, 28);
        assert_eq!(status_of(&mall, &token).await, 200);
    }
    minutes(&mall, 27);
    assert_eq!(status_of(&mall, &token).await, 200);
    minutes(&mall, 1);
    assert_eq!(status_of(&mall, &token).await, 401);
}

#[tokio::test]
async fn an_extension_that_is_under_way_while_the_member_signs_out_revives_nothing() {
    let mall = mall().await;
    let token = session(&mall).await;
    minutes(&mall, 6);
    let (held, released, first) = (
        Arc::new(Notify::new()),
        Arc::new(Barrier::new(2)),
        AtomicBool::new(true),
    );
    let (tell, gate) = (held.clone(), released.clone());
    mall.wire().on(move |call| {
        if call.name() == EXTENSION && first.swap(false, Ordering::SeqCst) {
            tell.notify_one();
            return Action::Wait(gate.clone());
        }
        Action::Pass
    });
    let sign_out_meanwhile = async {
        held.notified().await;
        let status = mall.delete(CURRENT).session(&token).send().await.status;
        released.wait().await;
        status
    };
    let (reader, signed_out) = join(status_of(&mall, &token), sign_out_meanwhile).await;
    assert_eq!((reader, signed_out), (401, 204));
    assert_eq!(status_of(&mall, &token).await, 401);
}

#[tokio::test]
async fn whatever_a_member_does_keeps_them_signed_in() {
    let mall = mall().await;
    mall.assert_endpoints_extend_sessions("auth").await;
}
