//! Whether the stock adds up, and whether it is found when it does not.

use dynamo::{Key, Table, Write};
use futures::future::join_all;
use order::{Difference, StockAudit, StockAuditReport};
use serde_json::{Value, json};
use testkit::Mall;

use crate::shop::{Customer, PRICE, RELEASE, let_time_pass, mall};

const AUDIT: &str = "/api/orders/admin/stock-audit";

async fn report(mall: &Mall) -> StockAuditReport {
    let audit = StockAudit::from_env(&mall.boot("audit-stock")).unwrap();
    audit.run().await.unwrap()
}

/// The one difference there is.
async fn difference(mall: &Mall) -> Difference {
    let report = report(mall).await;
    assert_eq!(
        (report.difference_count, report.unsettled),
        (1, 0),
        "{report:?}"
    );
    report.differences[0].clone()
}

fn stock(mall: &Mall) -> Table {
    mall.boot("audit-stock").table("STOCK_TABLE").unwrap()
}

fn level(sku: &str) -> Key {
    Key::new(format!("S#{sku}"), "W#main")
}

/// Twenty pieces of SKU a and ten of b, of which some are unpaid, some sold, some came back and some are about to.
async fn busy_mall() -> (Mall, Customer) {
    let mall = mall(&[("a", PRICE, 20), ("b", PRICE, 10)]).await;
    let customer = Customer::of(&mall).await;
    let paid = customer.order("a", 3).await;
    let orders = order::Orders::from_env(&mall.boot("show-order")).unwrap();
    let payment = order::Payment {
        provider: "alipay".to_owned(),
        trade_no: "1".to_owned(),
        amount: kernel::Money::from_fen(3 * PRICE),
        paid_at: mall.now(),
    };
    let sn = paid.parse().unwrap();
    orders.mark_paid(&sn, &payment).await.unwrap();
    let back = customer.order("a", 2).await;
    let _ = customer.cancel(&back).await.expect(200);
    mall.deliver(RELEASE).await;
    let coming = customer.order("a", 4).await;
    let _ = customer.cancel(&coming).await.expect(200);
    let _ = customer.order("a", 1).await;
    let adjustment = json!({ "number": "1", "sku_id": "a", "warehouse_id": "main", "change": -1, "reason": "破损" });
    let adjusted = mall.post("/api/stock/admin/adjustments").staff();
    let _ = adjusted.json(&adjustment).send().await.expect(201);
    (mall, customer)
}

#[tokio::test]
async fn orders_of_every_kind_and_an_adjustment_add_up() {
    let (mall, _) = busy_mall().await;
    let report = report(&mall).await;
    assert_eq!(report.differences, []);
    assert_eq!(
        (report.places, report.orders, report.returning),
        (2, 4, 4),
        "{report:?}"
    );
    let_time_pass(&mall).await;
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn a_piece_more_than_came_in_is_found() {
    let (mall, _) = busy_mall().await;
    Table::write(Write::update(&stock(&mall), level("a")).add("available", 1))
        .await
        .unwrap();
    let found = difference(&mall).await;
    assert_eq!(
        (found.sku_id.as_str(), found.missing, found.unentered),
        ("a", -1, 0)
    );
    assert_eq!(
        (found.received, found.adjusted, found.entered),
        (20, -1, 19)
    );
    let taken = (found.taken.unpaid, found.taken.sold, found.taken.returning);
    assert_eq!(taken, (1, 3, 4));
}

#[tokio::test]
async fn a_release_that_left_no_item_is_found() {
    let (mall, customer) = busy_mall().await;
    let sn = customer.order("b", 5).await;
    let _ = customer.cancel(&sn).await.expect(200);
    mall.deliver(RELEASE).await;
    let release = Key::new(format!("REL#{sn}"), "RELEASE");
    Table::write(Write::delete(&stock(&mall), release))
        .await
        .unwrap();
    let found = difference(&mall).await;
    assert_eq!((found.sku_id.as_str(), found.missing), ("b", -5));
}

#[tokio::test]
async fn an_order_that_was_deleted_is_found() {
    let (mall, customer) = busy_mall().await;
    let sn = customer.order("b", 5).await;
    let orders = mall.boot("audit-stock").table("ORDER_TABLE").unwrap();
    let (quote, member) = sn.split_at(26);
    let order = Key::new(format!("M#{member}"), format!("O#{quote}"));
    Table::write(Write::delete(&orders, order)).await.unwrap();
    let found = difference(&mall).await;
    assert_eq!((found.sku_id.as_str(), found.missing), ("b", 5));
}

#[tokio::test]
async fn a_level_that_was_deleted_is_found() {
    let (mall, _) = busy_mall().await;
    Table::write(Write::delete(&stock(&mall), level("b")))
        .await
        .unwrap();
    let found = difference(&mall).await;
    assert_eq!(
        (found.sku_id.as_str(), found.missing, found.unentered),
        ("b", 0, -10)
    );
}

#[tokio::test]
async fn pieces_that_came_in_without_a_movement_are_found() {
    let (mall, _) = busy_mall().await;
    let more = Write::update(&stock(&mall), level("b"))
        .add("available", 2)
        .add("received", 2);
    Table::write(more).await.unwrap();
    let found = difference(&mall).await;
    assert_eq!((found.missing, found.unentered), (0, 2));
}

#[tokio::test]
async fn orders_that_are_placed_and_closed_while_it_reads_are_no_differences() {
    let mall = mall(&[("a", PRICE, 500)]).await;
    let customers = join_all((0..12).map(|_| Customer::of(&mall))).await;
    let trade = join_all(customers.iter().map(|customer| async move {
        for _ in 0..3 {
            let sn = customer.order("a", 2).await;
            let _ = customer.cancel(&sn).await.expect(200);
            customer.mall.deliver(RELEASE).await;
            customer.order("a", 1).await;
        }
    }));
    let audits = async {
        for _ in 0..6 {
            assert_eq!(report(&mall).await.differences, []);
        }
    };
    tokio::join!(trade, audits);
    mall.assert_stock_adds_up().await;
}

#[tokio::test]
async fn the_nightly_audit_is_kept_and_shown_to_staff_who_may_read_the_stock() {
    let (mall, _) = busy_mall().await;
    let show = async || mall.get(AUDIT).staff_with(&["stock:read"]).send().await;
    assert_eq!(show().await.expect(200).json(), json!({}));
    assert!(mall.tick("audit-stock").await);
    let fine = show().await.expect(200).json();
    assert_eq!(fine["report"]["differences"], json!([]));
    Table::write(Write::update(&stock(&mall), level("a")).add("available", 1))
        .await
        .unwrap();
    assert!(mall.tick("audit-stock").await);
    let found: Value = show().await.expect(200).json();
    assert_eq!(found["report"]["difference_count"], 1);
    assert_eq!(found["report"]["differences"][0]["missing"], -1);
    let other = mall.get(AUDIT).staff_with(&["catalog:*"]).send().await;
    assert_eq!(other.expect(403).problem_code(), "10006");
}

#[tokio::test]
async fn of_two_audits_at_the_same_time_one_reads_the_tables() {
    let (mall, _) = busy_mall().await;
    let scans = |mall: &Mall| {
        let names = mall.wire().calls().names();
        names.iter().filter(|name| name.starts_with("Scan")).count()
    };
    mall.wire().forget();
    assert!(mall.tick("audit-stock").await);
    let once = scans(&mall);
    assert!(once > 0);
    mall.wire().forget();
    let both = tokio::join!(mall.tick("audit-stock"), mall.tick("audit-stock"));
    assert_eq!((both, scans(&mall)), ((true, true), once));
}
