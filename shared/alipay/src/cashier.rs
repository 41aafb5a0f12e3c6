//! The way to the provider's cashier: an address that a browser opens (`alipay.trade.page.pay`).

use form_urlencoded::Serializer;
use kernel::{ConfigError, Environment, Money, Timestamp};
use serde_json::json;

pub use super::keys::CannotSign;
use super::{address::WebAddress, beijing, keys::MerchantKey, parameters::signed_text};

/// Sends buyers to the provider, in the merchant's name.
#[derive(Debug)]
pub struct Cashier {
    gateway: WebAddress,
    app_id: String,
    key: MerchantKey,
    notify_url: WebAddress,
    return_url: WebAddress,
}

/// What a buyer is to pay.
#[derive(Debug, Clone, Copy)]
pub struct Bill<'b> {
    /// The merchant's number for it: unique for ever, 64 letters and digits at most.
    pub out_trade_no: &'b str,
    /// What it is for, as the buyer sees it.
    pub subject: &'b str,
    /// How much.
    pub amount: Money,
    /// The provider takes no money from then on.
    pub expires_at: Timestamp,
}

/// The longest subject that the provider takes, in characters.
const LONGEST_SUBJECT: usize = 256;

impl Cashier {
    /// Reads `ALIPAY_GATEWAY_URL`, `ALIPAY_APP_ID`, `MERCHANT_PRIVATE_KEY`, `ALIPAY_NOTIFY_URL` and
    /// `PAYMENT_RETURN_URL`.
    ///
    /// # Errors
    /// When one is missing, or means nothing.
    pub fn from_env(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            gateway: environment.parse("ALIPAY_GATEWAY_URL")?,
            app_id: environment.text("ALIPAY_APP_ID")?.to_owned(),
            key: environment.parse("MERCHANT_PRIVATE_KEY")?,
            notify_url: environment.parse("ALIPAY_NOTIFY_URL")?,
            return_url: environment.parse("PAYMENT_RETURN_URL")?,
        })
    }

    /// The address of the page on which the bill is paid. Opening it twice is one trade at the provider.
    ///
    /// # Errors
    /// When the merchant's key cannot sign.
    pub fn page_for(&self, bill: &Bill<'_>, now: Timestamp) -> Result<String, CannotSign> {
        let content = json!({
            "out_trade_no": bill.out_trade_no,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "subject": subject(bill.subject),
            "time_expire": beijing::write(bill.expires_at),
            "total_amount": bill.amount.to_string(),
        });
        let parameters = [
            ("app_id", self.app_id.clone()),
            ("biz_content", content.to_string()),
            ("charset", "utf-8".to_owned()),
            ("format", "JSON".to_owned()),
            ("method", "alipay.trade.page.pay".to_owned()),
            ("notify_url", self.notify_url.to_string()),
            ("return_url", self.return_url.to_string()),
            ("sign_type", "RSA2".to_owned()),
            ("timestamp", beijing::write(now)),
            ("version", "1.0".to_owned()),
        ];
        let pairs = || {
            parameters
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
        };
        let signature = self.key.sign(&signed_text(pairs(), &["sign"]))?;
        let query = Serializer::new(String::new())
            .extend_pairs(pairs())
            .append_pair("sign", &signature)
            .finish();
        Ok(format!("{}?{query}", self.gateway))
    }
}

/// The subject as the provider takes it: without `/`, `=` and `&`, and not too long.
fn subject(text: &str) -> String {
    let allowed = |c: char| {
        if matches!(c, '/' | '=' | '&') || c.is_control() {
            ' '
        } else {
            c
        }
    };
    text.chars().map(allowed).take(LONGEST_SUBJECT).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::Clock;

    use super::*;
    use crate::keys::{ProviderKey, tests};

    const VARIABLES: [(&str, &str); 5] = [
        ("ALIPAY_GATEWAY_URL", "https://gateway.example/gateway.do"),
        ("ALIPAY_APP_ID", "2021000000000001"),
        ("MERCHANT_PRIVATE_KEY", tests::MERCHANT_PRIVATE),
        (
            "ALIPAY_NOTIFY_URL",
            "https://mall.example/api/payments/notices/alipay",
        ),
        ("PAYMENT_RETURN_URL", "https://mall.example/orders"),
    ];

    fn environment(changed: &str, value: &str) -> Environment {
        let variables = VARIABLES.map(|(name, text)| {
            (
                name.to_owned(),
                if name == changed { value } else { text }.to_owned(),
            )
        });
        Environment::of(variables.into(), Clock::System)
    }

    /// The parameters of the address, and what the provider would verify.
    fn opened(bill: &Bill<'_>) -> BTreeMap<String, String> {
        let now = "2026-11-24T06:00:00Z".parse().unwrap();
        let address = Cashier::from_env(&environment("", ""))
            .unwrap()
            .page_for(bill, now)
            .unwrap();
        let query = address
            .strip_prefix("https://gateway.example/gateway.do?")
            .unwrap();
        let parameters: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let pairs = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let text = signed_text(pairs, &["sign"]);
        assert!(
            tests::MERCHANT_PUBLIC
                .parse::<ProviderKey>()
                .unwrap()
                .verifies(&text, &parameters["sign"])
        );
        parameters
    }

    fn bill(subject: &str) -> Bill<'_> {
        Bill {
            out_trade_no: "01KATESTQUOTE0000000000000",
            subject,
            amount: Money::from_fen(378_800),
            expires_at: "2026-11-24T06:15:00.999Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_address_carries_the_bill_signed_by_the_merchant() {
        let parameters = opened(&bill("谷粒商城 华为 P20 + 壳"));
        let expected = [
            ("app_id", "2021000000000001"),
            ("charset", "utf-8"),
            ("format", "JSON"),
            ("method", "alipay.trade.page.pay"),
            (
                "notify_url",
                "https://mall.example/api/payments/notices/alipay",
            ),
            ("return_url", "https://mall.example/orders"),
            ("sign_type", "RSA2"),
            ("timestamp", "2026-11-24 14:00:00"),
            ("version", "1.0"),
        ];
        for (name, value) in expected {
            assert_eq!(parameters[name], value, "{name}");
        }
        assert_eq!(parameters.len(), expected.len() + 2);
        let content: serde_json::Value = serde_json::from_str(&parameters["biz_content"]).unwrap();
        assert_eq!(
            content,
            json!({
                "out_trade_no": "01KATESTQUOTE0000000000000",
                "product_code": "FAST_INSTANT_TRADE_PAY",
                "subject": "谷粒商城 华为 P20 + 壳",
                "time_expire": "2026-11-24 14:15:00",
                "total_amount": "3788.00",
            })
        );
    }

    #[test]
    fn a_subject_is_shortened_to_256_characters_and_keeps_none_that_would_confuse_a_signature() {
        let long = "长".repeat(300);
        let content: serde_json::Value =
            serde_json::from_str(&opened(&bill(&long))["biz_content"]).unwrap();
        assert_eq!(content["subject"], "长".repeat(256));
        assert_eq!(subject("a/b&total_amount=0.01\n"), "a b total_amount 0.01 ");
    }

    #[test]
    fn a_variable_that_is_missing_or_means_nothing_is_named_at_start_without_its_value() {
        for (name, _) in VARIABLES {
            let error = Cashier::from_env(&environment(name, "")).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        for name in [
            "ALIPAY_GATEWAY_URL",
            "MERCHANT_PRIVATE_KEY",
            "ALIPAY_NOTIFY_URL",
            "PAYMENT_RETURN_URL",
        ] {
            let error = Cashier::from_env(&environment(name, "secretnoise"))
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(name) && !error.contains("secretnoise"),
                "{error}"
            );
        }
    }
}
