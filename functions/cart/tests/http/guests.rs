//! Guests: a key in a cookie, and thirty days.

use std::time::Duration;

use crate::support::{CART, GUEST, Who, lines, mall, quantities};
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn looking_makes_no_guest_and_adding_does() {
    let mall = mall().await;
    mall.wire().forget();
    let looked = mall.get(CART).send().await.expect(200);
    assert_eq!(
        looked.json(),
        json!({ "items": [], "lines": 0, "pieces": 0, "total_fen": 0 })
    );
    assert!(looked.cookies.is_empty());
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());

    let added = Who::new().add(&mall, "a", 2).await.expect(201);
    assert!(
        added.cookies[0].contains("; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"),
        "{added:?}"
    );
    let guest = Who {
        session: None,
        guest: added.cookie(GUEST),
    };
    assert_eq!(guest.quantities(&mall).await, lines(&[("a", 2)]));
}

#[tokio::test]
async fn a_guest_keeps_the_key_and_every_change_renews_it() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    let changed = guest
        .change(&mall, "a", json!({ "quantity": 3 }))
        .await
        .expect(200);
    assert_eq!(changed.cookie(GUEST), guest.guest);
    assert_eq!(guest.add(&mall, "b", 1).await.cookie(GUEST), guest.guest);
    assert!(guest.cart(&mall).await.cookies.is_empty());
    assert_eq!(
        guest.remove(&mall, "a").await.expect(204).cookie(GUEST),
        guest.guest
    );
    assert!(
        guest
            .remove(&mall, "a")
            .await
            .expect(204)
            .cookies
            .is_empty()
    );
}

#[tokio::test]
async fn a_guest_cart_is_over_thirty_days_after_its_last_change_though_the_table_still_has_it() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    mall.clock().advance(DAY * 29);
    guest.add(&mall, "b", 1).await;
    mall.clock().advance(DAY * 30 - Duration::from_millis(1));
    assert_eq!(guest.quantities(&mall).await, lines(&[("a", 1), ("b", 1)]));
    mall.clock().advance(Duration::from_millis(1));
    assert_eq!(guest.quantities(&mall).await, lines(&[]));
    guest
        .change(&mall, "a", json!({ "quantity": 3 }))
        .await
        .expect(404);
    guest.add(&mall, "b", 2).await.expect(201);
    assert_eq!(guest.quantities(&mall).await, lines(&[("b", 2)]));
}

#[tokio::test]
async fn the_table_knows_when_it_may_drop_a_guest_cart_and_never_drops_a_members() {
    let mall = mall().await;
    mall.wire().forget();
    Who::guest(&mall, &[("a", 1)]).await;
    Who::member(&mall).await.add(&mall, "a", 1).await;
    let puts: Vec<_> = mall
        .wire()
        .calls()
        .0
        .into_iter()
        .filter(|call| call.name() == "PutItem mall-cart")
        .collect();
    let end = mall.now().plus(DAY * 30);
    let guest = &puts[0].request["Item"];
    assert_eq!(
        guest["expires_at"],
        json!({ "N": end.as_millis().to_string() })
    );
    assert_eq!(guest["ttl"], json!({ "N": end.as_seconds().to_string() }));
    let member = puts[1].request["Item"].as_object().unwrap();
    assert!(
        !member.contains_key("ttl") && !member.contains_key("expires_at"),
        "{member:?}"
    );
}

#[tokio::test]
async fn an_expired_guest_cart_is_not_merged() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    mall.clock().advance(DAY * 30);
    let member = Who::member(&mall).await;
    let cart = member.carrying(&guest).cart(&mall).await;
    assert_eq!(quantities(&cart), lines(&[]));
    assert_eq!(cart.cookie(GUEST), Some(String::new()));
}
