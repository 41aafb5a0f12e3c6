//! SDK clients for running back ends, configured as the services configure theirs.

use std::path::Path;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::config::retry::RetryConfig;
use backends::{Backends, Options, Storage};

pub(crate) fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials())
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

pub(crate) fn sqs(url: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials())
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    aws_sdk_sqs::Client::from_conf(config.build())
}

pub(crate) fn s3(url: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials())
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .force_path_style(true)
        .endpoint_url(url);
    aws_sdk_s3::Client::from_conf(config.build())
}

fn credentials() -> Credentials {
    Credentials::builder()
        .access_key_id(Options::ACCESS_KEY)
        .secret_access_key(Options::ACCESS_KEY)
        .provider_name("tests")
        .build()
}

/// Back ends in memory.
pub(crate) async fn in_memory() -> Backends {
    Backends::start(Storage::Memory)
        .await
        .expect("back ends in memory start")
}

/// Back ends on a directory.
pub(crate) async fn on(directory: &Path) -> Backends {
    Backends::start(Storage::Directory(directory.to_owned()))
        .await
        .expect("back ends on a directory start")
}
