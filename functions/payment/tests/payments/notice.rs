//! Notices as the provider sends them.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use form_urlencoded::Serializer;
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};

pub(crate) const APP_ID: &str = "2021000000000001";
pub(crate) const SELLER_ID: &str = "2088000000000001";
pub(crate) const PROVIDER_PUBLIC: &str =
    include_str!("../../../../shared/alipay/tests/keys/test-provider-public.pem");
pub(crate) const MERCHANT_PRIVATE: &str =
    include_str!("../../../../shared/alipay/tests/keys/test-merchant-private.pem");
const PROVIDER_PRIVATE: &str =
    include_str!("../../../../shared/alipay/tests/keys/test-provider-private.pem");

/// The parameters of a notice in the making.
#[derive(Debug, Clone)]
pub(crate) struct Notice(BTreeMap<String, String>);

/// The bytes between the marks of a PEM text.
pub(crate) fn der(pem: &str) -> Vec<u8> {
    let compact: String = pem
        .split("-----")
        .nth(2)
        .unwrap()
        .split_whitespace()
        .collect();
    STANDARD.decode(compact).unwrap()
}

/// The text over which parameters are signed.
pub(crate) fn signed_text(parameters: &BTreeMap<String, String>, left_out: &[&str]) -> String {
    let taken = parameters
        .iter()
        .filter(|(name, value)| !value.is_empty() && !left_out.contains(&name.as_str()));
    taken
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

impl Notice {
    /// The buyer of this trade has paid so many yuan for this order.
    pub(crate) fn paid(out_trade_no: &str, trade_no: &str, yuan: &str) -> Self {
        let bill = format!(r#"[{{"amount":"{yuan}","fundChannel":"ALIPAYACCOUNT"}}]"#);
        let parameters = [
            ("app_id", APP_ID),
            ("auth_app_id", APP_ID),
            ("buyer_id", "2088002020260013"),
            ("buyer_pay_amount", yuan),
            ("charset", "utf-8"),
            ("fund_bill_list", &bill),
            ("gmt_create", "2026-11-24 14:00:30"),
            ("gmt_payment", "2026-11-24 14:01:00"),
            ("invoice_amount", yuan),
            ("notify_id", "2026112400222140100000000000000001"),
            ("notify_time", "2026-11-24 14:01:01"),
            ("notify_type", "trade_status_sync"),
            ("out_trade_no", out_trade_no),
            ("point_amount", "0.00"),
            ("receipt_amount", yuan),
            ("seller_id", SELLER_ID),
            ("sign_type", "RSA2"),
            ("subject", "谷粒商城 手机 + 壳 100%"),
            ("total_amount", yuan),
            ("trade_no", trade_no),
            ("trade_status", "TRADE_SUCCESS"),
            ("version", "1.0"),
        ];
        Self(
            parameters
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }

    pub(crate) fn with(mut self, parameter: &str, value: &str) -> Self {
        self.0.insert(parameter.to_owned(), value.to_owned());
        self
    }

    /// The parameters with the provider's signature of them, in the order of their names.
    pub(crate) fn signed(&self) -> Vec<(String, String)> {
        self.signed_by(PROVIDER_PRIVATE)
    }

    /// The same, signed with another key.
    pub(crate) fn signed_by(&self, pem: &str) -> Vec<(String, String)> {
        let key = RsaKeyPair::from_pkcs8(&der(pem)).unwrap();
        let mut signature = vec![0; key.public().modulus_len()];
        let text = signed_text(&self.0, &["sign", "sign_type"]);
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text.as_bytes(),
            &mut signature,
        )
        .unwrap();
        let mut form: Vec<(String, String)> = self.0.clone().into_iter().collect();
        form.push(("sign".to_owned(), STANDARD.encode(signature)));
        form
    }
}

/// A form as it is sent.
pub(crate) fn encoded(form: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(form).finish()
}
