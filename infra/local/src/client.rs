//! The clients of the mall's own parts: HTTP, and two of the back ends. All of them talk to this machine.

use aws_smithy_http_client::Builder;
use backends::REGION;

use crate::function::AccessKey;

/// A client that follows no redirects and uses no proxy.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails only when a provider is set already, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// A client of the local SQS.
pub(crate) fn sqs_client(url: &str, key: &AccessKey) -> aws_sdk_sqs::Client {
    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(url)
        .credentials_provider(Credentials::new(&key.id, &key.secret, None, None, "mall"))
        .http_client(Builder::new().build_http())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// A client of the local S3, which knows buckets by path only.
pub(crate) fn s3_client(url: &str, key: &AccessKey) -> aws_sdk_s3::Client {
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(url)
        .force_path_style(true)
        .credentials_provider(Credentials::new(&key.id, &key.secret, None, None, "mall"))
        .http_client(Builder::new().build_http())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}
