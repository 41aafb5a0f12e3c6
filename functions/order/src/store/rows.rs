//! How orders lie in the table. Names of attributes are one letter and parts lie in lists without names, so that an order
//! of three lines takes one write unit in a single write and two in a transaction.

use dynamo::DynamoError;
use kernel::{Money, Quantity, SkuId, Text, Timestamp, WarehouseId};
use member::{Destination, Phone, PostalCode};
use serde::{Deserialize, Serialize};
use stock::StockPlace;

use crate::domain::{Actor, Order, OrderLine, OrderSn, OrderStatus, PaidStep, Step, Stored};

/// The order's status, or that it is void. The stream's filter in infra/order.yaml asks for it too.
pub(super) const STATUS: &str = "status";
/// Until when it can be paid, in milliseconds.
pub(super) const EXPIRES_AT: &str = "x";
/// The total in fen.
pub(super) const TOTAL: &str = "t";
/// Its lines.
pub(super) const LINES: &str = "l";
/// How it was paid.
pub(super) const PAID: &str = "p";
/// How it was closed.
pub(super) const CLOSED: &str = "c";

/// Whatever stands at an order's key.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Row {
    Void(#[expect(dead_code, reason = "that it can be read is all there is to know")] VoidRow),
    Order(Box<OrderRow>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct VoidRow {
    status: VoidStatus,
    /// When the table may drop it, in seconds; decides nothing.
    ttl: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum VoidStatus {
    Void,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OrderRow {
    pk: String,
    sk: String,
    status: OrderStatus,
    #[serde(rename = "h")]
    body_hash: String,
    #[serde(rename = "x")]
    expires_at: i64,
    #[serde(rename = "t")]
    total: Money,
    #[serde(rename = "f")]
    freight: Money,
    #[serde(rename = "l")]
    lines: Vec<LineRow>,
    #[serde(rename = "a")]
    address: AddressRow,
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(rename = "u")]
    placed: PlacedRow,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    paid: Option<PaidRow>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    closed: Option<ClosedRow>,
}

/// SKU, warehouse, quantity, price of a piece, name, options, rev of the cart's line; the first orders have no rev.
#[derive(Serialize, Deserialize)]
pub(super) struct LineRow(
    SkuId,
    WarehouseId,
    Quantity,
    Money,
    String,
    String,
    #[serde(default)] String,
);

/// Receiver, phone, province, city, district, street, postal code.
#[derive(Serialize, Deserialize)]
struct AddressRow(
    Text<1, 25>,
    Phone,
    Text<1, 20>,
    Text<1, 20>,
    Text<1, 20>,
    Text<1, 100>,
    Option<PostalCode>,
);

/// When, and by which request; a member did it.
#[derive(Serialize, Deserialize)]
struct PlacedRow(i64, String);

/// Provider, trade number, when the provider took the money, when that was written down, in which trace.
#[derive(Serialize, Deserialize)]
pub(super) struct PaidRow(String, String, i64, i64, String);

/// Who, when, and by which request or in which trace.
#[derive(Serialize, Deserialize)]
pub(super) struct ClosedRow(Closer, i64, String);

#[derive(Serialize, Deserialize)]
enum Closer {
    #[serde(rename = "m")]
    Member,
    #[serde(rename = "s")]
    System,
}

impl Row {
    pub(super) fn into_stored(self) -> Result<Stored, DynamoError> {
        match self {
            Self::Void(_) => Ok(Stored::Void),
            Self::Order(row) => Ok(Stored::Order(Box::new(row.into_order()?))),
        }
    }
}

impl VoidRow {
    pub(super) fn until(time: Timestamp) -> Self {
        Self {
            status: VoidStatus::Void,
            ttl: time.as_seconds(),
        }
    }
}

impl OrderRow {
    pub(super) fn of(order: &Order) -> Self {
        let key = super::key(&order.sn);
        Self {
            pk: key.pk,
            sk: key.sk,
            status: order.status,
            body_hash: order.body_hash.clone(),
            expires_at: order.expires_at.as_millis(),
            total: order.total,
            freight: order.freight,
            lines: order.lines.iter().map(LineRow::of).collect(),
            address: AddressRow::of(&order.destination),
            note: order.note.clone(),
            placed: PlacedRow(order.placed.at.as_millis(), order.placed.request.clone()),
            paid: order.paid.as_ref().map(PaidRow::of),
            closed: order.closed.as_ref().map(ClosedRow::of),
        }
    }

    /// The row with as much about a payment as one may bring: Alipay's trade numbers have 28 digits, a trace id 32.
    pub(super) fn with_longest_payment(mut self) -> Self {
        let longest = i64::MAX;
        self.paid = Some(PaidRow(
            "0".repeat(8),
            "0".repeat(32),
            longest,
            longest,
            "0".repeat(36),
        ));
        self
    }

    pub(super) fn into_order(self) -> Result<Order, DynamoError> {
        let sn = self.sn().ok_or_else(|| {
            DynamoError::Malformed(format!("no order has the key {} {}", self.pk, self.sk))
        })?;
        Ok(Order {
            sn,
            status: self.status,
            body_hash: self.body_hash,
            expires_at: Timestamp::from_millis(self.expires_at),
            lines: self.lines.into_iter().map(LineRow::into_line).collect(),
            freight: self.freight,
            total: self.total,
            destination: self.address.into_destination(),
            note: self.note,
            placed: step(Actor::Member, self.placed.0, self.placed.1),
            paid: self.paid.map(PaidRow::into_step),
            closed: self.closed.map(ClosedRow::into_step),
        })
    }

    fn sn(&self) -> Option<OrderSn> {
        let (member, quote) = (
            self.pk.strip_prefix("M#")?,
            self.sk.strip_prefix(super::ORDER)?,
        );
        format!("{quote}{member}").parse().ok()
    }
}

impl LineRow {
    fn of(line: &OrderLine) -> Self {
        let OrderLine {
            sku_id,
            warehouse_id,
            quantity,
            price,
            name,
            options,
            cart_rev,
        } = line.clone();
        Self(
            sku_id,
            warehouse_id,
            quantity,
            price,
            name,
            options,
            cart_rev,
        )
    }

    fn into_line(self) -> OrderLine {
        let Self(sku_id, warehouse_id, quantity, price, name, options, cart_rev) = self;
        OrderLine {
            sku_id,
            warehouse_id,
            quantity,
            price,
            name,
            options,
            cart_rev,
        }
    }

    /// What the line has taken from where.
    pub(super) fn into_taken(self) -> (StockPlace, u64) {
        let Self(sku, warehouse, quantity, ..) = self;
        ((sku, warehouse), quantity.get().into())
    }
}

impl AddressRow {
    fn of(destination: &Destination) -> Self {
        let Destination {
            receiver,
            phone,
            province,
            city,
            district,
            street,
            postal_code,
        } = destination.clone();
        Self(
            receiver,
            phone,
            province,
            city,
            district,
            street,
            postal_code,
        )
    }

    fn into_destination(self) -> Destination {
        let Self(receiver, phone, province, city, district, street, postal_code) = self;
        Destination {
            receiver,
            phone,
            province,
            city,
            district,
            street,
            postal_code,
        }
    }
}

impl PaidRow {
    pub(super) fn of(paid: &PaidStep) -> Self {
        let PaidStep {
            step,
            provider,
            trade_no,
            paid_at,
        } = paid.clone();
        Self(
            provider,
            trade_no,
            paid_at.as_millis(),
            step.at.as_millis(),
            step.request,
        )
    }

    fn into_step(self) -> PaidStep {
        let Self(provider, trade_no, paid_at, at, request) = self;
        let step = step(Actor::Provider, at, request);
        PaidStep {
            step,
            provider,
            trade_no,
            paid_at: Timestamp::from_millis(paid_at),
        }
    }
}

impl ClosedRow {
    pub(super) fn of(step: &Step) -> Self {
        let by = if step.by == Actor::Member {
            Closer::Member
        } else {
            Closer::System
        };
        Self(by, step.at.as_millis(), step.request.clone())
    }

    fn into_step(self) -> Step {
        let by = match self.0 {
            Closer::Member => Actor::Member,
            Closer::System => Actor::System,
        };
        step(by, self.1, self.2)
    }
}

fn step(by: Actor, at: i64, request: String) -> Step {
    Step {
        by,
        at: Timestamp::from_millis(at),
        request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{closed, order, paid};

    #[test]
    fn an_order_reads_back_as_it_was_written() {
        for order in [order(&[("a", 100, 1), ("b", 378_800, 3)]), paid(), closed()] {
            let json = serde_json::to_value(OrderRow::of(&order)).unwrap();
            let row: Row = serde_json::from_value(json).unwrap();
            assert_eq!(row.into_stored().unwrap(), Stored::Order(Box::new(order)));
        }
    }

    #[test]
    fn an_order_from_before_lines_had_revs_is_read_too() {
        let order = order(&[("a", 100, 1)]);
        let mut json = serde_json::to_value(OrderRow::of(&order)).unwrap();
        let rev = json["l"][0].as_array_mut().unwrap().pop();
        assert_eq!(rev, Some("r".into()));
        let row: Row = serde_json::from_value(json).unwrap();
        let Stored::Order(read) = row.into_stored().unwrap() else {
            panic!("a void");
        };
        assert_eq!(read.lines[0].cart_rev, "");
        assert_eq!(read.lines[0].name, order.lines[0].name);
    }

    #[test]
    fn a_void_is_no_order() {
        let json = serde_json::to_value(VoidRow::until(Timestamp::from_millis(5_000))).unwrap();
        assert_eq!(json, serde_json::json!({ "status": "void", "ttl": 5 }));
        let row: Row = serde_json::from_value(json).unwrap();
        assert_eq!(row.into_stored().unwrap(), Stored::Void);
    }
}
