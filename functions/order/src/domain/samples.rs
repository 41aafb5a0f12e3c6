//! Values for the tests of the rules.

use std::time::Duration;

use catalog::{Choice, Sku};
use kernel::{MemberId, Money, ProductId, Quantity, QuoteId, SkuId, Text, Timestamp, WarehouseId};
use member::{Destination, Phone};
use stock::StockLevel;

use super::{
    Actor, Basket, Draft, FreightRules, Order, OrderSn, OrderStatus, PaidStep, Payment, Quote,
    Step, WantedLine,
};

/// What a line of a sample is: SKU, price of a piece in fen, pieces.
pub(crate) type Line<'l> = (&'l str, i64, u32);

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(1_795_500_000_000)
}

pub(crate) fn freight_rules() -> FreightRules {
    r#"{ "free_from_fen": 9900, "elsewhere": { "base_fen": 800, "per_kg_fen": 200 } }"#
        .parse()
        .unwrap()
}

pub(crate) fn member() -> MemberId {
    MemberId::parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ").unwrap()
}

pub(crate) fn sn() -> OrderSn {
    OrderSn::new(
        QuoteId::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
        member(),
    )
}

pub(crate) fn sku(id: &str, price: i64, weight_grams: u32) -> Sku {
    Sku {
        sku_id: SkuId::parse(id).unwrap(),
        product_id: ProductId::parse(id).unwrap(),
        name: format!("商品 {id}"),
        options: vec![Choice {
            name: Text::parse("颜色").unwrap(),
            value: Text::parse("金色").unwrap(),
        }],
        price: Money::from_fen(price),
        image: None,
        weight_grams,
    }
}

pub(crate) fn wanted(id: &str, pieces: u32) -> WantedLine {
    WantedLine {
        sku_id: SkuId::parse(id).unwrap(),
        quantity: Quantity::new(pieces).unwrap(),
        rev: "r".to_owned(),
    }
}

pub(crate) fn basket(lines: &[Line<'_>]) -> Basket {
    let wanted: Vec<_> = lines
        .iter()
        .map(|(id, _, pieces)| wanted(id, *pieces))
        .collect();
    let skus: Vec<_> = lines
        .iter()
        .map(|(id, price, _)| sku(id, *price, 0))
        .collect();
    Basket::price(&wanted, &skus, "浙江省", &freight_rules()).unwrap()
}

pub(crate) fn destination() -> Destination {
    Destination {
        receiver: Text::parse("张三").unwrap(),
        phone: Phone::parse("13800001234").unwrap(),
        province: Text::parse("浙江省").unwrap(),
        city: Text::parse("杭州市").unwrap(),
        district: Text::parse("西湖区").unwrap(),
        street: Text::parse("文三路 1 号").unwrap(),
        postal_code: None,
    }
}

pub(crate) fn quote(basket: &Basket) -> Quote {
    let levels: Vec<_> = basket
        .lines
        .iter()
        .map(|line| level(line.sku.sku_id.as_str(), "main", 1_000_000))
        .collect();
    Quote::of(
        basket,
        &levels,
        member(),
        destination(),
        now(),
        now().plus(Duration::from_secs(900)),
    )
}

pub(crate) fn level(sku: &str, warehouse: &str, available: u64) -> StockLevel {
    StockLevel {
        sku_id: SkuId::parse(sku).unwrap(),
        warehouse_id: WarehouseId::parse(warehouse).unwrap(),
        available,
        received: available,
        adjusted: 0,
    }
}

fn step(by: Actor, seconds: u64) -> Step {
    Step {
        by,
        at: now().plus(Duration::from_secs(seconds)),
        request: "JKJaXmPLvHcESHA=".to_owned(),
    }
}

pub(crate) fn draft(lines: &[Line<'_>]) -> Draft {
    Draft {
        sn: sn(),
        body_hash: "0123456789abcdef".to_owned(),
        basket: basket(lines),
        destination: destination(),
        note: String::new(),
        placed: step(Actor::Member, 0),
        expires_at: now().plus(Duration::from_secs(900)),
    }
}

pub(crate) fn order(lines: &[Line<'_>]) -> Order {
    let levels: Vec<_> = lines
        .iter()
        .map(|(id, _, _)| level(id, "main", 1_000_000))
        .collect();
    let draft = draft(lines);
    draft.place(&draft.basket.warehouses(&levels)).unwrap()
}

pub(crate) fn payment() -> Payment {
    Payment {
        provider: "alipay".to_owned(),
        trade_no: "2026112422001400001234567890".to_owned(),
        amount: order(&[("a", 100, 1)]).total,
        paid_at: now().plus(Duration::from_secs(60)),
    }
}

pub(crate) fn paid() -> Order {
    let Payment {
        provider,
        trade_no,
        paid_at,
        ..
    } = payment();
    let paid = PaidStep {
        step: step(Actor::Provider, 61),
        provider,
        trade_no,
        paid_at,
    };
    Order {
        status: OrderStatus::Paid,
        paid: Some(paid),
        ..order(&[("a", 100, 1)])
    }
}

pub(crate) fn closed() -> Order {
    Order {
        status: OrderStatus::Closed,
        closed: Some(step(Actor::System, 960)),
        ..order(&[("a", 100, 1)])
    }
}
