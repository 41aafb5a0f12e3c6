//! What can be chosen about the back ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::HeaderValue;

use crate::access::{AccessKey, PermissionRecord, Principal};

/// What can be chosen about the back ends, beside where their data is.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port of DynamoDB; 0 is any free one.
    pub dynamodb_port: u16,
    /// The port of SQS; 0 is any free one.
    pub sqs_port: u16,
    /// The port of S3; 0 is any free one.
    pub s3_port: u16,
    /// Who may call, by the id of their access key.
    pub access_keys: BTreeMap<String, AccessKey>,
    /// Where to note what functions needed and were allowed.
    pub record: Option<Arc<PermissionRecord>>,
    /// The buckets whose objects anybody may read by their URL. On AWS no bucket is public: the content delivery network reads
    /// it and shows its objects to everybody. Here S3 does that itself, for the buckets that are named here.
    pub public_buckets: BTreeSet<String>,
    /// The origins whose pages may use S3 from a browser, such as `http://localhost:8080`.
    pub allowed_origins: Vec<HeaderValue>,
}

impl Options {
    /// The administrator's access key that [`Options::default`] makes known. Its secret is the same word: nothing here is
    /// reachable from another machine.
    pub const ACCESS_KEY: &'static str = "local";
}

impl Default for Options {
    /// Free ports, one access key, no record, no public buckets, no other origins.
    fn default() -> Options {
        let key = AccessKey {
            secret: Options::ACCESS_KEY.to_owned(),
            holder: Principal::Administrator,
        };
        Options {
            dynamodb_port: 0,
            sqs_port: 0,
            s3_port: 0,
            access_keys: BTreeMap::from([(Options::ACCESS_KEY.to_owned(), key)]),
            record: None,
            public_buckets: BTreeSet::new(),
            allowed_origins: Vec::new(),
        }
    }
}
