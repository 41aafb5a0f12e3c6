//! A mall with one member, who signs in and out.

use serde_json::{Value, json};
use testkit::{Answer, Mall};

pub(crate) const SESSIONS: &str = "/api/auth/sessions";
pub(crate) const CURRENT: &str = "/api/auth/sessions/current";
pub(crate) const COOKIE: &str = "__Host-mall-session";
pub(crate) const PASSWORD: &str = "correct horse";

/// A mall in which `alice_01`, 13800001234, is registered.
pub(crate) async fn mall() -> Mall {
    let mall = Mall::start(&[member::service, auth::service]).await;
    let alice = json!({ "phone": "13800001234", "login_name": "alice_01", "password": PASSWORD });
    mall.post("/api/members")
        .json(&alice)
        .send()
        .await
        .expect(201);
    mall.wire().forget();
    mall
}

/// What somebody signs in with.
pub(crate) fn attempt(login: &str, password: &str) -> Value {
    json!({ "login": login, "password": password })
}

/// Tries to sign in.
pub(crate) async fn sign_in(mall: &Mall, login: &str, password: &str) -> Answer {
    mall.post(SESSIONS)
        .json(&attempt(login, password))
        .send()
        .await
}

/// A session of the member; the value of its cookie.
pub(crate) async fn session(mall: &Mall) -> String {
    sign_in(mall, "alice_01", PASSWORD)
        .await
        .expect(201)
        .cookie(COOKIE)
        .unwrap()
}

/// How a request that shows the session's profile is answered: 200 while the session lives, 401 afterwards.
pub(crate) async fn status_of(mall: &Mall, session: &str) -> u16 {
    mall.get("/api/members/me")
        .session(session)
        .send()
        .await
        .status
}
