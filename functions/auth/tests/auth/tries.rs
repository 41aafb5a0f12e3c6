//! How fast passwords may be tried.

use std::time::Duration;

use crate::scene::{PASSWORD, mall, sign_in};
use futures::future::join_all;
use testkit::{Answer, Mall};

/// Tries a wrong password so many times, each refused as wrong.
async fn try_wrong(mall: &Mall, login: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(
            sign_in(mall, login, "wrong horse")
                .await
                .expect(401)
                .problem_code(),
            "15003"
        );
    }
}

/// How many seconds an answer says to wait.
fn wait(answer: Answer) -> u64 {
    let answer = answer.expect(429);
    assert_eq!(answer.problem_code(), "10003");
    answer.header("retry-after").unwrap().parse().unwrap()
}

fn pass(mall: &Mall, seconds: u64) {
    mall.clock().advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn after_five_wrong_tries_even_the_right_password_waits_and_then_all_is_forgotten() {
    let mall = mall().await;
    try_wrong(&mall, "alice_01", 5).await;
    assert_eq!(wait(sign_in(&mall, "alice_01", PASSWORD).await), 30);
    pass(&mall, 29);
    assert_eq!(wait(sign_in(&mall, "alice_01", PASSWORD).await), 1);
    pass(&mall, 1);
    sign_in(&mall, "alice_01", PASSWORD).await.expect(201);
    try_wrong(&mall, "alice_01", 5).await;
}

#[tokio::test]
async fn a_login_of_nobody_is_slowed_down_like_any_other_and_its_wait_doubles() {
    let mall = mall().await;
    try_wrong(&mall, "nobody_01", 5).await;
    for seconds in [30, 60, 120, 120, 120] {
        assert_eq!(
            wait(sign_in(&mall, "nobody_01", "wrong horse").await),
            seconds
        );
        pass(&mall, seconds);
        try_wrong(&mall, "nobody_01", 1).await;
    }
}

#[tokio::test]
async fn a_try_that_comes_too_early_does_not_lengthen_the_wait() {
    let mall = mall().await;
    try_wrong(&mall, "alice_01", 5).await;
    for _ in 0..10 {
        pass(&mall, 2);
        wait(sign_in(&mall, "alice_01", "wrong horse").await);
    }
    pass(&mall, 10);
    sign_in(&mall, "alice_01", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn tries_of_yesterday_are_forgotten_while_their_item_is_still_there() {
    let mall = mall().await;
    try_wrong(&mall, "alice_01", 4).await;
    pass(&mall, 24 * 3600);
    try_wrong(&mall, "alice_01", 5).await;
    assert_eq!(wait(sign_in(&mall, "alice_01", PASSWORD).await), 30);
}

#[tokio::test]
async fn twenty_tries_at_once_are_five_tries_and_fifteen_refusals() {
    let mall = mall().await;
    let answers = join_all((0..20).map(|_| sign_in(&mall, "alice_01", "wrong horse"))).await;
    let with = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((with(401), with(429)), (5, 15));
}

#[tokio::test]
async fn every_way_of_writing_a_login_counts_as_the_same_login() {
    let mall = mall().await;
    for login in [
        "13800001234",
        "+8613800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+86 13800001234",
    ] {
        try_wrong(&mall, login, 1).await;
    }
    assert_eq!(wait(sign_in(&mall, "13800001234", PASSWORD).await), 30);
    sign_in(&mall, "alice_01", PASSWORD).await.expect(201);
}
