//! A mall whose staff have accounts.

use serde_json::{Value, json};
use testkit::{Answer, Mall};

pub(crate) const SESSIONS: &str = "/api/staff/sessions";
pub(crate) const CURRENT: &str = "/api/staff/sessions/current";
pub(crate) const ME: &str = "/api/staff/me";
pub(crate) const ACCOUNTS: &str = "/api/staff/admin/accounts";
pub(crate) const ROLES: &str = "/api/staff/admin/roles";
pub(crate) const RECORDS: &str = "/api/staff/admin/audit-records";
pub(crate) const COOKIE: &str = "__Host-mall-staff";
pub(crate) const PASSWORD: &str = "correct horse";

/// A mall with the roles `administrator` (everything), `manager` (accounts, roles and the catalog), `editor` (the catalog).
pub(crate) async fn mall() -> Mall {
    let mall = Mall::start(&[staff::service, stock::service]).await;
    put_role(&mall, "administrator", &["*"]).await.expect(201);
    put_role(&mall, "manager", &["staff:*", "catalog:*"])
        .await
        .expect(201);
    put_role(&mall, "editor", &["catalog:*"]).await.expect(201);
    mall
}

/// What the audit log has of a day, or of an account: the newest first.
pub(crate) async fn records(mall: &Mall, query: &str) -> Vec<Value> {
    let list = mall.get(&format!("{RECORDS}?{query}")).staff();
    let list = list.send().await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}

/// Puts a role, whichever version there is.
pub(crate) async fn put_role(mall: &Mall, id: &str, permissions: &[&str]) -> Answer {
    let role = json!({ "description": "for tests", "permissions": permissions });
    let path = format!("{ROLES}/{id}");
    let there = mall.put(&path).staff().json(&role).send().await;
    if there.status != 428 {
        return there;
    }
    let request = mall.put(&path).staff().header("if-match", "*");
    request.json(&role).send().await
}

/// Makes an account with the usual password; its id.
pub(crate) async fn create(mall: &Mall, login: &str, roles: &[&str]) -> String {
    let account = json!({ "login": login, "name": "李雷", "password": PASSWORD, "roles": roles });
    let made = mall.post(ACCOUNTS).staff().json(&account).send().await;
    made.expect(201).json()["id"].as_str().unwrap().to_owned()
}

/// Tries to sign in.
pub(crate) async fn sign_in(mall: &Mall, login: &str, password: &str) -> Answer {
    let attempt = json!({ "login": login, "password": password });
    mall.post(SESSIONS).json(&attempt).send().await
}

/// A session; the value of its cookie.
pub(crate) async fn session(mall: &Mall, login: &str) -> String {
    let answer = sign_in(mall, login, PASSWORD).await.expect(201);
    answer.cookie(COOKIE).unwrap()
}

/// An account with a session of it: both ids.
pub(crate) async fn signed_in(mall: &Mall, login: &str, roles: &[&str]) -> (String, String) {
    let id = create(mall, login, roles).await;
    (id, session(mall, login).await)
}

/// The status of a look at one's own account.
pub(crate) async fn me(mall: &Mall, session: &str) -> Answer {
    mall.get(ME).staff_session(session).send().await
}

/// Changes an account, whichever version there is, as whoever has this session.
pub(crate) async fn change(mall: &Mall, by: &str, id: &str, change: &Value) -> Answer {
    let request = mall.patch(&format!("{ACCOUNTS}/{id}")).staff_session(by);
    request.header("if-match", "*").json(change).send().await
}

/// Gives an account another password.
pub(crate) async fn reset(mall: &Mall, id: &str, password: &str) -> Answer {
    let request = mall.put(&format!("{ACCOUNTS}/{id}/password")).staff();
    request.json(&json!({ "password": password })).send().await
}
