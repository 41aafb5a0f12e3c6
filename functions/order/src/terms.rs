//! What the mall sets for its orders, from the template's variables.

use std::time::Duration;

use kernel::{ConfigError, Environment, Timestamp};

use crate::domain::FreightRules;

/// The terms of business.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// How long an order can be paid after it was placed (`PAYMENT_WINDOW_SECONDS`).
    payment_window: Duration,
    /// How long after that it is closed (`CLOSE_GRACE_SECONDS`): a payment of the last second is still on its way.
    pub(crate) close_grace: Duration,
    /// How long an order can be placed with a quote (`QUOTE_VALID_SECONDS`).
    quote_validity: Duration,
    /// What it costs to send goods (`FREIGHT_RULES`).
    pub(crate) freight: FreightRules,
}

impl Terms {
    pub(crate) fn from_env(environment: &Environment) -> Result<Self, ConfigError> {
        let seconds = |name| {
            environment
                .parse::<u32>(name)
                .map(|seconds| Duration::from_secs(seconds.into()))
        };
        Ok(Self {
            payment_window: seconds("PAYMENT_WINDOW_SECONDS")?,
            close_grace: seconds("CLOSE_GRACE_SECONDS")?,
            quote_validity: seconds("QUOTE_VALID_SECONDS")?,
            freight: environment.parse("FREIGHT_RULES")?,
        })
    }

    /// Until when an order can be placed with a quote made now.
    pub(crate) fn quote_expires_at(&self, now: Timestamp) -> Timestamp {
        now.plus(self.quote_validity)
    }

    /// Until when an order placed now can be paid.
    pub(crate) fn order_expires_at(&self, now: Timestamp) -> Timestamp {
        now.plus(self.payment_window)
    }

    /// When an order that expires then is to be closed.
    pub(crate) fn close_due(&self, expires_at: Timestamp) -> Timestamp {
        expires_at.plus(self.close_grace)
    }
}
