//! The life of a trade: opened by the merchant, paid by the buyer or closed, perhaps paid back.
//!
//! Pure: a trade and a moment in, the changed trade or a refusal out. A change that was made before gives the
//! trade as it is, so that a repeat does nothing.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;

use crate::amount::Amount;
use crate::notice::Notice;
use crate::refusal::Refusal;

/// Where a trade stands, in the provider's words. `TRADE_FINISHED`, which the real one reaches when no refund is
/// possible any more after some months, does not occur here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    WaitBuyerPay,
    TradeSuccess,
    TradeClosed,
}

impl Status {
    /// The word in answers and notices.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::WaitBuyerPay => "WAIT_BUYER_PAY",
            Status::TradeSuccess => "TRADE_SUCCESS",
            Status::TradeClosed => "TRADE_CLOSED",
        }
    }
}

/// What the merchant asks to be paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The merchant's number.
    pub(crate) out_trade_no: String,
    pub(crate) subject: String,
    pub(crate) body: Option<String>,
    pub(crate) total_amount: Amount,
    /// From this moment on nobody can pay.
    #[serde(with = "rfc3339")]
    pub(crate) expires_at: OffsetDateTime,
}

/// Where the merchant wants the news and the browser sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) notify_url: Option<String>,
    pub(crate) return_url: Option<String>,
}

/// A sum paid back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    /// The merchant's number of this refund, unique within the trade.
    pub(crate) out_request_no: String,
    pub(crate) amount: Amount,
    pub(crate) reason: Option<String>,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// A trade with all that happened to it. This is also its form in the journal and on the developer's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trade {
    /// The provider's number: 28 digits.
    pub(crate) trade_no: String,
    #[serde(flatten)]
    pub(crate) order: Order,
    pub(crate) status: Status,
    #[serde(flatten)]
    pub(crate) addresses: Addresses,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    pub(crate) paid_at: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    pub(crate) closed_at: Option<OffsetDateTime>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) notices: Vec<Notice>,
}

impl Trade {
    /// Opens a trade for an order that can still be paid.
    pub(crate) fn open(
        order: Order,
        addresses: Addresses,
        trade_no: String,
        now: OffsetDateTime,
    ) -> Result<Trade, Refusal> {
        if order.expires_at <= now {
            return Err(Refusal::parameter("time_expire 已过，订单不能再支付"));
        }
        Ok(Trade {
            trade_no,
            order,
            status: Status::WaitBuyerPay,
            addresses,
            created_at: now,
            paid_at: None,
            closed_at: None,
            refunds: Vec::new(),
            notices: Vec::new(),
        })
    }

    /// The merchant sends a buyer again for the same order: the same trade, its first time limit, the newest
    /// addresses.
    pub(crate) fn reopen(&self, order: &Order, addresses: Addresses) -> Result<Trade, Refusal> {
        match self.status {
            Status::TradeSuccess => return Err(Refusal::trade_has_success()),
            Status::TradeClosed => return Err(Refusal::trade_has_close()),
            Status::WaitBuyerPay => {}
        }
        if order.total_amount != self.order.total_amount || order.subject != self.order.subject {
            return Err(Refusal::context_inconsistent());
        }
        Ok(Trade {
            addresses,
            ..self.clone()
        })
    }

    /// The trade as it stands at this moment: a trade that nobody paid in time is closed, with no timer needed.
    pub(crate) fn standing_at(self, now: OffsetDateTime) -> Trade {
        if self.status != Status::WaitBuyerPay || now < self.order.expires_at {
            return self;
        }
        Trade {
            status: Status::TradeClosed,
            closed_at: Some(self.order.expires_at),
            ..self
        }
    }

    /// The buyer pays.
    pub(crate) fn pay(&self, now: OffsetDateTime) -> Result<Trade, Refusal> {
        if self.paid_at.is_some() {
            return Ok(self.clone());
        }
        if self.status == Status::TradeClosed {
            return Err(Refusal::trade_has_close());
        }
        Ok(Trade {
            status: Status::TradeSuccess,
            paid_at: Some(now),
            ..self.clone()
        })
    }

    /// The merchant closes a trade that nobody has paid.
    pub(crate) fn close(&self, now: OffsetDateTime) -> Result<Trade, Refusal> {
        if self.status != Status::WaitBuyerPay {
            return Err(Refusal::trade_status());
        }
        Ok(Trade {
            status: Status::TradeClosed,
            closed_at: Some(now),
            ..self.clone()
        })
    }

    /// The merchant pays back a part or the rest; with nothing left the trade is closed.
    pub(crate) fn refund(&self, refund: Refund) -> Result<Trade, Refusal> {
        if self.paid_at.is_none() {
            return Err(Refusal::trade_status());
        }
        if let Some(earlier) = self.refund_of(&refund.out_request_no) {
            if earlier.amount != refund.amount {
                return Err(Refusal::discordant_repeat());
            }
            return Ok(self.clone());
        }
        let refunded = self.refunded().plus(refund.amount);
        if refunded > self.order.total_amount {
            return Err(Refusal::refund_amount());
        }
        let mut trade = self.clone();
        if refunded == self.order.total_amount {
            trade.status = Status::TradeClosed;
            trade.closed_at = Some(refund.at);
        }
        trade.refunds.push(refund);
        Ok(trade)
    }

    /// The refund with the merchant's number.
    pub(crate) fn refund_of(&self, out_request_no: &str) -> Option<&Refund> {
        self.refunds
            .iter()
            .find(|refund| refund.out_request_no == out_request_no)
    }

    /// All that was paid back so far.
    pub(crate) fn refunded(&self) -> Amount {
        self.refunds
            .iter()
            .fold(Amount::ZERO, |sum, refund| sum.plus(refund.amount))
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-03-02 12:00 UTC);
    const LIMIT: OffsetDateTime = datetime!(2026-03-02 12:15 UTC);

    fn order(amount: &str) -> Order {
        Order {
            out_trade_no: "A1".to_owned(),
            subject: "手机".to_owned(),
            body: None,
            total_amount: Amount::parse(amount).unwrap(),
            expires_at: LIMIT,
        }
    }

    fn addresses(host: &str) -> Addresses {
        Addresses {
            notify_url: Some(format!("http://{host}/notice")),
            return_url: None,
        }
    }

    fn opened() -> Trade {
        Trade::open(order("10.00"), addresses("old"), "1".repeat(28), NOON).unwrap()
    }

    fn refund(number: &str, amount: &str) -> Refund {
        Refund {
            out_request_no: number.to_owned(),
            amount: Amount::parse(amount).unwrap(),
            reason: None,
            at: LIMIT,
        }
    }

    #[test]
    fn a_trade_can_be_paid_until_the_last_moment_and_not_at_its_limit() {
        let last_moment = LIMIT - Duration::nanoseconds(1);
        let paid = opened().standing_at(last_moment).pay(last_moment).unwrap();
        assert_eq!(paid.status, Status::TradeSuccess);
        assert_eq!(paid.standing_at(LIMIT).status, Status::TradeSuccess);

        let late = opened().standing_at(LIMIT);
        assert_eq!(late.status, Status::TradeClosed);
        assert_eq!(late.closed_at, Some(LIMIT));
        assert_eq!(late.pay(LIMIT), Err(Refusal::trade_has_close()));
    }

    #[test]
    fn a_trade_whose_limit_has_passed_does_not_open() {
        let late = Trade::open(order("10.00"), addresses("old"), String::new(), LIMIT);
        assert_eq!(late.unwrap_err().sub_code, "ACQ.INVALID_PARAMETER");
    }

    #[test]
    fn paying_twice_changes_nothing_the_second_time() {
        let paid = opened().pay(NOON).unwrap();
        assert_eq!(paid.pay(LIMIT), Ok(paid.clone()));
    }

    #[test]
    fn the_same_order_again_is_the_same_trade_with_the_newest_addresses() {
        let mut later = order("10.00");
        later.expires_at = LIMIT + Duration::hours(1);
        let again = opened().reopen(&later, addresses("new")).unwrap();
        assert_eq!(again.trade_no, opened().trade_no);
        assert_eq!(again.order.expires_at, LIMIT);
        assert_eq!(again.addresses, addresses("new"));
    }

    #[test]
    fn the_same_order_with_another_amount_or_subject_is_refused() {
        let inconsistent = Err(Refusal::context_inconsistent());
        let dearer = opened().reopen(&order("10.01"), addresses("old"));
        assert_eq!(dearer, inconsistent);
        let mut renamed = order("10.00");
        renamed.subject = "电脑".to_owned();
        assert_eq!(opened().reopen(&renamed, addresses("old")), inconsistent);
    }

    #[test]
    fn an_order_that_is_paid_or_closed_opens_no_page_again() {
        let paid = opened().pay(NOON).unwrap();
        assert_eq!(
            paid.reopen(&order("10.00"), addresses("old")),
            Err(Refusal::trade_has_success())
        );
        let closed = opened().close(NOON).unwrap();
        assert_eq!(
            closed.reopen(&order("10.00"), addresses("old")),
            Err(Refusal::trade_has_close())
        );
    }

    #[test]
    fn only_a_trade_that_waits_for_its_buyer_is_closed() {
        let closed = opened().close(NOON).unwrap();
        assert_eq!(closed.pay(NOON), Err(Refusal::trade_has_close()));
        assert_eq!(closed.close(NOON), Err(Refusal::trade_status()));
        let paid = opened().pay(NOON).unwrap();
        assert_eq!(paid.close(NOON), Err(Refusal::trade_status()));
    }

    #[test]
    fn refunds_add_up_to_the_amount_and_no_further() {
        let paid = opened().pay(NOON).unwrap();
        let part = paid.refund(refund("r1", "4.00")).unwrap();
        assert_eq!(part.status, Status::TradeSuccess);
        assert_eq!(
            part.refund(refund("r2", "6.01")),
            Err(Refusal::refund_amount())
        );
        let whole = part.refund(refund("r2", "6.00")).unwrap();
        assert_eq!(whole.status, Status::TradeClosed);
        assert_eq!(whole.refunded().to_string(), "10.00");
        assert_eq!(whole.refund(refund("r2", "6.00")), Ok(whole.clone()));
        assert_eq!(
            whole.refund(refund("r2", "5.00")),
            Err(Refusal::discordant_repeat())
        );
    }

    #[test]
    fn what_was_never_paid_cannot_be_paid_back() {
        assert_eq!(
            opened().refund(refund("r1", "1.00")),
            Err(Refusal::trade_status())
        );
    }

    #[test]
    fn a_trade_reads_back_from_its_line() {
        let trade = opened().pay(NOON).unwrap().refund(refund("r1", "4.00"));
        let line = serde_json::to_string(&trade.clone().unwrap()).unwrap();
        assert_eq!(
            serde_json::from_str::<Trade>(&line).unwrap(),
            trade.unwrap()
        );
    }
}
