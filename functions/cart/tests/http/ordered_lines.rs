//! What was ordered goes from the cart, and only as it was ordered.

use crate::support::{Who, lines, mall, member_id};
use cart::{Carts, CheckedLine, OrderedCartLine};
use kernel::MemberId;
use serde_json::json;
use testkit::{Action, Mall};

fn carts(mall: &Mall) -> Carts {
    Carts::from_env(&mall.boot("show-cart")).unwrap()
}

async fn checked(mall: &Mall, member: &MemberId) -> Vec<CheckedLine> {
    carts(mall).checked(member).await.unwrap()
}

/// All that is checked, as an order remembers it.
async fn ordered(mall: &Mall, member: &MemberId) -> Vec<OrderedCartLine> {
    let of = |line: CheckedLine| OrderedCartLine {
        sku_id: line.sku_id,
        rev: line.rev,
    };
    checked(mall, member).await.into_iter().map(of).collect()
}

async fn member_with(mall: &Mall, lines: &[(&str, u32)]) -> (MemberId, Who) {
    let id = member_id();
    let who = Who::this_member(mall, &id).await;
    for (sku, quantity) in lines {
        who.add(mall, sku, *quantity).await;
    }
    (id, who)
}

#[tokio::test]
async fn the_checked_lines_are_known_to_the_services_above() {
    let mall = mall().await;
    let (id, who) = member_with(&mall, &[("b", 2), ("a", 1), ("c", 1)]).await;
    who.change(&mall, "a", json!({ "checked": false }))
        .await
        .expect(200);
    mall.wire().watch_stages();
    let found: Vec<_> = checked(&mall, &id)
        .await
        .iter()
        .map(|line| (line.sku_id.to_string(), line.quantity.get()))
        .collect();
    assert_eq!(found, [("b".to_owned(), 2), ("c".to_owned(), 1)]);
    assert_eq!(mall.wire().calls().names(), ["GetItem mall-cart"]);
    assert!(checked(&mall, &member_id()).await.is_empty());
}

#[tokio::test]
async fn ordered_lines_go_and_those_changed_or_added_since_stay() {
    let mall = mall().await;
    let (id, who) = member_with(&mall, &[("a", 1), ("b", 1)]).await;
    let ordered = ordered(&mall, &id).await;
    who.add(&mall, "c", 1).await;
    who.change(&mall, "b", json!({ "quantity": 2 }))
        .await
        .expect(200);
    for (units, stages) in [(1, 2), (0, 1)] {
        mall.wire().watch_stages();
        carts(&mall).remove_ordered(&id, &ordered).await.unwrap();
        let calls = mall.wire().calls();
        assert_eq!((calls.write_units(), calls.stages()), (units, stages));
        assert_eq!(who.quantities(&mall).await, lines(&[("b", 2), ("c", 1)]));
    }
    // The same SKU, wanted again after it was ordered.
    who.add(&mall, "a", 5).await;
    carts(&mall).remove_ordered(&id, &ordered).await.unwrap();
    assert_eq!(
        who.quantities(&mall).await,
        lines(&[("a", 5), ("b", 2), ("c", 1)])
    );
}

#[tokio::test]
async fn a_removal_whose_every_call_breaks_once_works_when_it_is_repeated() {
    for name in ["GetItem mall-cart", "PutItem mall-cart"] {
        for action in [Action::FailBefore, Action::FailAfter] {
            let mall = mall().await;
            let (id, who) = member_with(&mall, &[("a", 1)]).await;
            let ordered = ordered(&mall, &id).await;
            mall.wire().strike(name, 0, action.clone());
            let broken = carts(&mall).remove_ordered(&id, &ordered).await;
            assert!(broken.is_err(), "{name} {action:?}");
            mall.wire().heal();
            carts(&mall).remove_ordered(&id, &ordered).await.unwrap();
            assert_eq!(who.quantities(&mall).await, lines(&[]), "{name} {action:?}");
        }
    }
}
