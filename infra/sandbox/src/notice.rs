//! Asynchronous notices: what the merchant's server is told, until it says that it has understood.
//!
//! A notice is a signed form, sent to the trade's notify address. The only answer that ends it is status 200 with
//! the body `success` and nothing else; after any other, and after silence, it is sent again on the schedule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;
use time::serde::rfc3339;

use crate::beijing;
use crate::merchant::Merchant;
use crate::numbers;
use crate::signature::{KeyPair, notice_text};
use crate::trade::{Refund, Trade};

/// The one buyer of this sandbox.
pub(crate) const BUYER_ID: &str = "2088002020260013";

/// A notice of one event of a trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// The provider's number of the notice; the same each time it is sent.
    pub(crate) notify_id: String,
    pub(crate) notify_url: String,
    /// What it says, but for the time of sending and the signature.
    pub(crate) fields: BTreeMap<String, String>,
    /// Every time it was sent.
    pub(crate) attempts: Vec<Attempt>,
    /// Whether the merchant has answered `success`.
    pub(crate) delivered: bool,
    /// When it is sent next; none once it is delivered or given up.
    #[serde(with = "rfc3339::option")]
    pub(crate) next_attempt_at: Option<OffsetDateTime>,
}

/// One time a notice was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    /// The HTTP status of the answer, if one came.
    pub(crate) status: Option<u16>,
    /// The beginning of the answer's body, or why none came.
    pub(crate) answer: String,
}

impl Attempt {
    /// Whether the answer ends the notice.
    fn understood(&self) -> bool {
        self.status == Some(200) && self.answer == "success"
    }
}

impl Notice {
    /// Notes an attempt, and when the next one is due: the n-th delay of the schedule follows the n-th attempt.
    fn attempted(&mut self, attempt: Attempt, schedule: &[std::time::Duration]) {
        self.delivered = attempt.understood();
        let delay = schedule.get(self.attempts.len()).copied();
        self.next_attempt_at = delay
            .filter(|_| !self.delivered)
            .map(|delay| attempt.at + delay);
        self.attempts.push(attempt);
    }

    /// The form as it is sent at this moment.
    pub(crate) fn form(&self, keys: &KeyPair, now: OffsetDateTime) -> BTreeMap<String, String> {
        let mut form = self.fields.clone();
        form.insert("notify_time".to_owned(), beijing::write(now));
        sign(&mut form, keys);
        form
    }
}

/// Adds `sign_type` and `sign` to the parameters of a notice or a return.
pub(crate) fn sign(parameters: &mut BTreeMap<String, String>, keys: &KeyPair) {
    let pairs = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let signature = keys.sign(&notice_text(pairs));
    parameters.insert("sign_type".to_owned(), "RSA2".to_owned());
    parameters.insert("sign".to_owned(), signature);
}

impl Trade {
    /// The trade with a notice that it was paid, if the merchant wants notices.
    pub(crate) fn announcing_payment(mut self, merchant: &Merchant, now: OffsetDateTime) -> Trade {
        let fields = payment_fields(&self, merchant);
        self.announce(fields, now);
        self
    }

    /// The trade with a notice of its last refund, if the merchant wants notices.
    pub(crate) fn announcing_refund(mut self, merchant: &Merchant, now: OffsetDateTime) -> Trade {
        let Some(refund) = self.refunds.last() else {
            return self;
        };
        let mut fields = payment_fields(&self, merchant);
        fields.extend(refund_fields(&self, refund));
        self.announce(fields, now);
        self
    }

    /// The trade with one more attempt of a notice.
    pub(crate) fn with_attempt(
        &self,
        notify_id: &str,
        attempt: Attempt,
        schedule: &[std::time::Duration],
    ) -> Trade {
        let mut trade = self.clone();
        if let Some(notice) = trade.notice_mut(notify_id) {
            notice.attempted(attempt, schedule);
        }
        trade
    }

    /// The notice with this number.
    pub(crate) fn notice(&self, notify_id: &str) -> Option<&Notice> {
        self.notices
            .iter()
            .find(|notice| notice.notify_id == notify_id)
    }

    fn notice_mut(&mut self, notify_id: &str) -> Option<&mut Notice> {
        self.notices
            .iter_mut()
            .find(|notice| notice.notify_id == notify_id)
    }

    fn announce(&mut self, mut fields: BTreeMap<String, String>, now: OffsetDateTime) {
        let Some(notify_url) = self.addresses.notify_url.clone() else {
            return;
        };
        let notify_id = numbers::notify_id(now);
        fields.insert("notify_id".to_owned(), notify_id.clone());
        self.notices.push(Notice {
            notify_id,
            notify_url,
            fields,
            attempts: Vec::new(),
            delivered: false,
            next_attempt_at: Some(now),
        });
    }
}

fn payment_fields(trade: &Trade, merchant: &Merchant) -> BTreeMap<String, String> {
    let amount = trade.order.total_amount.to_string();
    let bill = serde_json::json!([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}]);
    let mut fields = fields([
        ("app_id", merchant.app_id.clone()),
        ("auth_app_id", merchant.app_id.clone()),
        ("buyer_id", BUYER_ID.to_owned()),
        ("buyer_pay_amount", amount.clone()),
        ("charset", "utf-8".to_owned()),
        ("fund_bill_list", bill.to_string()),
        ("gmt_create", beijing::write(trade.created_at)),
        ("invoice_amount", amount.clone()),
        ("notify_type", "trade_status_sync".to_owned()),
        ("out_trade_no", trade.order.out_trade_no.clone()),
        ("point_amount", "0.00".to_owned()),
        ("receipt_amount", amount.clone()),
        ("seller_id", merchant.seller_id.clone()),
        ("subject", trade.order.subject.clone()),
        ("total_amount", amount),
        ("trade_no", trade.trade_no.clone()),
        ("trade_status", trade.status.word().to_owned()),
        ("version", "1.0".to_owned()),
    ]);
    if let Some(body) = &trade.order.body {
        fields.insert("body".to_owned(), body.clone());
    }
    if let Some(paid_at) = trade.paid_at {
        fields.insert("gmt_payment".to_owned(), beijing::write(paid_at));
    }
    fields
}

fn refund_fields(trade: &Trade, refund: &Refund) -> BTreeMap<String, String> {
    let thousandths = format_description!(".[subsecond digits:3]");
    let fraction = refund
        .at
        .format(thousandths)
        .expect("a moment has a fraction of a second");
    let mut fields = fields([
        (
            "gmt_refund",
            format!("{}{fraction}", beijing::write(refund.at)),
        ),
        ("out_biz_no", refund.out_request_no.clone()),
        ("refund_fee", trade.refunded().to_string()),
    ]);
    if let Some(closed_at) = trade.closed_at {
        fields.insert("gmt_close".to_owned(), beijing::write(closed_at));
    }
    fields
}

fn fields<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-03-02 12:00 UTC);
    const SCHEDULE: [Duration; 2] = [Duration::from_secs(240), Duration::from_secs(600)];

    fn notice() -> Notice {
        Notice {
            notify_id: "1".to_owned(),
            notify_url: "http://merchant/notice".to_owned(),
            fields: BTreeMap::new(),
            attempts: Vec::new(),
            delivered: false,
            next_attempt_at: Some(NOON),
        }
    }

    fn attempt(status: u16, answer: &str) -> Attempt {
        Attempt {
            at: NOON,
            status: Some(status),
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn each_attempt_in_vain_is_followed_by_the_next_delay_until_none_is_left() {
        let mut notice = notice();
        notice.attempted(attempt(200, "failure"), &SCHEDULE);
        assert_eq!(notice.next_attempt_at, Some(NOON + SCHEDULE[0]));
        notice.attempted(attempt(200, "failure"), &SCHEDULE);
        assert_eq!(notice.next_attempt_at, Some(NOON + SCHEDULE[1]));
        notice.attempted(attempt(200, "failure"), &SCHEDULE);
        assert_eq!(notice.next_attempt_at, None);
        assert!(!notice.delivered);
    }

    #[test]
    fn only_the_word_success_and_nothing_else_ends_a_notice() {
        for (status, answer, ends) in [
            (200, "success", true),
            (200, "success\n", false),
            (200, "Success", false),
            (200, "\"success\"", false),
            (500, "success", false),
            (302, "success", false),
        ] {
            let mut notice = notice();
            notice.attempted(attempt(status, answer), &SCHEDULE);
            assert_eq!(notice.delivered, ends, "{status} {answer:?}");
            assert_eq!(notice.next_attempt_at.is_none(), ends);
        }
    }
}
