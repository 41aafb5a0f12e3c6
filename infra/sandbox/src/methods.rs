//! The methods a merchant's server calls: query, close, refund. Their answers are JSON, signed over the exact text
//! of the response node.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::book::{Key, Outcome};
use crate::gateway::Method;
use crate::notice::BUYER_ID;
use crate::refusal::Refusal;
use crate::signature::KeyPair;
use crate::trade::Trade;
use crate::{Shared, beijing, content, delivery};

/// What the buyer's account is shown as.
const BUYER_LOGON_ID: &str = "bui***@sandbox.com";

/// What a method says, beside `code` and `msg`.
type Fields = Map<String, Value>;

/// Carries out a method of a request that has been checked.
pub(crate) fn call(
    shared: &Shared,
    method: Method,
    content: &str,
    now: OffsetDateTime,
) -> Result<Fields, Refusal> {
    match method {
        Method::Query => query(shared, content, now),
        Method::Close => close(shared, content, now),
        Method::Refund => refund(shared, content, now),
        Method::RefundQuery => query_refund(shared, content, now),
        Method::PagePay => Err(Refusal::parameter("此方法由浏览器打开")),
    }
}

/// The answer to a method: its fields or its refusal, with the signature over the node as it is sent. The real
/// gateway, too, answers status 200 to whatever it refuses.
pub(crate) fn signed_answer(
    keys: &KeyPair,
    method: Method,
    answer: Result<Fields, Refusal>,
) -> Response {
    let node = match answer {
        Ok(fields) => success_node(fields),
        Err(refusal) => refusal_node(&refusal),
    }
    .to_string();
    let name = method.response_node();
    let signature = keys.sign(&node);
    json_response(format!(r#"{{"{name}":{node},"sign":"{signature}"}}"#))
}

/// The answer to a request that names no known method, for which there is no node to sign.
pub(crate) fn unsigned_refusal(refusal: &Refusal) -> Response {
    json_response(json!({"error_response": refusal_node(refusal)}).to_string())
}

fn query(shared: &Shared, content: &str, now: OffsetDateTime) -> Result<Fields, Refusal> {
    let trade = find(shared, &content::key(content)?, now)?;
    let mut fields = numbers_of(&trade);
    put(&mut fields, "buyer_logon_id", BUYER_LOGON_ID);
    put(&mut fields, "buyer_user_id", BUYER_ID);
    put(&mut fields, "trade_status", trade.status.word());
    let total = trade.order.total_amount.to_string();
    put(&mut fields, "total_amount", &total);
    if let Some(paid_at) = trade.paid_at {
        put(&mut fields, "send_pay_date", &beijing::write(paid_at));
    }
    let paid = if trade.paid_at.is_some() {
        &total
    } else {
        "0.00"
    };
    for name in ["buyer_pay_amount", "invoice_amount", "receipt_amount"] {
        put(&mut fields, name, paid);
    }
    put(&mut fields, "point_amount", "0.00");
    Ok(fields)
}

fn close(shared: &Shared, content: &str, now: OffsetDateTime) -> Result<Fields, Refusal> {
    let key = content::key(content)?;
    let closed = shared.book.change(&key, now, |trade| trade.close(now))?;
    Ok(numbers_of(&closed.trade))
}

fn refund(shared: &Shared, content: &str, now: OffsetDateTime) -> Result<Fields, Refusal> {
    let key = content::key(content)?;
    let refund = content::refund(content, now)?;
    let Outcome { trade, changed } = shared.book.change(&key, now, |trade| {
        let refunded = trade.refund(refund.clone())?;
        if refunded == *trade {
            return Ok(refunded);
        }
        Ok(refunded.announcing_refund(&shared.merchant, now))
    })?;
    if changed && let Some(notice) = trade.notices.last() {
        delivery::hand_over(&shared.courier, &trade, notice);
    }
    let mut fields = numbers_of(&trade);
    put(&mut fields, "buyer_logon_id", BUYER_LOGON_ID);
    put(&mut fields, "buyer_user_id", BUYER_ID);
    put(&mut fields, "fund_change", if changed { "Y" } else { "N" });
    put(&mut fields, "refund_fee", &trade.refunded().to_string());
    if let Some(kept) = trade.refund_of(&refund.out_request_no) {
        put(&mut fields, "gmt_refund_pay", &beijing::write(kept.at));
    }
    Ok(fields)
}

/// A refund that does not exist is answered with success and without a status, as the real gateway does.
fn query_refund(shared: &Shared, content: &str, now: OffsetDateTime) -> Result<Fields, Refusal> {
    let number = content::refund_number(content)?;
    let trade = find(shared, &content::key(content)?, now)?;
    let Some(refund) = trade.refund_of(&number) else {
        return Ok(Fields::new());
    };
    let mut fields = numbers_of(&trade);
    put(&mut fields, "out_request_no", &number);
    put(
        &mut fields,
        "total_amount",
        &trade.order.total_amount.to_string(),
    );
    put(&mut fields, "refund_amount", &refund.amount.to_string());
    put(&mut fields, "refund_status", "REFUND_SUCCESS");
    put(&mut fields, "gmt_refund_pay", &beijing::write(refund.at));
    if let Some(reason) = &refund.reason {
        put(&mut fields, "refund_reason", reason);
    }
    Ok(fields)
}

fn find(shared: &Shared, key: &Key, now: OffsetDateTime) -> Result<Trade, Refusal> {
    shared
        .book
        .find(key, now)
        .ok_or_else(Refusal::trade_not_exist)
}

fn numbers_of(trade: &Trade) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, "out_trade_no", &trade.order.out_trade_no);
    put(&mut fields, "trade_no", &trade.trade_no);
    fields
}

fn put(fields: &mut Fields, name: &str, value: &str) {
    fields.insert(name.to_owned(), Value::from(value));
}

fn success_node(mut fields: Fields) -> Value {
    put(&mut fields, "code", "10000");
    put(&mut fields, "msg", "Success");
    Value::Object(fields)
}

fn refusal_node(refusal: &Refusal) -> Value {
    json!({
        "code": refusal.class.code(),
        "msg": refusal.class.msg(),
        "sub_code": refusal.sub_code,
        "sub_msg": refusal.sub_msg,
    })
}

fn json_response(body: String) -> Response {
    ([(CONTENT_TYPE, "application/json;charset=utf-8")], body).into_response()
}
