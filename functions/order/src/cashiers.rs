//! Where orders are paid.

use alipay::{Bill, CannotSign, Cashier};
use edge::Boot;
use kernel::{ConfigError, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    PayableOrder,
    domain::{NotPayable, bill_for},
};

/// The ways to the payment providers' pages, in the merchant's name.
#[derive(Debug)]
pub struct Cashiers {
    alipay: Cashier,
}

/// The payment providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Alipay, on its own page.
    Alipay,
}

/// Where an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PaymentPage {
    /// The payment provider.
    provider: Provider,
    /// The provider's page for this order, for the browser to open. It takes money until the order's time to pay is over.
    url: String,
}

/// Why there is no page for an order.
#[derive(Debug, thiserror::Error)]
pub enum NoPage {
    /// It is not to be paid, or no longer.
    #[error("the order cannot be paid")]
    NotPayable(#[from] NotPayable),
    /// The page's address has to be signed.
    #[error("the provider's page cannot be addressed")]
    Unsigned(#[from] CannotSign),
}

impl Cashiers {
    /// Reads what each provider wants to know of the merchant: see [`Cashier::from_env`].
    ///
    /// # Errors
    /// When a variable is missing, or means nothing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            alipay: Cashier::from_env(boot.environment())?,
        })
    }

    /// The page on which an order is paid. Nothing is written: the provider's notice alone tells that money came, so there
    /// may be any number of pages for one order, and they are one trade.
    ///
    /// # Errors
    /// When the order cannot be paid at this moment, or the merchant's key cannot sign.
    pub fn page_for(
        &self,
        provider: Provider,
        order: &PayableOrder,
        now: Timestamp,
    ) -> Result<PaymentPage, NoPage> {
        let bill = bill_for(order, now)?;
        let url = match provider {
            Provider::Alipay => self.alipay.page_for(
                &Bill {
                    out_trade_no: &order.order_sn.to_string(),
                    subject: &bill.subject,
                    amount: bill.amount,
                    expires_at: bill.expires_at,
                },
                now,
            )?,
        };
        Ok(PaymentPage { provider, url })
    }
}
