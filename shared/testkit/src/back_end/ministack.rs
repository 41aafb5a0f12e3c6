//! An account in ministack, in place of the embedded back ends of one test.
//!
//! `MALL_BACKEND=ministack` runs the same tests on ministack, an independent implementation of DynamoDB, its streams, SQS and S3.
//! Two of its processes have to be running: one at `MALL_BACKEND_URL` for tables and queues, and one at `MALL_BACKEND_S3_URL` for
//! objects, which checks how forms are signed (`.ci/ministack` starts both). Each test has an account of its own there: ministack
//! takes an access key of twelve digits for the account, as no key on AWS is.
//!
//! Where ministack is not as AWS documents it, [`complete`] makes it so, and nothing else does.

use aws::{Aws, Service};
use aws_sdk_s3::{
    Client,
    config::Builder,
    types::{CorsConfiguration, CorsRule},
};
use kernel::{Clock, Environment};
use serde_json::{Value, json};
use template::Deployment;

use super::{ORIGIN, call};
use crate::loopback::{Http, http};

/// Which back ends the tests of this process run on.
const BACK_END: &str = "MALL_BACKEND";
/// Where ministack answers for tables and queues.
const BACK_END_URL: &str = "MALL_BACKEND_URL";
/// Where it answers for objects.
const BACK_END_S3_URL: &str = "MALL_BACKEND_S3_URL";
/// The secret of every account, which `.ci/ministack` sets.
pub(super) const SECRET: &str = "secret-of-every-account";

/// An account in ministack.
pub(crate) struct Ministack {
    http: Http,
    url: String,
    s3_url: String,
    account: String,
}

impl Ministack {
    /// A new account, where the environment asks for ministack.
    pub(crate) fn from_env() -> Option<Self> {
        match std::env::var(BACK_END).as_deref() {
            Err(_) | Ok("embedded") => None,
            Ok("ministack") => Some(Self {
                http: http(),
                url: address(BACK_END_URL),
                s3_url: address(BACK_END_S3_URL),
                account: format!("{:012}", rand::random_range(1..1_000_000_000_000_u64)),
            }),
            Ok(other) => panic!("{BACK_END} is {other}: it can be embedded or ministack"),
        }
    }

    /// Twelve digits.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// Where it answers for tables and queues.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Where it answers for objects.
    pub(super) fn s3_url(&self) -> &str {
        &self.s3_url
    }

    /// Creates the tables, queues and buckets. Time to live stays off, as it is for the embedded back ends of a test: it goes
    /// by the clock on the wall, and a test does not.
    pub(super) async fn create(&self, deployment: &Deployment) {
        for table in deployment.tables() {
            self.call("DynamoDB_20120810.CreateTable", &table.create)
                .await;
        }
        // Dead letters first: a queue has to name one that is there.
        let mut queues: Vec<_> = deployment.queues().collect();
        queues.sort_by_key(|queue| queue.redrive.is_some());
        for queue in queues {
            let request = json!({ "QueueName": queue.name, "Attributes": queue.attributes });
            self.call("AmazonSQS.CreateQueue", &request).await;
        }
        let s3 = self.s3();
        for bucket in deployment.buckets() {
            create_bucket(&s3, &bucket.name).await;
        }
        if let Some(pictures) = deployment.pictures_bucket() {
            publish(&s3, &pictures.name).await;
        }
    }

    /// A client of the account, past the wire.
    fn s3(&self) -> Client {
        let variables = [
            ("AWS_REGION", backends::REGION),
            ("AWS_ACCESS_KEY_ID", &self.account),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_ENDPOINT_URL_S3", &self.s3_url),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::of(variables.into(), Clock::System);
        let config = Aws::from_env(&environment).unwrap().config(Service::S3);
        let config = Builder::from(&config).force_path_style(true);
        Client::from_conf(config.build())
    }

    async fn call(&self, target: &str, request: &Value) {
        call(&self.http, &self.url, &self.account, target, request).await;
    }
}

fn address(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} does not say where ministack is"))
}

/// Creates a bucket to which pages of the mall may post.
async fn create_bucket(s3: &Client, bucket: &str) {
    s3.create_bucket().bucket(bucket).send().await.unwrap();
    let rule = CorsRule::builder()
        .allowed_origins(ORIGIN)
        .allowed_methods("POST")
        .allowed_headers("*")
        .build()
        .unwrap();
    let rules = CorsConfiguration::builder().cors_rules(rule).build();
    let request = s3.put_bucket_cors().bucket(bucket);
    let request = request.cors_configuration(rules.unwrap());
    request.send().await.unwrap();
}

/// Lets everybody read the objects of a bucket by their URLs, in place of the content delivery network.
async fn publish(s3: &Client, bucket: &str) {
    let block = s3.delete_public_access_block().bucket(bucket);
    block.send().await.unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*"),
    }] });
    let request = s3.put_bucket_policy().bucket(bucket);
    request.policy(policy.to_string()).send().await.unwrap();
}

/// Adds what ministack leaves out of an answer: `BatchGetItem` reports no consumed capacity, though it was asked for. As its
/// items are smaller than 4 KiB in every test that counts, each key is half a unit, or one when the read is consistent.
pub(crate) fn complete(operation: &str, request: &Value, answer: &mut Value) {
    let wanted = request["ReturnConsumedCapacity"].is_string();
    if operation != "BatchGetItem" || !wanted || !answer["ConsumedCapacity"].is_null() {
        return;
    }
    let tables = request["RequestItems"].as_object().into_iter().flatten();
    let report = tables.map(|(name, asked)| {
        let keys = asked["Keys"].as_array().map_or(0, Vec::len);
        let halves = if asked["ConsistentRead"] == true {
            2 * keys
        } else {
            keys
        };
        json!({ "TableName": name, "CapacityUnits": half(halves) })
    });
    answer["ConsumedCapacity"] = report.collect();
}

#[allow(clippy::float_arithmetic, clippy::cast_precision_loss)]
fn half(units: usize) -> f64 {
    units as f64 / 2.0
}
