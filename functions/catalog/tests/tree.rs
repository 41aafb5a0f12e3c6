//! Moving, ordering and removing categories.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Action, Answer, Call, Mall};
use tokio::sync::Barrier;

/// Two trees: 1 with 11 (111, 112) and 12 (121), and 2 with 21 (no child). The numbers of the siblings are 0, 1, ….
async fn mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for (id, parent, sort) in [
        (1, None, 0),
        (2, None, 1),
        (11, Some(1), 0),
        (12, Some(1), 1),
        (21, Some(2), 0),
        (111, Some(11), 0),
        (112, Some(11), 1),
        (121, Some(12), 0),
    ] {
        put(&mall, id, parent, sort).await.expect(201);
    }
    mall
}

async fn put(mall: &Mall, id: u32, parent: Option<u32>, sort: i32) -> Answer {
    let body = json!({ "parent_id": parent, "name": format!("类{id}"), "sort": sort });
    mall.put(&format!("/api/catalog/admin/categories/{id}"))
        .staff()
        .json(&body)
        .send()
        .await
}

fn place(id: u32, parent: Option<u32>, sort: i32) -> Value {
    json!({ "category_id": id, "parent_id": parent, "sort": sort })
}

async fn drag(mall: &Mall, items: &[Value]) -> Answer {
    mall.post("/api/catalog/admin/category-moves")
        .staff()
        .json(&json!({ "items": items }))
        .send()
        .await
}

async fn remove(mall: &Mall, ids: &[u32]) -> Answer {
    mall.post("/api/catalog/admin/category-removals")
        .staff()
        .json(&json!({ "category_ids": ids }))
        .send()
        .await
}

/// The tree as `1(11(111,112),12(121)),2(21)`, from the public door.
async fn tree(mall: &Mall) -> String {
    fn text(nodes: &Value) -> String {
        let nodes = nodes.as_array().into_iter().flatten();
        let node = |node: &Value| match &node["children"] {
            Value::Null => node["category_id"].to_string(),
            children => format!("{}({})", node["category_id"], text(children)),
        };
        nodes.map(node).collect::<Vec<_>>().join(",")
    }
    mall.let_what_is_kept_go_stale();
    let answer = mall.get("/api/catalog/categories").send().await.expect(200);
    text(&answer.json()["items"])
}

async fn category(mall: &Mall, id: u32) -> Value {
    mall.get(&format!("/api/catalog/admin/categories/{id}"))
        .staff()
        .send()
        .await
        .expect(200)
        .json()
}

#[tokio::test]
async fn a_dragged_category_takes_its_place_and_what_is_below_it_follows() {
    let mall = mall().await;
    let moved = drag(&mall, &[place(11, Some(2), 0)]).await.expect(200);
    assert_eq!(tree(&mall).await, "1(12(121)),2(11(111,112),21)");
    let below = category(&mall, 112).await;
    assert_eq!(
        (&below["path"], &below["level"]),
        (&json!([2, 11, 112]), &json!(3))
    );
    assert_eq!(category(&mall, 21).await["sort"], 1);
    // Those that changed: itself, the two below it, and the sibling that made room.
    assert_eq!(moved.json()["items"].as_array().unwrap().len(), 4);
    // To the first level, between the others, with its children; and one back below another.
    drag(&mall, &[place(11, None, 1), place(112, Some(12), 7)])
        .await
        .expect(200);
    assert_eq!(tree(&mall).await, "1(12(121,112)),11(111),2(21)");
    assert_eq!(category(&mall, 111).await["level"], 2);
    assert_eq!(category(&mall, 112).await["sort"], 1);
}

#[tokio::test]
async fn siblings_are_numbered_anew_and_a_drag_that_changes_nothing_writes_nothing() {
    let mall = mall().await;
    drag(&mall, &[place(112, Some(11), 0)]).await.expect(200);
    assert_eq!(tree(&mall).await, "1(11(112,111),12(121)),2(21)");
    assert_eq!(
        (
            &category(&mall, 112).await["sort"],
            &category(&mall, 111).await["sort"]
        ),
        (&json!(0), &json!(1))
    );
    let again = drag(&mall, &[place(112, Some(11), 0)]).await.expect(200);
    assert_eq!(again.json(), json!({ "items": [] }));
}

#[tokio::test]
async fn what_would_be_no_tree_of_three_levels_is_refused_and_nothing_moves() {
    let mall = mall().await;
    let before = tree(&mall).await;
    for (items, pointer) in [
        (vec![place(1, Some(11), 0)], "/items/0/parent_id"),
        (vec![place(1, Some(1), 0)], "/items/0/parent_id"),
        (
            vec![place(11, Some(12), 0), place(12, Some(11), 0)],
            "/items/0/parent_id",
        ),
        (
            vec![place(112, Some(11), 0), place(11, Some(21), 0)],
            "/items/1/parent_id",
        ),
        (vec![place(1, Some(2), 0)], "/items/0/parent_id"),
        (vec![place(21, Some(9), 0)], "/items/0/parent_id"),
        (vec![place(9, Some(2), 0)], "/items/0/category_id"),
        (
            vec![place(21, Some(1), 0), place(21, None, 0)],
            "/items/1/category_id",
        ),
        (vec![], "/items"),
    ] {
        let refused = drag(&mall, &items).await.expect(400);
        assert_eq!(refused.pointers(), [pointer], "{items:?}");
    }
    assert_eq!(tree(&mall).await, before);
}

#[tokio::test]
async fn a_move_larger_than_a_transaction_is_refused_with_the_reason() {
    let mall = Mall::start(&[catalog::service]).await;
    put(&mall, 1, None, 0).await.expect(201);
    put(&mall, 2, None, 1).await.expect(201);
    for id in 1000..1100 {
        put(&mall, id, Some(2), 0).await.expect(201);
    }
    let refused = drag(&mall, &[place(2, Some(1), 0)]).await.expect(409);
    assert_eq!(refused.problem_code(), "11012");
    assert!(refused.body.contains("102 categories"), "{}", refused.body);
    remove(&mall, &[1000, 1001]).await.expect(204);
    drag(&mall, &[place(2, Some(1), 0)]).await.expect(200);
    assert_eq!(category(&mall, 1099).await["path"], json!([1, 2, 1099]));
}

#[tokio::test]
async fn of_two_drags_at_once_the_second_does_not_overwrite_the_first() {
    let mall = mall().await;
    // Both have read the tree before either writes.
    let both = Arc::new(Barrier::new(2));
    mall.wire().on(move |call| match &*call.operation {
        "TransactWriteItems" => Action::Wait(both.clone()),
        _ => Action::Pass,
    });
    let (first, second) = ([place(11, Some(2), 0)], [place(21, Some(1), 0)]);
    let answers = join_all([drag(&mall, &first), drag(&mall, &second)]).await;
    mall.wire().heal();
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{answers:?}");
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(refused.problem_code(), "11014");
}

/// A transaction that is held back.
struct Held {
    which: fn(&str) -> bool,
    barrier: Arc<Barrier>,
}

/// Holds back the transaction from now on for which `which` holds.
fn hold(mall: &Mall, which: fn(&str) -> bool) -> Held {
    let barrier = Arc::new(Barrier::new(2));
    let held = barrier.clone();
    mall.wire().forget();
    mall.wire().on(move |call| {
        if call.operation == "TransactWriteItems" && which(&call.request.to_string()) {
            Action::Wait(held.clone())
        } else {
            Action::Pass
        }
    });
    Held { which, barrier }
}

impl Held {
    /// Does something once the transaction has come and is held, then lets it go.
    async fn meanwhile(&self, mall: &Mall, something: impl Future<Output = Answer>) -> Answer {
        let came = |call: &Call| {
            call.operation == "TransactWriteItems" && (self.which)(&call.request.to_string())
        };
        while !mall.wire().calls().0.iter().any(came) {
            tokio::task::yield_now().await;
        }
        let answer = something.await;
        self.barrier.wait().await;
        answer
    }
}

#[tokio::test]
async fn a_drag_that_has_not_seen_a_new_child_does_not_happen() {
    let mall = mall().await;
    let held = hold(&mall, |request| request.contains("#former_paths"));
    let items = [place(11, Some(2), 0)];
    let child = held.meanwhile(&mall, put(&mall, 113, Some(11), 5));
    let (moved, child) = tokio::join!(drag(&mall, &items), child);
    mall.wire().heal();
    child.expect(201);
    assert_eq!(moved.expect(409).problem_code(), "11014");
    assert_eq!(category(&mall, 113).await["path"], json!([1, 11, 113]));
}

#[tokio::test]
async fn a_child_that_has_not_seen_its_parent_move_does_not_come() {
    let mall = mall().await;
    let held = hold(&mall, |request| request.contains("\"Put\""));
    let items = [place(11, Some(2), 0)];
    let drag = held.meanwhile(&mall, drag(&mall, &items));
    let (moved, child) = tokio::join!(drag, put(&mall, 113, Some(11), 5));
    mall.wire().heal();
    moved.expect(200);
    assert_eq!(child.expect(503).problem_code(), "10004");
    put(&mall, 113, Some(11), 5).await.expect(201);
    assert_eq!(category(&mall, 113).await["path"], json!([2, 11, 113]));
}

#[tokio::test]
async fn a_category_is_not_removed_from_above_a_child_that_just_came() {
    let mall = mall().await;
    let held = hold(&mall, |request| !request.contains("\"Put\""));
    let child = held.meanwhile(&mall, put(&mall, 211, Some(21), 0));
    let ids = [21];
    let (removed, child) = tokio::join!(remove(&mall, &ids), child);
    mall.wire().heal();
    child.expect(201);
    removed.expect(503);
    assert_eq!(
        remove(&mall, &[21]).await.expect(409).problem_code(),
        "11011"
    );
}

#[tokio::test]
async fn categories_go_for_ever_all_or_none_and_never_from_under_others() {
    let mall = mall().await;
    let refused = remove(&mall, &[12, 11, 111]).await.expect(409);
    assert_eq!(refused.problem_code(), "11011");
    assert_eq!(
        refused.json()["in_use"],
        json!([{ "category_id": 11, "used_by": "categories" }, { "category_id": 12, "used_by": "categories" }])
    );
    assert_eq!(
        remove(&mall, &[121, 9]).await.expect(400).pointers(),
        ["/category_ids/1"]
    );
    assert_eq!(tree(&mall).await, "1(11(111,112),12(121)),2(21)");
    for _ in 0..2 {
        remove(&mall, &[11, 111, 112]).await.expect(204);
    }
    assert_eq!(tree(&mall).await, "1(12(121)),2(21)");
    assert_eq!(
        put(&mall, 111, Some(11), 0)
            .await
            .expect(409)
            .problem_code(),
        "11010"
    );
    assert_eq!(
        put(&mall, 113, Some(11), 0).await.expect(400).pointers(),
        ["/parent_id"]
    );
    assert_eq!(
        drag(&mall, &[place(12, Some(11), 0)])
            .await
            .expect(400)
            .pointers(),
        ["/items/0/parent_id"]
    );
    mall.get("/api/catalog/admin/categories/11")
        .staff()
        .send()
        .await
        .expect(404);
    let list = mall
        .get("/api/catalog/admin/categories")
        .staff()
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_removal_that_dies_at_any_call_removes_all_or_none_and_the_next_one_completes_it() {
    let clean = mall().await;
    clean.wire().forget();
    remove(&clean, &[11, 111, 112]).await.expect(204);
    // What edge reads and writes of staff is its own affair.
    let strikes = clean.wire().strikes().into_iter();
    for (name, nth) in strikes.filter(|(name, _)| name.ends_with("mall-catalog")) {
        for action in [Action::DieBefore, Action::DieAfter] {
            let mall = mall().await;
            mall.wire().strike(&name, nth, action);
            let body = json!({ "category_ids": [11, 111, 112] });
            let request = mall
                .post("/api/catalog/admin/category-removals")
                .staff()
                .json(&body);
            assert!(request.send_to_the_death().await.is_none());
            mall.wire().heal();
            let seen = tree(&mall).await;
            assert!(
                ["1(11(111,112),12(121)),2(21)", "1(12(121)),2(21)"].contains(&&*seen),
                "{name} {nth}: {seen}"
            );
            remove(&mall, &[11, 111, 112]).await.expect(204);
            assert_eq!(tree(&mall).await, "1(12(121)),2(21)");
        }
    }
}

#[tokio::test]
async fn what_a_removal_leaves_closed_when_it_dies_opens_by_itself() {
    let mall = mall().await;
    // Dies before it removes what it has announced.
    mall.wire()
        .strike("TransactWriteItems mall-catalog", 1, Action::DieBefore);
    let request = mall.post("/api/catalog/admin/category-removals").staff();
    assert!(
        request
            .json(&json!({ "category_ids": [21] }))
            .send_to_the_death()
            .await
            .is_none()
    );
    mall.wire().heal();
    assert_eq!(put(&mall, 211, Some(21), 0).await.status, 503);
    mall.clock().advance(std::time::Duration::from_secs(61));
    put(&mall, 211, Some(21), 0).await.expect(201);
}

#[tokio::test]
async fn two_editors_of_a_category_never_overwrite_each_other_unseen() {
    let mall = mall().await;
    let path = "/api/catalog/admin/categories/11";
    let shown = mall.get(path).staff().send().await.expect(200);
    let tag = shown.header("etag").unwrap().to_owned();
    // A child that comes is no change of it; a drag is.
    put(&mall, 113, Some(11), 0).await.expect(201);
    let edit = |name: &'static str| {
        mall.put(path)
            .staff()
            .header("if-match", &tag)
            .json(&json!({ "name": name, "parent_id": 1 }))
            .send()
    };
    edit("新名").await.expect(200);
    assert_eq!(edit("别名").await.expect(412).problem_code(), "10011");
    assert_eq!(category(&mall, 11).await["name"], "新名");
}
