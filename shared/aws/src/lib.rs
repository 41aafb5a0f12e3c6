//! How a function reaches AWS: its credentials, its region, one HTTP client, time limits and retries.
//!
//! A function's credentials are its environment: Lambda puts the keys of its role there, and the local mall the keys of
//! its own. So there is no chain of providers to try, and nothing here asks the network at start. Everything is made at
//! first use: a function that never sends a message never builds a queue client, and one that only talks to plain HTTP
//! (the local mall, a test) never loads a trust store.

#![forbid(unsafe_code)]

mod handled;
mod meter;
mod metered;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{behavior_version::BehaviorVersion, http::SharedHttpClient};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};
use kernel::{ConfigError, Environment};

pub use aws_credential_types::Credentials;
pub use handled::{Batch, Handled};
pub use meter::{Meter, Notes, Usage};

use metered::Metered;

/// A service of AWS that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Tables.
    DynamoDb,
    /// Queues.
    Sqs,
    /// Objects.
    S3,
}

impl Service {
    /// As it is called in `AWS_ENDPOINT_URL_<name>`.
    fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "DYNAMODB",
            Self::Sqs => "SQS",
            Self::S3 => "S3",
        }
    }
}

/// What every client of AWS in this function shares. Clones share it too.
#[derive(Clone, Debug)]
pub struct Aws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    region: String,
    credentials: Credentials,
    endpoints: [(Service, Option<String>); 3],
    attempts: u32,
    https: OnceLock<SharedHttpClient>,
    http: OnceLock<SharedHttpClient>,
}

impl Aws {
    /// Reads region, keys and, on one machine, the addresses of what stands in for AWS
    /// (`AWS_ENDPOINT_URL_DYNAMODB`, `_SQS`, `_S3`). `AWS_MAX_ATTEMPTS`, as every AWS SDK knows it, may set how often a
    /// call is tried: three times unless it does.
    ///
    /// # Errors
    /// When a variable that Lambda always sets is missing.
    pub fn from_env(environment: &Environment) -> Result<Self, ConfigError> {
        let token = environment.optional("AWS_SESSION_TOKEN").map(str::to_owned);
        let credentials = Credentials::new(
            environment.text("AWS_ACCESS_KEY_ID")?,
            environment.text("AWS_SECRET_ACCESS_KEY")?,
            token,
            None,
            "environment",
        );
        let endpoints = [Service::DynamoDb, Service::Sqs, Service::S3].map(|service| {
            let variable = format!("AWS_ENDPOINT_URL_{}", service.name());
            (service, environment.optional(&variable).map(str::to_owned))
        });
        let attempts = match environment.optional("AWS_MAX_ATTEMPTS") {
            None => 3,
            Some(_) => environment.parse("AWS_MAX_ATTEMPTS")?,
        };
        Ok(Self(Arc::new(Inner {
            attempts,
            region: environment.text("AWS_REGION")?.to_owned(),
            credentials,
            endpoints,
            https: OnceLock::new(),
            http: OnceLock::new(),
        })))
    }

    /// What the function signs with, for what no client of the SDK signs: a form that a browser posts.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// The region that the function runs in.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// The address of what stands in for a service; `None` on AWS.
    #[must_use]
    pub fn endpoint(&self, service: Service) -> Option<&str> {
        let (_, url) = self
            .0
            .endpoints
            .iter()
            .find(|(known, _)| *known == service)?;
        url.as_deref()
    }

    /// The configuration for the client of one service. What its client sends is counted on the [`Meter`] of the caller.
    ///
    /// One second to connect, two for an attempt, five in all: less than a function's own limit, so that
    /// a slow store becomes an answer and not a killed function.
    #[must_use]
    pub fn config(&self, service: Service) -> SdkConfig {
        let endpoint = self.endpoint(service);
        let plain = endpoint.is_some_and(|url| url.starts_with("http://"));
        let client = if plain {
            self.0.http.get_or_init(|| Builder::new().build_http())
        } else {
            self.0.https.get_or_init(|| {
                Builder::new()
                    .tls_provider(Provider::Rustls(CryptoMode::Ring))
                    .build_https()
            })
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.0.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.0.credentials.clone()))
            .http_client(SharedHttpClient::new(Metered {
                client: client.clone(),
                service,
            }))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(self.0.attempts))
            .timeout_config(timeouts);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        config.build()
    }
}
