//! The payment provider's sandbox beside the mall, and what the payment service has to know of it.
//!
//! The two share nothing but what a merchant and a provider tell each other: public keys, numbers and addresses.

use std::net::{Ipv4Addr, SocketAddr};

use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use sandbox::{PROVIDER_SCHEDULE, Sandbox, SandboxError};

use crate::mall::StartError;
use crate::state::{DataFolder, StateError};
use crate::templates::Declared;

/// The merchant as the sandbox knows it. Made up, in the form of the provider's numbers.
const APP_ID: &str = "2021000000000001";
const SELLER_ID: &str = "2088000000000001";
/// RSA2 of the provider: 2048 bit.
const KEY_BITS: usize = 2048;
/// The parameter by which the templates ask for a provider.
const GATEWAY_PARAMETER: &str = "AlipayGatewayUrl";

/// The sandbox, running.
pub(crate) struct Provider {
    sandbox: Sandbox,
    merchant_key: String,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Provider")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// Starts the sandbox when the templates ask for a provider. It takes the port after the mall's, so that its pages outlive a
    /// restart, or any port when that one is taken.
    pub(crate) async fn start(
        declared: &Declared,
        folder: &DataFolder,
        mall: SocketAddr,
    ) -> Result<Option<Self>, StartError> {
        if !declared.has(GATEWAY_PARAMETER) {
            return Ok(None);
        }
        let merchant_key = folder.key("merchant.pem", make_private_key)?;
        let options = |port| {
            Ok::<_, StateError>(sandbox::Options {
                directory: folder.path().join("sandbox"),
                listen: (Ipv4Addr::LOCALHOST, port).into(),
                app_id: APP_ID.to_owned(),
                seller_id: SELLER_ID.to_owned(),
                merchant_public_key: public_half(&merchant_key)?,
                notice_schedule: PROVIDER_SCHEDULE.to_vec(),
            })
        };
        let beside = mall.port().checked_add(1).unwrap_or(0);
        let started = match sandbox::start(options(beside)?).await {
            Err(SandboxError::Listen { .. }) => sandbox::start(options(0)?).await,
            started => started,
        };
        Ok(Some(Self {
            sandbox: started?,
            merchant_key,
        }))
    }

    /// Its page for developers.
    pub(crate) fn url(&self) -> String {
        self.sandbox.url()
    }

    /// What the payment service is told.
    pub(crate) fn parameters(&self, mall_url: &str) -> [(&'static str, String); 7] {
        [
            (GATEWAY_PARAMETER, self.sandbox.gateway_url()),
            ("AlipayAppId", APP_ID.to_owned()),
            ("AlipaySellerId", SELLER_ID.to_owned()),
            ("AlipayPublicKey", self.sandbox.public_key().to_owned()),
            ("MerchantPrivateKey", self.merchant_key.clone()),
            (
                "AlipayNotifyUrl",
                format!("{mall_url}/api/payments/notices/alipay"),
            ),
            ("PaymentReturnUrl", format!("{mall_url}/")),
        ]
    }

    /// Waits until it works no more.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        self.sandbox.ended()
    }

    pub(crate) async fn stop(self) {
        self.sandbox.stop().await;
    }
}

/// A new key, PKCS#8 PEM.
fn make_private_key() -> Result<String, StateError> {
    let key = rsa::PrivateKey::new(&mut rand::rng(), KEY_BITS)
        .map_err(|error| StateError::MerchantKey(error.into()))?;
    let pem = key
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| StateError::MerchantKey(error.into()))?;
    Ok(pem.to_string())
}

fn public_half(private_pem: &str) -> Result<String, StateError> {
    let key = rsa::PrivateKey::from_pkcs8_pem(private_pem)
        .map_err(|error| StateError::MerchantKey(error.into()))?;
    let pem = key.to_public_key().to_public_key_pem(LineEnding::LF);
    pem.map_err(|error| StateError::MerchantKey(error.into()))
}
