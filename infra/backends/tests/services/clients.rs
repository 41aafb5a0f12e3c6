//! SDK clients for running back ends, configured as the services configure theirs.

use std::path::Path;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::config::retry::RetryConfig;
use backends::{Backends, Options, Storage};

pub(crate) fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    dynamodb_as(url, Options::ACCESS_KEY)
}

fn dynamodb_as(url: &str, key: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials(key))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

pub(crate) fn sqs(url: &str) -> aws_sdk_sqs::Client {
    sqs_as(url, Options::ACCESS_KEY)
}

fn sqs_as(url: &str, key: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials(key))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    aws_sdk_sqs::Client::from_conf(config.build())
}

pub(crate) fn s3(url: &str) -> aws_sdk_s3::Client {
    s3_as(url, Options::ACCESS_KEY)
}

fn s3_as(url: &str, key: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials(key))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .force_path_style(true)
        .endpoint_url(url);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A client of each service, for the holder of one key.
pub(crate) struct Clients {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) s3: aws_sdk_s3::Client,
}

/// Clients that sign with this key, whose id and secret are the same.
pub(crate) fn of(backends: &Backends, key: &str) -> Clients {
    Clients {
        dynamodb: dynamodb_as(&backends.dynamodb_url(), key),
        sqs: sqs_as(&backends.sqs_url(), key),
        s3: s3_as(&backends.s3_url(), key),
    }
}

fn credentials(key: &str) -> Credentials {
    Credentials::builder()
        .access_key_id(key)
        .secret_access_key(key)
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
