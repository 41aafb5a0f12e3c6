//! The audit log.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Action;

use crate::scene::{ACCOUNTS, PASSWORD, RECORDS, ROLES, change, create, mall, records, signed_in};

#[tokio::test]
async fn every_unsafe_request_of_staff_is_on_record_with_its_end_and_without_its_content() {
    let mall = mall().await;
    let (admin_id, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let id = create(&mall, "li.lei", &["editor"]).await;
    // By the clock, one after the other.
    let tick = || mall.clock().advance(Duration::from_secs(1));
    tick();
    change(&mall, &admin, &id, &json!({ "name": "secret name" }))
        .await
        .expect(200);
    tick();
    change(&mall, &admin, &id, &json!({ "nonsense": 1 }))
        .await
        .expect(400);
    tick();
    let reset = mall
        .put(&format!("{ACCOUNTS}/{id}/password?secret=1"))
        .staff_session(&admin);
    let reset = reset.header("x-forwarded-for", "203.0.113.7");
    reset
        .json(&json!({ "password": "battery staple" }))
        .send()
        .await
        .expect(204);
    mall.get(ACCOUNTS)
        .staff_session(&admin)
        .send()
        .await
        .expect(200);
    let done = records(&mall, &format!("staff_id={admin_id}")).await;
    let short: Vec<_> = done
        .iter()
        .map(|record| {
            (
                record["operation"].as_str().unwrap(),
                record["status"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            ("reset-staff-password", Some(204)),
            ("change-staff", Some(400)),
            ("change-staff", Some(200)),
            ("sign-in-staff", Some(201))
        ]
    );
    let path = format!("{ACCOUNTS}/{id}/password");
    for (member, value) in [
        ("login", "admin"),
        ("method", "PUT"),
        ("path", &path),
        ("request_id", "test-request"),
        ("address", "127.0.0.1"),
        ("forwarded_for", "203.0.113.7, 127.0.0.1"),
        ("at", "2026-11-24T06:00:03Z"),
    ] {
        assert_eq!(done[0][member], value, "{member}");
    }
    let text = json!(done).to_string();
    for secret in ["secret", "battery", PASSWORD, "nonsense"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    // By day they are those of everybody, in pages.
    let all = records(&mall, "day=2026-11-24&limit=100").await;
    assert_eq!(&all[..3], &done[..3]);
    assert_eq!(
        all.iter()
            .filter(|record| record["operation"] == "create-staff")
            .count(),
        2
    );
    assert_eq!(records(&mall, "day=2026-11-23").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_somebody_may_not_do_is_on_record_too_and_what_nobody_sent_is_not() {
    let mall = mall().await;
    let (id, editor) = signed_in(&mall, "li.lei", &["editor"]).await;
    mall.clock().advance(Duration::from_secs(1));
    let put = mall.put(&format!("{ROLES}/editor")).staff_session(&editor);
    put.json(&json!({ "permissions": ["*"] }))
        .send()
        .await
        .expect(403);
    mall.put(&format!("{ROLES}/editor"))
        .json(&json!({}))
        .send()
        .await
        .expect(401);
    let done = records(&mall, &format!("staff_id={id}")).await;
    let ends: Vec<_> = done
        .iter()
        .map(|record| (&record["operation"], &record["status"]))
        .collect();
    let expected = [
        (&json!("put-role"), &json!(403)),
        (&json!("sign-in-staff"), &json!(201)),
    ];
    assert_eq!(ends, expected);
}

#[tokio::test]
async fn a_request_that_died_is_on_record_without_an_end_and_without_a_record_nothing_is_done() {
    let mall = mall().await;
    let (admin_id, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let id = create(&mall, "li.lei", &["editor"]).await;
    mall.clock().advance(Duration::from_secs(1));
    let end = || {
        mall.delete(&format!("{ACCOUNTS}/{id}/sessions"))
            .staff_session(&admin)
    };
    mall.wire()
        .strike("UpdateItem mall-session", 1, Action::DieBefore);
    assert!(end().send_to_the_death().await.is_none());
    let done = records(&mall, &format!("staff_id={admin_id}")).await;
    assert_eq!(done[0]["operation"], "end-staff-sessions");
    assert_eq!((done.len(), done[0].get("status")), (2, None));
    // The first write of a request is its record.
    mall.wire().forget();
    mall.wire()
        .strike("UpdateItem mall-session", 0, Action::FailBefore);
    end().send().await.expect(503);
    let calls = mall.wire().calls().names();
    assert!(
        !calls.iter().any(|call| call.contains("mall-staff")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn the_log_is_read_in_pages_by_one_list_and_by_who_may() {
    let mall = mall().await;
    for n in 0..5 {
        create(&mall, &format!("staff{n}"), &[]).await;
    }
    let first = mall
        .get(&format!("{RECORDS}?day=2026-11-24&limit=3"))
        .staff()
        .send()
        .await
        .expect(200)
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = format!("{RECORDS}?day=2026-11-24&limit=100&cursor={cursor}");
    let second = mall.get(&second).staff().send().await.expect(200).json();
    assert_eq!(
        first["items"].as_array().unwrap().len() + second["items"].as_array().unwrap().len(),
        8
    );
    for query in [
        "",
        "day=2026-13-01",
        "day=today",
        &format!("day=2026-11-25&cursor={cursor}"),
        "day=2026-11-24&staff_id=01KAT4J8M0STAFF00000000002",
    ] {
        mall.get(&format!("{RECORDS}?{query}"))
            .staff()
            .send()
            .await
            .expect(400);
    }
    mall.get(RECORDS)
        .staff_with(&["staff:read", "staff:account:write"])
        .send()
        .await
        .expect(403);
}
