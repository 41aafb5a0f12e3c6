//! Accounts, and who may decide about them.

use serde_json::{Value, json};
use testkit::Mall;

use crate::scene::{ACCOUNTS, PASSWORD, change, create, mall, sign_in, signed_in};

#[tokio::test]
async fn an_account_is_made_shown_listed_and_changed() {
    let mall = mall().await;
    let account = json!({ "login": "Han.Meimei", "name": "韩梅梅", "password": PASSWORD, "roles": ["editor", "editor"] });
    let made = mall
        .post(ACCOUNTS)
        .staff()
        .json(&account)
        .send()
        .await
        .expect(201);
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(made.header("etag"), Some("\"1\""));
    assert_eq!(made.json()["version"], 1);
    let shown = mall.get(&path).staff().send().await.expect(200);
    assert_eq!(shown.json(), made.json());
    assert_eq!(
        (&shown.json()["login"], &shown.json()["roles"]),
        (&json!("han.meimei"), &json!(["editor"]))
    );
    assert!(!shown.body.contains("password") && !shown.body.contains("argon2"));
    let changed = mall
        .patch(&path)
        .staff()
        .header("if-match", "\"1\"")
        .json(&json!({ "name": "梅梅" }));
    let changed = changed.send().await.expect(200);
    assert_eq!(
        (changed.header("etag"), &changed.json()["name"]),
        (Some("\"2\""), &json!("梅梅"))
    );
    let list = mall.get(ACCOUNTS).staff().send().await.expect(200).json();
    assert_eq!(list["items"], json!([changed.json()]));
    sign_in(&mall, "han.meimei", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn two_who_change_one_account_do_not_overwrite_each_other() {
    let mall = mall().await;
    let id = create(&mall, "li.lei", &[]).await;
    let path = format!("{ACCOUNTS}/{id}");
    let patch = |tag: Option<&str>| {
        let request = mall.patch(&path).staff();
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        async move { request.json(&json!({ "name": "雷" })).send().await.status }
    };
    assert_eq!(patch(None).await, 428);
    assert_eq!(patch(Some("\"1\"")).await, 200);
    assert_eq!(patch(Some("\"1\"")).await, 412);
}

#[tokio::test]
async fn a_login_name_is_one_account_s_in_any_spelling() {
    let mall = mall().await;
    create(&mall, "li.lei", &[]).await;
    let again = json!({ "login": "LI.LEI", "name": "李", "password": PASSWORD });
    let refused = mall
        .post(ACCOUNTS)
        .staff()
        .json(&again)
        .send()
        .await
        .expect(409);
    assert_eq!(refused.problem_code(), "18004");
    let unknown =
        json!({ "login": "other", "name": "李", "password": PASSWORD, "roles": ["moon"] });
    let refused = mall
        .post(ACCOUNTS)
        .staff()
        .json(&unknown)
        .send()
        .await
        .expect(400);
    assert_eq!(refused.pointers(), ["/roles"]);
}

async fn refused(mall: &Mall, by: &str, id: &str, input: Value) {
    let answer = change(mall, by, id, &input).await.expect(403);
    assert_eq!(answer.problem_code(), "18003", "{input}");
}

#[tokio::test]
async fn nobody_gives_themselves_or_others_more_than_they_have() {
    let mall = mall().await;
    let (own_id, manager) = signed_in(&mall, "manager", &["manager"]).await;
    let (admin_id, _) = signed_in(&mall, "admin", &["administrator"]).await;
    let editor_id = create(&mall, "editor", &["editor"]).await;
    // To themselves, to others, to new ones.
    refused(
        &mall,
        &manager,
        &own_id,
        json!({ "roles": ["manager", "administrator"] }),
    )
    .await;
    refused(
        &mall,
        &manager,
        &editor_id,
        json!({ "roles": ["administrator"] }),
    )
    .await;
    let new =
        json!({ "login": "puppet", "name": "p", "password": PASSWORD, "roles": ["administrator"] });
    let request = mall.post(ACCOUNTS).staff_session(&manager).json(&new);
    assert_eq!(request.send().await.expect(403).problem_code(), "18003");
    sign_in(&mall, "puppet", PASSWORD).await.expect(401);
    // Whoever has more is out of reach: name, roles, state, password, sessions.
    for input in [
        json!({ "name": "x" }),
        json!({ "roles": [] }),
        json!({ "active": false }),
    ] {
        refused(&mall, &manager, &admin_id, input).await;
    }
    let path = format!("{ACCOUNTS}/{admin_id}");
    let reset = mall
        .put(&format!("{path}/password"))
        .staff_session(&manager);
    reset
        .json(&json!({ "password": "battery staple" }))
        .send()
        .await
        .expect(403);
    let end = mall
        .delete(&format!("{path}/sessions"))
        .staff_session(&manager);
    end.send().await.expect(403);
    sign_in(&mall, "admin", PASSWORD).await.expect(201);
    // What they have they may give and take.
    change(
        &mall,
        &manager,
        &editor_id,
        &json!({ "roles": ["manager"] }),
    )
    .await
    .expect(200);
    change(&mall, &manager, &editor_id, &json!({ "active": false }))
        .await
        .expect(200);
}

#[tokio::test]
async fn nobody_disables_themselves_and_the_last_administrator_stays() {
    let mall = mall().await;
    let (id, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let own = change(&mall, &admin, &id, &json!({ "active": false }))
        .await
        .expect(409);
    assert_eq!(own.problem_code(), "18005");
    let last = change(&mall, &admin, &id, &json!({ "roles": ["manager"] }))
        .await
        .expect(409);
    assert_eq!(last.problem_code(), "18006");
    let (second, _) = signed_in(&mall, "second", &["administrator"]).await;
    change(&mall, &admin, &second, &json!({ "active": false }))
        .await
        .expect(200);
    change(&mall, &admin, &id, &json!({ "roles": [] }))
        .await
        .expect(409);
    change(&mall, &admin, &second, &json!({ "active": true }))
        .await
        .expect(200);
    change(&mall, &admin, &id, &json!({ "roles": [] }))
        .await
        .expect(200);
}

#[tokio::test]
async fn accounts_are_found_by_a_part_of_their_login_or_name_page_by_page() {
    let mall = mall().await;
    for (login, name) in [
        ("li.lei", "李雷"),
        ("han.meimei", "韩梅梅"),
        ("lei.jun", "Jun LEI"),
        ("jim", "李明"),
    ] {
        let account = json!({ "login": login, "name": name, "password": PASSWORD });
        let request = mall.post(ACCOUNTS).staff().json(&account);
        request.send().await.expect(201);
    }
    let page = |query: String| {
        let request = mall.get(&format!("{ACCOUNTS}?{query}")).staff();
        async move { request.send().await.expect(200).json() }
    };
    let logins = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        let login = |item: &Value| item["login"].as_str().unwrap().to_owned();
        items.iter().map(login).collect()
    };
    for (key, wanted) in [
        ("LEI", &["lei.jun", "li.lei"][..]),
        ("%E6%9D%8E", &["jim", "li.lei"]),
        ("meimei", &["han.meimei"]),
        ("nobody", &[]),
    ] {
        let mut found = logins(&page(format!("key={key}")).await);
        found.sort();
        assert_eq!(found, wanted, "{key}");
    }
    let first = page("key=lei&limit=1".to_owned()).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = page(format!("key=lei&cursor={cursor}")).await;
    let mut found = [logins(&first), logins(&rest)].concat();
    found.sort();
    assert_eq!(found, ["lei.jun", "li.lei"]);
}
