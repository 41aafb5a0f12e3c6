//! A member's address book.
#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use kernel::MemberId;
use serde_json::{Value, json};
use testkit::{Action, Answer, Mall};

const ADDRESSES: &str = "/api/members/me/addresses";
const TRANSACTION: &str = "TransactWriteItems mall-member";

/// A mall, and the session of a member.
async fn mall() -> (Mall, String) {
    let mall = Mall::start(&[member::service]).await;
    let session = mall.session_of(&MemberId::generate(mall.now())).await;
    (mall, session)
}

fn address(street: &str) -> Value {
    json!({
        "receiver": "李雷", "phone": "138 0000 1234", "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "street": street, "postal_code": "310012",
    })
}

fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut body = address("文三路 1 号");
    body[member] = value.into();
    body
}

async fn add(mall: &Mall, session: &str, body: &Value) -> Answer {
    mall.post(ADDRESSES)
        .session(session)
        .json(body)
        .send()
        .await
}

async fn list(mall: &Mall, session: &str) -> Vec<Value> {
    let answer = mall
        .get(ADDRESSES)
        .session(session)
        .send()
        .await
        .expect(200);
    answer.json()["items"].as_array().unwrap().clone()
}

fn path_of(address: &Value) -> String {
    format!("{ADDRESSES}/{}", address["id"].as_str().unwrap())
}

/// Street and default of each, in the list's order.
fn shape(items: &[Value]) -> Vec<(String, bool)> {
    let shape = |item: &Value| {
        (
            item["street"].as_str().unwrap().to_owned(),
            item["is_default"].as_bool().unwrap(),
        )
    };
    items.iter().map(shape).collect()
}

fn shaped(items: &[(&str, bool)]) -> Vec<(String, bool)> {
    items
        .iter()
        .map(|(street, is_default)| ((*street).to_owned(), *is_default))
        .collect()
}

#[tokio::test]
async fn the_first_address_becomes_the_default_and_the_list_begins_with_it() {
    let (mall, session) = mall().await;
    assert_eq!(list(&mall, &session).await, Vec::<Value>::new());
    let first = add(&mall, &session, &address("a")).await.expect(201).json();
    assert_eq!(
        (&first["phone"], &first["is_default"]),
        (&json!("13800001234"), &json!(true))
    );
    mall.clock().advance(std::time::Duration::from_secs(1));
    add(&mall, &session, &address("b")).await.expect(201);
    mall.clock().advance(std::time::Duration::from_secs(1));
    let mut third = address("c");
    third["is_default"] = true.into();
    add(&mall, &session, &third).await.expect(201);
    assert_eq!(
        shape(&list(&mall, &session).await),
        shaped(&[("c", true), ("a", false), ("b", false)])
    );
}

#[tokio::test]
async fn an_address_is_changed_and_removed_and_at_most_one_is_the_default() {
    let (mall, session) = mall().await;
    let first = add(&mall, &session, &address("a")).await.expect(201).json();
    let second = add(&mall, &session, &address("b")).await.expect(201).json();
    let mut change = address("b2");
    change["is_default"] = true.into();
    let changed = mall
        .put(&path_of(&second))
        .session(&session)
        .json(&change)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&changed["id"], &changed["street"]),
        (&second["id"], &json!("b2"))
    );
    assert_eq!(
        shape(&list(&mall, &session).await),
        shaped(&[("b2", true), ("a", false)])
    );
    // A change that does not speak of the default leaves it.
    mall.put(&path_of(&second))
        .session(&session)
        .json(&address("b3"))
        .send()
        .await
        .expect(200);
    assert_eq!(
        shape(&list(&mall, &session).await),
        shaped(&[("b3", true), ("a", false)])
    );
    mall.delete(&path_of(&second))
        .session(&session)
        .send()
        .await
        .expect(204);
    assert_eq!(shape(&list(&mall, &session).await), shaped(&[("a", false)]));
    let again = mall
        .delete(&path_of(&second))
        .session(&session)
        .send()
        .await
        .expect(404);
    assert_eq!(again.problem_code(), "10008");
    mall.delete(&path_of(&first))
        .session(&session)
        .send()
        .await
        .expect(204);
    assert_eq!(list(&mall, &session).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_address_that_is_there_is_not_added_again_but_may_become_the_default() {
    let (mall, session) = mall().await;
    add(&mall, &session, &address("a")).await.expect(201);
    let second = add(&mall, &session, &address("b")).await.expect(201).json();
    let repeated = add(&mall, &session, &address(" b "))
        .await
        .expect(200)
        .json();
    assert_eq!(repeated, second);
    let mut wanted = address("b");
    wanted["is_default"] = true.into();
    assert_eq!(
        add(&mall, &session, &wanted).await.expect(200).json()["is_default"],
        true
    );
    assert_eq!(
        shape(&list(&mall, &session).await),
        shaped(&[("b", true), ("a", false)])
    );
}

#[tokio::test]
async fn someone_elses_address_is_not_found_and_stays_as_it_is() {
    let (mall, session) = mall().await;
    let theirs = add(&mall, &session, &address("a")).await.expect(201).json();
    let other = mall.session_of(&MemberId::generate(mall.now())).await;
    let change = mall
        .put(&path_of(&theirs))
        .session(&other)
        .json(&address("stolen"))
        .send()
        .await
        .expect(404);
    assert_eq!(change.problem_code(), "10008");
    mall.delete(&path_of(&theirs))
        .session(&other)
        .send()
        .await
        .expect(404);
    assert_eq!(list(&mall, &other).await, Vec::<Value>::new());
    assert_eq!(list(&mall, &session).await, [theirs]);
}

#[tokio::test]
async fn a_write_costs_four_units_and_two_stages_and_a_list_is_one_query() {
    let (mall, session) = mall().await;
    let counted = |calls: testkit::Calls| {
        let own = calls.without("mall-session");
        (own.names(), own.write_units(), own.stages())
    };
    let write = vec!["Query mall-member".to_owned(), TRANSACTION.to_owned()];
    mall.wire().forget();
    let made = add(&mall, &session, &address("a")).await.expect(201).json();
    assert_eq!(counted(mall.wire().calls()), (write.clone(), 4, 2));
    mall.wire().forget();
    mall.put(&path_of(&made))
        .session(&session)
        .json(&address("b"))
        .send()
        .await
        .expect(200);
    assert_eq!(counted(mall.wire().calls()), (write.clone(), 4, 2));
    mall.wire().forget();
    list(&mall, &session).await;
    assert_eq!(
        counted(mall.wire().calls()),
        (vec!["Query mall-member".to_owned()], 0, 1)
    );
    mall.wire().forget();
    mall.delete(&path_of(&made))
        .session(&session)
        .send()
        .await
        .expect(204);
    assert_eq!(counted(mall.wire().calls()), (write, 4, 2));
}

/// Adds an address, and again while the book is being changed by others.
async fn add_patiently(mall: &Mall, session: &str, body: &Value) -> u16 {
    for _ in 0..20 {
        let status = add(mall, session, body).await.status;
        if status != 503 {
            return status;
        }
    }
    503
}

#[tokio::test]
async fn a_member_has_fifty_addresses_at_most_even_when_many_come_at_once() {
    let (mall, session) = mall().await;
    for number in 0..48 {
        add(&mall, &session, &address(&format!("street {number}")))
            .await
            .expect(201);
    }
    let last: Vec<Value> = (0..6)
        .map(|number| address(&format!("last {number}")))
        .collect();
    let mut statuses = join_all(last.iter().map(|body| add_patiently(&mall, &session, body))).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409, 409, 409, 409]);
    assert_eq!(list(&mall, &session).await.len(), 50);
    let full = add(&mall, &session, &address("one more")).await.expect(409);
    assert_eq!(full.problem_code(), "15004");
    add(&mall, &session, &address("street 7")).await.expect(200);
}

#[tokio::test]
async fn the_same_address_many_times_at_once_is_one_address() {
    let (mall, session) = mall().await;
    let body = address("a");
    let statuses = join_all((0..5).map(|_| add_patiently(&mall, &session, &body))).await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(shape(&list(&mall, &session).await), shaped(&[("a", true)]));
}

#[tokio::test]
async fn of_many_new_defaults_at_once_one_remains() {
    let (mall, session) = mall().await;
    let wanted: Vec<Value> = (0..4)
        .map(|number| {
            let mut body = address(&format!("street {number}"));
            body["is_default"] = true.into();
            body
        })
        .collect();
    join_all(
        wanted
            .iter()
            .map(|body| add_patiently(&mall, &session, body)),
    )
    .await;
    let items = list(&mall, &session).await;
    assert_eq!(items.len(), 4);
    assert_eq!(
        items
            .iter()
            .filter(|item| item["is_default"] == true)
            .count(),
        1,
        "{items:?}"
    );
}

#[tokio::test]
async fn an_addition_whose_every_call_breaks_once_is_there_once_after_its_repeat() {
    for call in ["Query mall-member", TRANSACTION] {
        for action in [
            Action::FailBefore,
            Action::FailAfter,
            Action::DieBefore,
            Action::DieAfter,
        ] {
            let (mall, session) = mall().await;
            mall.wire().strike(call, 0, action.clone());
            let broken = mall
                .post(ADDRESSES)
                .session(&session)
                .json(&address("a"))
                .send_to_the_death()
                .await;
            assert!(
                broken.is_none_or(|answer| answer.status == 503),
                "{call} {action:?}"
            );
            mall.wire().heal();
            let again = add(&mall, &session, &address("a")).await;
            assert!(again.status < 300, "{call} {action:?}: {again:?}");
            assert_eq!(
                shape(&list(&mall, &session).await),
                shaped(&[("a", true)]),
                "{call} {action:?}"
            );
        }
    }
}

#[tokio::test]
async fn only_a_member_has_addresses_and_no_page_of_another_origin_changes_them() {
    let (mall, session) = mall().await;
    let made = add(&mall, &session, &address("a")).await.expect(201).json();
    let (path, body) = (path_of(&made), address("b"));
    let requests = || {
        let (get, post) = (mall.get(ADDRESSES), mall.post(ADDRESSES).json(&body));
        [get, post, mall.put(&path).json(&body), mall.delete(&path)]
    };
    for request in requests() {
        assert_eq!(request.send().await.expect(401).problem_code(), "10005");
    }
    for request in requests() {
        assert_eq!(
            request
                .session("noise")
                .send()
                .await
                .expect(401)
                .problem_code(),
            "10005"
        );
    }
    for request in requests().into_iter().skip(1) {
        let foreign = request
            .session(&session)
            .header("origin", "https://evil.example")
            .send()
            .await
            .expect(403);
        assert_eq!(foreign.problem_code(), "10007");
    }
    assert_eq!(list(&mall, &session).await, [made]);
}

#[tokio::test]
async fn input_that_is_no_address_is_refused_with_its_place_and_nothing_is_written() {
    let (mall, session) = mall().await;
    mall.wire().forget();
    let bad = [
        (with("receiver", " ").to_string(), "/receiver"),
        (with("phone", "400-800-1234").to_string(), "/phone"),
        (with("province", Value::Null).to_string(), "/province"),
        (with("street", "长".repeat(101)).to_string(), "/street"),
        (with("street", "a\u{0}b").to_string(), "/street"),
        (with("postal_code", "31001").to_string(), "/postal_code"),
        (with("postal_code", 310_012).to_string(), "/postal_code"),
        (with("is_default", "yes").to_string(), "/is_default"),
        (with("id", "01ARZ3NDEKTSV4RRFFQ69G5FAV").to_string(), "/id"),
        ("{\"receiver\":".to_owned(), ""),
        (String::new(), ""),
    ];
    let known = format!("{ADDRESSES}/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for (body, pointer) in bad {
        for request in [mall.post(ADDRESSES), mall.put(&known)] {
            let refused = request
                .session(&session)
                .body("application/json", body.clone())
                .send()
                .await
                .expect(400);
            assert_eq!(refused.problem_code(), "10001", "{body}");
            if !pointer.is_empty() {
                assert_eq!(refused.pointers(), [pointer], "{body}");
            }
        }
    }
    for id in ["a%23b", "a%2Fb", "01arz3ndektsv4rrffq69g5fav", "%00"] {
        let path = format!("{ADDRESSES}/{id}");
        for request in [mall.put(&path).json(&address("a")), mall.delete(&path)] {
            let refused = request.session(&session).send().await.expect(400);
            assert_eq!(refused.pointers(), ["{address_id}"], "{id}");
        }
    }
    let text = mall
        .post(ADDRESSES)
        .session(&session)
        .body("text/plain", "a")
        .send()
        .await
        .expect(415);
    assert_eq!(text.problem_code(), "10010");
    assert_eq!(
        mall.wire().calls().without("mall-session").names(),
        Vec::<String>::new()
    );
}
