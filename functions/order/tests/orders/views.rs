//! How members see their orders.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Customer, PRICE, let_time_pass, mall};

fn numbers(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|order| order["order_sn"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn orders_are_listed_newest_first_page_by_page_and_only_to_their_member() {
    let mall = mall(&[("a", PRICE, 9)]).await;
    let (customer, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.insert(0, customer.order("a", 1).await);
        mall.clock().advance(Duration::from_secs(1));
    }
    let (mut path, mut seen, mut pages) = ("/api/orders?limit=2".to_owned(), Vec::new(), 0);
    loop {
        let page = customer.get(&path).send().await.expect(200).json();
        seen.extend(numbers(&page));
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/orders?limit=2&cursor={cursor}");
        // A cursor is good for the list it was made for.
        let foreign = other.get(&path).send().await.expect(400);
        assert_eq!(foreign.pointers(), ["?cursor"]);
    }
    assert_eq!((seen, pages), (placed, 3));
    assert!(other.orders().await.is_empty());
}

#[tokio::test]
async fn a_list_can_be_narrowed_to_a_status_and_never_holds_more_than_was_asked_for() {
    let mall = mall(&[("a", PRICE, 9)]).await;
    let customer = Customer::of(&mall).await;
    let first = customer.order("a", 1).await;
    mall.clock().advance(Duration::from_secs(1));
    let second = customer.order("a", 1).await;
    let _ = customer.cancel(&first).await.expect(200);
    for (query, expected) in [
        ("?status=unpaid", vec![&second]),
        ("?status=closed", vec![&first]),
        ("?status=paid", vec![]),
        ("?status=unpaid&limit=1", vec![&second]),
        ("?status=closed&limit=1", vec![]),
        ("", vec![&second, &first]),
    ] {
        let page = customer
            .get(&format!("/api/orders{query}"))
            .send()
            .await
            .expect(200)
            .json();
        assert_eq!(
            numbers(&page).iter().collect::<Vec<_>>(),
            expected,
            "{query}"
        );
        assert_eq!(
            page["next_cursor"].is_string(),
            query.contains("limit=1"),
            "{query}"
        );
    }
    for query in [
        "?status=void",
        "?limit=0",
        "?limit=101",
        "?cursor=x",
        "?page=2",
    ] {
        let answer = customer
            .get(&format!("/api/orders{query}"))
            .send()
            .await
            .expect(400);
        assert_eq!(answer.problem_code(), "10001", "{query}");
    }
}

#[tokio::test]
async fn an_order_is_shown_to_its_member_and_nobody_else() {
    let mall = mall(&[("a", PRICE, 9)]).await;
    let (customer, other) = (Customer::of(&mall).await, Customer::of(&mall).await);
    let sn = customer.order("a", 2).await;
    let order = customer.show(&sn).await.expect(200).json();
    assert_eq!(
        json!([
            order["status"],
            order["total_fen"],
            order["lines"][0]["name"],
            order["lines"][0]["amount_fen"]
        ]),
        json!(["unpaid", 2 * PRICE, "商品 a", 2 * PRICE])
    );
    assert_eq!(order["timeline"].as_array().unwrap().len(), 1);
    assert_eq!(order["timeline"][0]["request_id"], "test-request");
    assert!(order["payment"].is_null());
    assert_eq!(other.show(&sn).await.expect(404).problem_code(), "10008");
    assert_eq!(
        mall.get(&format!("/api/orders/{sn}"))
            .send()
            .await
            .expect(401)
            .problem_code(),
        "10005"
    );
}

#[tokio::test]
async fn what_was_ordered_stays_as_it_was_when_the_catalog_changes() {
    let mall = mall(&[("a", PRICE, 9)]).await;
    let customer = Customer::of(&mall).await;
    let sn = customer.order("a", 2).await;
    let before = customer.show(&sn).await.json();
    mall.put_on_sale(&[("a", 1, 0)]).await;
    assert_eq!(customer.show(&sn).await.json(), before);
}

#[tokio::test]
async fn a_refused_order_does_not_show_in_the_list() {
    let mall = mall(&[("a", PRICE, 1)]).await;
    let customer = Customer::of(&mall).await;
    let quote = customer.quote_of("a", 2).await;
    let _ = customer.submit(&quote).await.expect(409);
    let_time_pass(&mall).await;
    assert!(customer.orders().await.is_empty());
}

#[tokio::test]
async fn whatever_a_member_does_keeps_them_signed_in() {
    let mall = mall(&[("a", PRICE, 5)]).await;
    mall.assert_endpoints_extend_sessions("order").await;
}
