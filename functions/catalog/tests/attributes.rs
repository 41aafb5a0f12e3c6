//! Attributes and their groups.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use testkit::{Answer, Mall};

const FORM: &str = "/api/catalog/admin/categories/3";

async fn mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for (id, parent) in [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(2))] {
        let body = json!({ "parent_id": parent, "name": format!("类{id}") });
        mall.put(&format!("/api/catalog/admin/categories/{id}"))
            .staff()
            .json(&body)
            .send()
            .await
            .expect(201);
    }
    mall
}

async fn put(mall: &Mall, path: &str, body: Value) -> Answer {
    mall.put(path).staff().json(&body).send().await
}

async fn post(mall: &Mall, path: &str, body: Value) -> Answer {
    mall.post(path).staff().json(&body).send().await
}

async fn get(mall: &Mall, path: &str) -> Value {
    mall.get(path).staff().send().await.expect(200).json()
}

/// Two groups, 屏幕 before 主体, and five attributes of category 3; one of category 4.
async fn fill(mall: &Mall) {
    for (id, sort) in [("主体", 2), ("屏幕", 1)] {
        put(
            mall,
            &format!("{FORM}/attribute-groups/{id}"),
            json!({ "name": id, "sort": sort }),
        )
        .await
        .expect(201);
    }
    for (id, usage, group, position) in [
        ("系统", "spec", Some("主体"), 2),
        ("机型", "spec", Some("主体"), 1),
        ("尺寸", "both", Some("屏幕"), 0),
        ("颜色", "sale", None, 0),
        ("产地", "spec", None, 0),
    ] {
        let body = json!({ "name": id, "use": usage, "group_id": group, "position": position, "values": ["甲", "乙"] });
        put(mall, &format!("{FORM}/attributes/{id}"), body)
            .await
            .expect(201);
    }
    let other = "/api/catalog/admin/categories/4/attributes/产地";
    put(mall, other, json!({ "name": "产地", "use": "spec" }))
        .await
        .expect(201);
}

fn names<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    let items = list[key].as_array().unwrap().iter();
    items
        .map(|item| item["name"].as_str().unwrap_or("-"))
        .collect()
}

#[tokio::test]
async fn the_publish_form_shows_groups_and_attributes_in_their_order_with_one_query() {
    let mall = mall().await;
    fill(&mall).await;
    mall.wire().forget();
    let form = get(&mall, &format!("{FORM}/publish-form")).await;
    let names_of_calls = mall.wire().calls().names();
    assert_eq!(
        names_of_calls
            .iter()
            .filter(|name| name.starts_with("Query"))
            .count(),
        1
    );
    assert_eq!(names(&form, "groups"), ["屏幕", "主体", "-"]);
    let groups = form["groups"].as_array().unwrap();
    assert_eq!(names(&groups[1], "attributes"), ["机型", "系统"]);
    assert_eq!(names(&groups[2], "attributes"), ["产地"]);
    assert_eq!(names(&form, "sale_attributes"), ["尺寸", "颜色"]);
    assert_eq!(groups[0]["attributes"][0]["values"], json!(["甲", "乙"]));
}

#[tokio::test]
async fn what_is_disabled_or_removed_leaves_the_form_and_comes_back_when_it_is_put_again() {
    let mall = mall().await;
    fill(&mall).await;
    let path = format!("{FORM}/attributes/产地");
    put(
        &mall,
        &path,
        json!({ "name": "产地", "use": "spec", "enabled": false }),
    )
    .await
    .expect(200);
    let groups = async || {
        get(&mall, &format!("{FORM}/publish-form")).await["groups"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(groups().await, 2);
    assert_eq!(get(&mall, &path).await["enabled"], false);
    for _ in 0..2 {
        mall.delete(&path).staff().send().await.expect(204);
    }
    mall.get(&path).staff().send().await.expect(404);
    let list = get(&mall, "/api/catalog/admin/attributes?category_id=3").await;
    assert!(!names(&list, "items").contains(&"产地"), "{list}");
    put(&mall, &path, json!({ "name": "产地", "use": "spec" }))
        .await
        .expect(201);
    assert_eq!(groups().await, 3);
    mall.delete(&format!("{FORM}/attributes/never"))
        .staff()
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn attributes_are_listed_by_category_use_and_name_or_over_all_categories() {
    let mall = mall().await;
    fill(&mall).await;
    for (query, expected) in [
        (
            "category_id=3",
            vec!["产地", "尺寸", "机型", "系统", "颜色"],
        ),
        ("category_id=3&use=sale", vec!["尺寸", "颜色"]),
        ("category_id=3&use=both", vec!["尺寸"]),
        ("key=%E5%9C%B0", vec!["产地", "产地"]),
        (
            "use=spec&limit=100",
            vec!["产地", "尺寸", "机型", "系统", "产地"],
        ),
        ("category_id=3&ungrouped=true", vec!["产地"]),
    ] {
        let list = get(&mall, &format!("/api/catalog/admin/attributes?{query}")).await;
        assert_eq!(names(&list, "items"), expected, "{query}");
    }
    let row = &get(
        &mall,
        "/api/catalog/admin/attributes?key=%E7%B3%BB%E7%BB%9F",
    )
    .await["items"][0];
    assert_eq!(
        (
            &row["category_name"],
            &row["group_name"],
            &row["category_path"]
        ),
        (&json!("类3"), &json!("主体"), &json!([1, 2, 3]))
    );
    mall.get("/api/catalog/admin/attributes?ungrouped=true")
        .staff()
        .send()
        .await
        .expect(400);
    for (category, found) in [("", 1), ("&category_id=3", 1), ("&category_id=99", 0)] {
        let path = format!("/api/catalog/admin/attribute-groups?key=%E5%B1%8F{category}");
        let groups = get(&mall, &path).await;
        assert_eq!(names(&groups, "items"), ["屏幕"][..found], "{category}");
    }
}

#[tokio::test]
async fn attributes_go_into_groups_and_out_of_them_all_or_none() {
    let mall = mall().await;
    fill(&mall).await;
    let attach = format!("{FORM}/attribute-attachments");
    let item = |attribute: &str, group: &str| json!({ "attribute_id": attribute, "group_id": group, "position": 5 });
    for (items, pointer) in [
        (
            json!([item("产地", "屏幕"), item("颜色", "屏幕")]),
            "/items/1/group_id",
        ),
        (
            json!([item("产地", "屏幕"), item("机型", "别处")]),
            "/items/1/group_id",
        ),
        (
            json!([item("产地", "屏幕"), item("没有", "屏幕")]),
            "/items/1/attribute_id",
        ),
        (
            json!([item("产地", "屏幕"), item("产地", "主体")]),
            "/items",
        ),
        (json!([]), "/items"),
    ] {
        let refused = post(&mall, &attach, json!({ "items": items }))
            .await
            .expect(400);
        assert_eq!(refused.pointers(), [pointer], "{items}");
    }
    let ungrouped = async || {
        let list = get(
            &mall,
            "/api/catalog/admin/attributes?category_id=3&ungrouped=true",
        )
        .await;
        names(&list, "items")
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(ungrouped().await, ["产地"]);
    post(
        &mall,
        &attach,
        json!({ "items": [item("产地", "屏幕"), item("系统", "屏幕")] }),
    )
    .await
    .expect(204);
    let form = get(&mall, &format!("{FORM}/publish-form")).await;
    assert_eq!(
        names(&form["groups"][0], "attributes"),
        ["尺寸", "产地", "系统"]
    );
    let detach = format!("{FORM}/attribute-detachments");
    post(&mall, &detach, json!({ "attribute_ids": ["产地", "尺寸"] }))
        .await
        .expect(204);
    assert_eq!(ungrouped().await, ["产地", "尺寸"]);
    // A group that goes leaves its attributes in none.
    mall.delete(&format!("{FORM}/attribute-groups/主体"))
        .staff()
        .send()
        .await
        .expect(204);
    mall.delete(&format!("{FORM}/attribute-groups/主体"))
        .staff()
        .send()
        .await
        .expect(404);
    assert_eq!(ungrouped().await, ["产地", "尺寸", "机型"]);
}

#[tokio::test]
async fn what_is_no_attribute_is_refused_with_the_place() {
    let mall = mall().await;
    fill(&mall).await;
    let path = format!("{FORM}/attributes/x");
    for (body, pointer) in [
        (json!({ "name": "x", "use": "other" }), "/use"),
        (json!({ "name": "x".repeat(31), "use": "spec" }), "/name"),
        (json!({ "name": "y", "use": "spec" }), "/name"),
        (
            json!({ "name": "x", "use": "spec", "values": ["1", "1"] }),
            "/values",
        ),
        (
            json!({ "name": "x", "use": "spec", "values": vec!["1"; 101] }),
            "/values",
        ),
        (
            json!({ "name": "x", "use": "sale", "group_id": "主体" }),
            "/group_id",
        ),
        (
            json!({ "name": "x", "use": "spec", "group_id": "别处" }),
            "/group_id",
        ),
        (
            json!({ "name": "x", "use": "spec", "icon": "data:x" }),
            "/icon",
        ),
    ] {
        let refused = put(&mall, &path, body.clone()).await.expect(400);
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    // The name of another is taken, whatever the id.
    let taken = put(
        &mall,
        &format!("{FORM}/attributes/机型"),
        json!({ "name": "系统", "use": "spec" }),
    )
    .await;
    assert_eq!(taken.expect(400).pointers(), ["/name"]);
    let level_two = "/api/catalog/admin/categories/2/attributes/x";
    put(&mall, level_two, json!({ "name": "x", "use": "spec" }))
        .await
        .expect(404);
    let group = format!("{FORM}/attribute-groups/x");
    put(&mall, &group, json!({ "name": "x".repeat(21) }))
        .await
        .expect(400);
}

#[tokio::test]
async fn two_editors_of_an_attribute_never_overwrite_each_other_unseen() {
    let mall = mall().await;
    fill(&mall).await;
    let path = format!("{FORM}/attributes/系统");
    let edit = |tag: &'static str, searchable: bool| {
        mall.put(&path)
            .staff()
            .header("if-match", tag)
            .json(&json!({ "name": "系统", "use": "spec", "searchable": searchable }))
            .send()
    };
    assert_eq!(
        edit("\"1\"", true).await.expect(200).header("etag"),
        Some("\"2\"")
    );
    assert_eq!(
        edit("\"1\"", false).await.expect(412).problem_code(),
        "10011"
    );
    assert_eq!(get(&mall, &path).await["searchable"], true);
}
