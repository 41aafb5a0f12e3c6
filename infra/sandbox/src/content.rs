//! `biz_content`, the JSON in which a merchant says what it wants, read field by field with the provider's limits.
//!
//! Names unknown here are passed over, as the provider does.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::{Duration, OffsetDateTime};

use crate::amount::Amount;
use crate::beijing;
use crate::book::Key;
use crate::refusal::Refusal;
use crate::trade::{Order, Refund};

/// How long a buyer has when the merchant sets no limit, and the longest limit there is.
const LONGEST_LIMIT: Duration = Duration::days(15);

#[derive(Deserialize)]
struct PagePayContent {
    out_trade_no: Option<String>,
    product_code: Option<String>,
    total_amount: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    time_expire: Option<String>,
    timeout_express: Option<String>,
}

/// Reads the order of `alipay.trade.page.pay`.
pub(crate) fn order(content: &str, now: OffsetDateTime) -> Result<Order, Refusal> {
    let content: PagePayContent = read(content)?;
    if content.product_code.as_deref() != Some("FAST_INSTANT_TRADE_PAY") {
        return Err(Refusal::parameter(
            "product_code 应为 FAST_INSTANT_TRADE_PAY",
        ));
    }
    Ok(Order {
        out_trade_no: merchant_number("out_trade_no", content.out_trade_no)?,
        subject: text("subject", content.subject, 256)?
            .ok_or_else(|| Refusal::parameter("缺少 subject"))?,
        body: text("body", content.body, 128)?,
        total_amount: amount("total_amount", content.total_amount)?,
        expires_at: limit(content.time_expire, content.timeout_express, now)?,
    })
}

#[derive(Deserialize)]
struct TradeContent {
    out_trade_no: Option<String>,
    trade_no: Option<String>,
}

/// Reads which trade is meant: `trade_no` goes before `out_trade_no`.
pub(crate) fn key(content: &str) -> Result<Key, Refusal> {
    let content: TradeContent = read(content)?;
    match (filled(content.trade_no), filled(content.out_trade_no)) {
        (Some(trade_no), _) => Ok(Key::TradeNo(trade_no)),
        (None, Some(out_trade_no)) => Ok(Key::OutTradeNo(out_trade_no)),
        (None, None) => Err(Refusal::parameter("缺少 out_trade_no 或 trade_no")),
    }
}

#[derive(Deserialize)]
struct RefundContent {
    out_trade_no: Option<String>,
    refund_amount: Option<String>,
    refund_reason: Option<String>,
    out_request_no: Option<String>,
}

/// Reads the refund of `alipay.trade.refund`. Without a number of its own it has the trade's, so that there can
/// be only one.
pub(crate) fn refund(content: &str, now: OffsetDateTime) -> Result<Refund, Refusal> {
    let content: RefundContent = read(content)?;
    let number = filled(content.out_request_no).or_else(|| filled(content.out_trade_no));
    Ok(Refund {
        out_request_no: merchant_number("out_request_no", number)?,
        amount: amount("refund_amount", content.refund_amount)?,
        reason: text("refund_reason", content.refund_reason, 256)?,
        at: now,
    })
}

#[derive(Deserialize)]
struct RefundQueryContent {
    out_request_no: Option<String>,
}

/// Reads which refund `alipay.trade.fastpay.refund.query` asks about.
pub(crate) fn refund_number(content: &str) -> Result<String, Refusal> {
    let content: RefundQueryContent = read(content)?;
    filled(content.out_request_no).ok_or_else(|| Refusal::parameter("缺少 out_request_no"))
}

fn read<T: DeserializeOwned>(content: &str) -> Result<T, Refusal> {
    serde_json::from_str(content)
        .map_err(|error| Refusal::parameter(&format!("biz_content 不能解析：{error}")))
}

fn filled(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

fn text(name: &str, value: Option<String>, longest: usize) -> Result<Option<String>, Refusal> {
    let value = filled(value);
    if value
        .as_ref()
        .is_some_and(|value| value.chars().count() > longest)
    {
        return Err(Refusal::parameter(&format!("{name} 超过 {longest} 个字符")));
    }
    Ok(value)
}

/// A number given by the merchant: 1 to 64 letters, digits and underscores, as the provider's reference says.
fn merchant_number(name: &str, value: Option<String>) -> Result<String, Refusal> {
    let value = filled(value).ok_or_else(|| Refusal::parameter(&format!("缺少 {name}")))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if value.len() > 64 || !value.bytes().all(allowed) {
        return Err(Refusal::parameter(&format!(
            "{name} 只能包含字母、数字、下划线，且不超过 64 个字符"
        )));
    }
    Ok(value)
}

fn amount(name: &str, value: Option<String>) -> Result<Amount, Refusal> {
    let value = filled(value).ok_or_else(|| Refusal::parameter(&format!("缺少 {name}")))?;
    Amount::parse(&value).map_err(|error| Refusal::parameter(&format!("{name}：{error}")))
}

fn limit(
    time_expire: Option<String>,
    timeout_express: Option<String>,
    now: OffsetDateTime,
) -> Result<OffsetDateTime, Refusal> {
    if let Some(moment) = filled(time_expire) {
        return beijing::read(&moment)
            .ok_or_else(|| Refusal::parameter("time_expire 的格式应为 yyyy-MM-dd HH:mm:ss"));
    }
    match filled(timeout_express) {
        Some(express) => express_limit(&express, now)
            .ok_or_else(|| Refusal::parameter("timeout_express 的取值范围为 1m～15d 或 1c")),
        None => Ok(now + LONGEST_LIMIT),
    }
}

/// `90m`, `2h`, `1d`, or `1c` for the end of the day.
fn express_limit(express: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
    if express == "1c" {
        return Some(beijing::end_of_day(now));
    }
    let unit = express.chars().last()?;
    let number: i64 = express.strip_suffix(unit)?.parse().ok()?;
    if !(1..=30_000).contains(&number) {
        return None;
    }
    let length = match unit {
        'm' => Duration::minutes(number),
        'h' => Duration::hours(number),
        'd' => Duration::days(number),
        _ => return None,
    };
    (length <= LONGEST_LIMIT).then(|| now + length)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-03-02 12:00 +8);

    #[test]
    fn a_limit_is_a_moment_or_a_length_or_fifteen_days() {
        let given = |expire: Option<&str>, express: Option<&str>| {
            limit(expire.map(str::to_owned), express.map(str::to_owned), NOON).ok()
        };
        let moment = Some("2026-03-02 12:15:00");
        assert_eq!(
            given(moment, Some("1d")),
            Some(NOON + Duration::minutes(15))
        );
        assert_eq!(given(None, Some("90m")), Some(NOON + Duration::minutes(90)));
        assert_eq!(given(None, Some("2h")), Some(NOON + Duration::hours(2)));
        assert_eq!(
            given(None, Some("1c")),
            Some(datetime!(2026-03-03 00:00 +8))
        );
        assert_eq!(given(None, None), Some(NOON + Duration::days(15)));
        for wrong in ["0m", "16d", "m", "-1m", "1.5h", "5s", "+5m米"] {
            assert_eq!(given(None, Some(wrong)), None, "{wrong}");
        }
        assert_eq!(given(Some("tomorrow"), None), None);
    }

    #[test]
    fn an_order_needs_its_number_product_amount_and_subject_within_limits() {
        let complete = r#"{"out_trade_no":"A_1","product_code":"FAST_INSTANT_TRADE_PAY","total_amount":"0.01","subject":"手机","unknown":{}}"#;
        let read = order(complete, NOON).unwrap();
        assert_eq!((read.out_trade_no.as_str(), read.body), ("A_1", None));

        let long_subject = format!("\"subject\":\"{}\"", "长".repeat(257));
        for (part, instead) in [
            ("\"out_trade_no\":\"A_1\"", "\"out_trade_no\":\"A-1\""),
            ("\"out_trade_no\":\"A_1\"", "\"out_trade_no\":\"\""),
            ("FAST_INSTANT_TRADE_PAY", "QUICK_WAP_WAY"),
            ("0.01", "0.001"),
            ("\"subject\":\"手机\"", long_subject.as_str()),
            ("\"subject\":\"手机\",", ""),
            ("{}}", "{}"),
        ] {
            let wrong = complete.replacen(part, instead, 1);
            let refusal = order(&wrong, NOON).unwrap_err();
            assert_eq!(refusal.sub_code, "ACQ.INVALID_PARAMETER", "{wrong}");
        }
    }

    #[test]
    fn the_providers_number_goes_before_the_merchants() {
        let both = key(r#"{"trade_no":"20","out_trade_no":"A1"}"#).unwrap();
        assert_eq!(both, Key::TradeNo("20".to_owned()));
        let one = key(r#"{"trade_no":"","out_trade_no":"A1"}"#).unwrap();
        assert_eq!(one, Key::OutTradeNo("A1".to_owned()));
        assert!(key("{}").is_err());
    }
}
