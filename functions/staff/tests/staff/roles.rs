//! Roles.

use serde_json::{Value, json};

use crate::scene::{ROLES, change, mall, put_role, signed_in};

#[tokio::test]
async fn a_role_is_made_once_changed_by_its_version_and_listed() {
    let mall = mall().await;
    let path = format!("{ROLES}/buyer");
    let body = json!({ "description": "进货", "permissions": ["stock:read", "stock:purchase:*"] });
    let made = mall.put(&path).staff().json(&body).send().await.expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    mall.put(&path).staff().json(&body).send().await.expect(428);
    let put = |tag: &'static str| {
        mall.put(&path)
            .staff()
            .header("if-match", tag)
            .json(&body)
            .send()
    };
    put("\"1\"").await.expect(200);
    put("\"1\"").await.expect(412);
    let list = mall
        .get(&format!("{ROLES}?limit=2"))
        .staff()
        .send()
        .await
        .expect(200)
        .json();
    let ids: Vec<&Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| &role["id"])
        .collect();
    assert_eq!(ids, ["administrator", "buyer"]);
    let next = format!(
        "{ROLES}?limit=2&cursor={}",
        list["next_cursor"].as_str().unwrap()
    );
    let rest = mall.get(&next).staff().send().await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 2);
    let forged = mall
        .get(&format!("{ROLES}?cursor=abc.def"))
        .staff()
        .send()
        .await
        .expect(400);
    assert_eq!(forged.pointers(), ["?cursor"]);
}

#[tokio::test]
async fn a_permission_that_the_mall_does_not_have_is_refused_with_its_place() {
    let mall = mall().await;
    for (permissions, pointer) in [
        (json!(["catalog:read", "catalog:moon"]), "/permissions/1"),
        (json!(["moon:*"]), "/permissions/0"),
        (json!(["catalog:read", "Catalog"]), "/permissions/1"),
        (json!(["cat*"]), "/permissions/0"),
    ] {
        let body = json!({ "permissions": permissions });
        let refused = mall
            .put(&format!("{ROLES}/x"))
            .staff()
            .json(&body)
            .send()
            .await
            .expect(400);
        assert_eq!(refused.pointers(), [pointer], "{permissions}");
    }
}

#[tokio::test]
async fn nobody_puts_into_a_role_or_changes_in_one_what_they_lack() {
    let mall = mall().await;
    let (_, manager) = signed_in(&mall, "manager", &["manager"]).await;
    let put = |id: &'static str, permissions: Value| {
        let request = mall.put(&format!("{ROLES}/{id}")).staff_session(&manager);
        let body = json!({ "permissions": permissions });
        async move { request.header("if-match", "*").json(&body).send().await }
    };
    put_role(&mall, "buyer", &["stock:*"]).await.expect(201);
    for (id, permissions) in [
        ("manager", json!(["*"])),
        ("manager", json!(["staff:*", "catalog:*", "stock:read"])),
        ("buyer", json!([])),
        ("administrator", json!(["catalog:read"])),
    ] {
        assert_eq!(
            put(id, permissions).await.expect(403).problem_code(),
            "18003"
        );
    }
    put("editor", json!(["catalog:read"])).await.expect(200);
    let remove = mall
        .delete(&format!("{ROLES}/buyer"))
        .staff_session(&manager);
    remove.send().await.expect(403);
}

#[tokio::test]
async fn a_role_that_somebody_has_is_not_removed_and_neither_gains_nor_loses_everything() {
    let mall = mall().await;
    let (id, _) = signed_in(&mall, "li.lei", &["editor"]).await;
    let (_, admin) = signed_in(&mall, "admin", &["administrator"]).await;
    let remove = || mall.delete(&format!("{ROLES}/editor")).staff().send();
    assert_eq!(remove().await.expect(409).problem_code(), "18007");
    assert_eq!(
        put_role(&mall, "editor", &["*"])
            .await
            .expect(409)
            .problem_code(),
        "18007"
    );
    put_role(&mall, "administrator", &["catalog:*"])
        .await
        .expect(409);
    // A disabled account has its roles, too.
    change(&mall, &admin, &id, &json!({ "active": false }))
        .await
        .expect(200);
    remove().await.expect(409);
    change(&mall, &admin, &id, &json!({ "roles": [] }))
        .await
        .expect(200);
    put_role(&mall, "editor", &["*"]).await.expect(200);
    remove().await.expect(204);
    remove().await.expect(404);
}

#[tokio::test]
async fn every_permission_is_listed_with_what_it_is_for_and_a_role_can_have_all_of_them() {
    let mall = mall().await;
    let list = mall.get("/api/staff/admin/permissions");
    let list = list.staff_with(&["staff:read"]).send().await.expect(200);
    let items = list.json()["items"].as_array().unwrap().clone();
    let names: Vec<&str> = items
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    let known: Vec<&str> = staff::PERMISSIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known);
    for item in &items {
        assert_ne!(item["description"], "", "{item}");
    }
    put_role(&mall, "each", &names).await.expect(201);
}
