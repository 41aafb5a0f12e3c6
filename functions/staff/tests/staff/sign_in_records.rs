//! Sign-ins in the audit log: who, when, from where, and whether they came in.

use std::time::Duration;

use dynamo::Query;
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::{Action, Answer, Mall};

use crate::scene::{
    COOKIE, PASSWORD, RECORDS, SESSIONS, change, create, mall, me, records, sign_in, signed_in,
};

const WRONG: &str = "wrong horse";
const TODAY: &str = "day=2026-11-24&limit=100";

/// The login and the status of each try to sign in, the newest first.
fn tries(records: &[Value]) -> Vec<(&str, Option<u64>)> {
    let sign_ins = records
        .iter()
        .filter(|record| record["operation"] == "sign-in-staff");
    sign_ins
        .map(|record| (record["login"].as_str().unwrap(), record["status"].as_u64()))
        .collect()
}

/// Tries that were made in the name of nobody.
#[derive(Debug, Deserialize)]
struct NobodyRow {
    count: u64,
    address: String,
    status: u16,
}

async fn nobody(mall: &Mall) -> Vec<NobodyRow> {
    let table = mall.boot("list-audit-records").table("SESSION_TABLE");
    let today = Query::partition("NOBODY#2026-11-24").strong();
    today.all(&table.unwrap()).await.unwrap()
}

#[tokio::test]
async fn every_sign_in_and_every_refused_one_is_on_record_with_its_address_and_without_the_password()
 {
    let mall = mall().await;
    let id = create(&mall, "li.lei", &["editor"]).await;
    let (_, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let next = || mall.clock().advance(Duration::from_secs(1));
    let attempt = |password: &str| json!({ "login": "Li.Lei", "password": password });
    next();
    let wrong = mall.post(SESSIONS).json(&attempt(WRONG));
    let _ = wrong.send().await.expect(401);
    next();
    let right = mall.post(SESSIONS).json(&attempt(PASSWORD));
    let right = right.header("x-forwarded-for", "203.0.113.7");
    let session = right.send().await.expect(201).cookie(COOKIE).unwrap();
    next();
    let disable = json!({ "active": false });
    let _ = change(&mall, &admin, &id, &disable).await.expect(200);
    let _ = sign_in(&mall, "li.lei", PASSWORD).await.expect(401);
    let own = records(&mall, &format!("staff_id={id}")).await;
    assert_eq!(
        tries(&own),
        [
            ("li.lei", Some(401)),
            ("li.lei", Some(201)),
            ("li.lei", Some(401))
        ]
    );
    for (member, value) in [
        ("staff_id", id.as_str()),
        ("method", "POST"),
        ("path", SESSIONS),
        ("request_id", "test-request"),
        ("address", "127.0.0.1"),
        ("forwarded_for", "203.0.113.7, 127.0.0.1"),
        ("at", "2026-11-24T06:00:02Z"),
    ] {
        assert_eq!(own[1][member], value, "{member}");
    }
    let all = records(&mall, TODAY).await;
    assert_eq!(tries(&all).len(), 4);
    let text = json!(all).to_string();
    for secret in [PASSWORD, WRONG, &session] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn a_flood_of_wrong_tries_leaves_as_many_records_as_tries_that_count() {
    let mall = mall().await;
    create(&mall, "li.lei", &[]).await;
    for number in 0..50 {
        let status = if number < 5 { 401 } else { 429 };
        let _ = sign_in(&mall, "li.lei", WRONG).await.expect(status);
    }
    let five = vec![("li.lei", Some(401)); 5];
    assert_eq!(tries(&records(&mall, TODAY).await), five);
    mall.clock().advance(Duration::from_secs(30));
    let _ = sign_in(&mall, "li.lei", WRONG).await.expect(401);
    let _ = sign_in(&mall, "li.lei", WRONG).await.expect(429);
    assert_eq!(tries(&records(&mall, TODAY).await).len(), 6);
}

#[tokio::test]
async fn tries_of_logins_that_nobody_has_are_counted_in_one_item_a_day_without_their_names() {
    let mall = mall().await;
    let before = records(&mall, TODAY).await.len();
    for number in 0..20 {
        let login = format!("nobody{number}");
        let _ = sign_in(&mall, &login, WRONG).await.expect(401);
    }
    assert_eq!(records(&mall, TODAY).await.len(), before);
    let counted = nobody(&mall).await;
    assert_eq!(counted.len(), 1, "{counted:?}");
    let NobodyRow {
        count,
        address,
        status,
    } = &counted[0];
    assert_eq!((*count, address.as_str(), *status), (20, "127.0.0.1", 401));
}

#[tokio::test]
async fn a_wrong_password_and_a_login_of_nobody_cost_the_same_calls_in_the_same_order() {
    let mall = mall().await;
    create(&mall, "li.lei", &[]).await;
    let calls = async |login: &str| {
        mall.wire().forget();
        let _ = sign_in(&mall, login, WRONG).await.expect(401);
        let calls = mall.wire().calls();
        let mut names = calls.names();
        // The first two go at once.
        names[..2].sort();
        (names, calls.stages())
    };
    let known = calls("li.lei").await;
    assert_eq!(known, calls("nobody").await);
    assert_eq!(known.0[2..], ["UpdateItem mall-session"; 2]);
}

/// Signs in while a call breaks; afterwards nothing does.
async fn broken(mall: &Mall, name: &str, nth: usize, action: &Action) -> Option<Answer> {
    let attempt = json!({ "login": "li.lei", "password": PASSWORD });
    mall.wire().strike(name, nth, action.clone());
    let request = mall.post(SESSIONS).json(&attempt);
    let answer = request.send_to_the_death().await;
    mall.wire().heal();
    answer
}

#[tokio::test]
async fn no_password_is_tried_that_is_not_on_record_and_nobody_comes_in_unseen() {
    let clean = mall().await;
    create(&clean, "li.lei", &["editor"]).await;
    clean.wire().forget();
    let _ = sign_in(&clean, "li.lei", PASSWORD).await.expect(201);
    let strikes = clean.wire().strikes();
    assert_eq!(strikes.len(), 7, "{strikes:?}");
    for (name, nth) in strikes {
        for action in [
            Action::FailBefore,
            Action::FailAfter,
            Action::DieBefore,
            Action::DieAfter,
        ] {
            let mall = mall().await;
            create(&mall, "li.lei", &["editor"]).await;
            let answer = broken(&mall, &name, nth, &action).await;
            let what = format!("{name} {nth} {action:?}");
            let seen = records(&mall, TODAY).await;
            let seen = tries(&seen);
            let session = answer.and_then(|answer| answer.cookie(COOKIE));
            if let Some(session) = session {
                let _ = me(&mall, &session).await.expect(200);
                assert_eq!(seen.len(), 1, "{what}");
                assert!(seen[0].1.is_none_or(|status| status == 201), "{what}");
            } else {
                assert!(
                    seen.iter().all(|(_, status)| *status != Some(401)),
                    "{what}"
                );
            }
            // A session that was written belongs to a try that is on record, whoever was told of it.
            let opened = mall.wire().calls().names();
            let opened = opened.iter().any(|name| name == "PutItem mall-session");
            assert!(!opened || seen.len() == 1, "{what}");
        }
    }
}

#[tokio::test]
async fn only_who_may_see_the_audit_log_sees_sign_ins() {
    let mall = mall().await;
    let (id, _) = signed_in(&mall, "li.lei", &["editor"]).await;
    let own = mall.get(&format!("{RECORDS}?staff_id={id}"));
    let _ = own.staff_with(&["staff:read"]).send().await.expect(403);
}
