//! What the provider tells the shop's server about a trade: a signed form, repeated for about 25 hours until the server
//! answers `success`.

use std::collections::BTreeMap;

use kernel::{ConfigError, Environment, Money, Timestamp};

use super::{beijing, keys::ProviderKey, parameters::signed_text};

/// Tells the provider's notices to this merchant from everything else that is sent.
#[derive(Debug)]
pub struct NoticeReader {
    key: ProviderKey,
    app_id: String,
    seller_id: String,
}

/// A notice that the provider has signed, for this merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The merchant's number of what was to be paid.
    pub out_trade_no: String,
    /// The provider's number of the trade: letters, digits and underscores, 64 at most.
    pub trade_no: String,
    /// What happened.
    pub event: Event,
}

/// What happened to a trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The buyer has paid (`TRADE_SUCCESS`), or had paid and the time for refunds is over (`TRADE_FINISHED`).
    Paid {
        /// How much the trade is over.
        amount: Money,
        /// When; absent when the provider does not say it readably.
        at: Option<Timestamp>,
    },
    /// Money went back to the buyer, all or some of it; whatever the status says beside it.
    Refunded,
    /// The trade is open and nobody has paid yet.
    Waiting,
    /// The trade is closed, and nobody paid.
    Closed,
}

/// Why a form is not believed. Values are shown only when the provider has signed them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// It would mean one thing to the signature and another to its reader.
    #[error("a parameter is given twice")]
    Repeated,
    /// Nobody signed it.
    #[error("it has no signature")]
    Unsigned,
    /// Somebody else signed it, or something was changed.
    #[error("the provider has not signed this")]
    Forged,
    /// It is signed, and lacks what every notice has.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// It is signed, and for another merchant, or of another kind.
    #[error("the parameter {parameter} is {found:?} and not {expected:?}")]
    Unexpected {
        /// Which.
        parameter: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// It is signed, and a value cannot be understood.
    #[error("the parameter {parameter} cannot be read: {found:?}")]
    Unreadable {
        /// Which.
        parameter: &'static str,
        /// What it is.
        found: String,
    },
}

/// The parameters of a form that the provider has signed; those without a value are left out, as the signature leaves them out.
struct Signed(BTreeMap<String, String>);

impl NoticeReader {
    /// Reads `ALIPAY_PUBLIC_KEY`, `ALIPAY_APP_ID` and `ALIPAY_SELLER_ID`.
    ///
    /// # Errors
    /// When one is missing, or the key is none.
    pub fn from_env(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            key: environment.parse("ALIPAY_PUBLIC_KEY")?,
            app_id: environment.text("ALIPAY_APP_ID")?.to_owned(),
            seller_id: environment.text("ALIPAY_SELLER_ID")?.to_owned(),
        })
    }

    /// Reads a form, decoded, as a notice. The signature comes first: before it holds, nothing else is looked at.
    ///
    /// # Errors
    /// When the provider has not signed it for this merchant, or it is not about a trade.
    pub fn read(&self, form: Vec<(String, String)>) -> Result<Notice, NoticeError> {
        let notice = self.verify(form)?;
        notice.must_be("app_id", &self.app_id)?;
        notice.must_be("seller_id", &self.seller_id)?;
        notice.must_be("sign_type", "RSA2")?;
        notice.must_be("notify_type", "trade_status_sync")?;
        // Values were decoded as UTF-8.
        notice.must_be("charset", "utf-8")?;
        let trade_no = notice.get("trade_no")?;
        if trade_no.len() > 64
            || !trade_no
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            return Err(unreadable("trade_no", trade_no));
        }
        Ok(Notice {
            out_trade_no: notice.get("out_trade_no")?.to_owned(),
            trade_no: trade_no.to_owned(),
            event: notice.event()?,
        })
    }

    fn verify(&self, form: Vec<(String, String)>) -> Result<Signed, NoticeError> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form {
            if parameters.insert(name, value).is_some() {
                return Err(NoticeError::Repeated);
            }
        }
        parameters.retain(|_, value| !value.is_empty());
        let signature = parameters.get("sign").ok_or(NoticeError::Unsigned)?;
        let pairs = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        if self
            .key
            .verifies(&signed_text(pairs, &["sign", "sign_type"]), signature)
        {
            Ok(Signed(parameters))
        } else {
            Err(NoticeError::Forged)
        }
    }
}

impl Signed {
    fn get(&self, parameter: &'static str) -> Result<&str, NoticeError> {
        self.0
            .get(parameter)
            .map(String::as_str)
            .ok_or(NoticeError::Missing(parameter))
    }

    fn must_be(&self, parameter: &'static str, expected: &str) -> Result<(), NoticeError> {
        let found = self.get(parameter)?;
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        Err(NoticeError::Unexpected {
            parameter,
            expected: expected.to_owned(),
            found: found.to_owned(),
        })
    }

    fn event(&self) -> Result<Event, NoticeError> {
        let status = self.get("trade_status")?;
        // A trade that is paid back in part keeps its status, and one that is paid back whole is closed: what tells them
        // from a payment is that money has gone back.
        if self.0.contains_key("refund_fee") || self.0.contains_key("gmt_refund") {
            return Ok(Event::Refunded);
        }
        match status {
            "TRADE_SUCCESS" | "TRADE_FINISHED" => self.payment(),
            "WAIT_BUYER_PAY" => Ok(Event::Waiting),
            "TRADE_CLOSED" => Ok(Event::Closed),
            other => Err(unreadable("trade_status", other)),
        }
    }

    fn payment(&self) -> Result<Event, NoticeError> {
        let amount = self.get("total_amount")?;
        Ok(Event::Paid {
            amount: amount
                .parse()
                .map_err(|_| unreadable("total_amount", amount))?,
            at: self
                .0
                .get("gmt_payment")
                .and_then(|moment| beijing::read(moment)),
        })
    }
}

fn unreadable(parameter: &'static str, found: &str) -> NoticeError {
    NoticeError::Unreadable {
        parameter,
        found: found.to_owned(),
    }
}

#[cfg(test)]
mod tests;
