//! Objects of a bucket: read, put, delete, and the form with which a browser puts one there itself.
//!
//! Only services that keep objects depend on this crate, so that no other function carries a client of S3.

#![forbid(unsafe_code)]

mod error;
mod form;

use std::sync::{Arc, OnceLock};

use aws::{Aws, Service};
use aws_sdk_s3::{Client, config::Builder, error::SdkError, primitives::ByteStream};
use kernel::Timestamp;

pub use error::BucketError;
pub use form::{Form, FormTerms};

/// A bucket. Clones are the same; its client is made at first use.
#[derive(Debug, Clone)]
pub struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    aws: Aws,
    name: String,
    client: OnceLock<Client>,
}

/// What is put into a bucket.
#[derive(Debug, Clone, Copy)]
pub struct Content<'c> {
    /// Its bytes.
    pub bytes: &'c [u8],
    /// What kind of content they are: `image/webp`.
    pub content_type: &'c str,
    /// For how long those who read it may keep it, as in the header `Cache-Control`.
    pub cache_control: &'c str,
}

/// What comes of reading an object of bounded size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Its bytes.
    Whole(Vec<u8>),
    /// It has more bytes than the reader takes; none of them was kept.
    TooLarge,
    /// There is no object of this key.
    Absent,
}

impl Bucket {
    /// The bucket of this name; reaches nothing yet.
    #[must_use]
    pub fn new(aws: &Aws, name: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            aws: aws.clone(),
            name: name.into(),
            client: OnceLock::new(),
        }))
    }

    /// Reads an object of `most` bytes or fewer. To be told that there is none, a role needs `s3:ListBucket` as well.
    ///
    /// # Errors
    /// When S3 gives no answer, or refuses.
    pub async fn read(&self, key: &str, most: usize) -> Result<Read, BucketError> {
        let request = self.client().get_object().bucket(&self.0.name).key(key);
        let mut object = match request.send().await {
            Ok(object) => object,
            Err(SdkError::ServiceError(error)) if error.err().is_no_such_key() => {
                return Ok(Read::Absent);
            }
            Err(error) => return Err(BucketError::of("GetObject", error)),
        };
        let announced = object.content_length().unwrap_or(0);
        if usize::try_from(announced).is_ok_and(|bytes| bytes > most) {
            return Ok(Read::TooLarge);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
        while let Some(part) = object.body.next().await {
            let part = part.map_err(|error| BucketError::of("GetObject", error))?;
            if bytes.len() + part.len() > most {
                return Ok(Read::TooLarge);
            }
            bytes.extend_from_slice(&part);
        }
        Ok(Read::Whole(bytes))
    }

    /// Puts an object, in place of whatever has this key.
    ///
    /// # Errors
    /// When S3 gives no answer, or refuses.
    pub async fn put(&self, key: &str, content: Content<'_>) -> Result<(), BucketError> {
        let request = self
            .client()
            .put_object()
            .bucket(&self.0.name)
            .key(key)
            .content_type(content.content_type)
            .cache_control(content.cache_control)
            .body(ByteStream::from(content.bytes.to_vec()));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(BucketError::of("PutObject", error)),
        }
    }

    /// Deletes an object. Deleting what is not there succeeds.
    ///
    /// # Errors
    /// When S3 gives no answer, or refuses.
    pub async fn delete(&self, key: &str) -> Result<(), BucketError> {
        let request = self.client().delete_object().bucket(&self.0.name).key(key);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(BucketError::of("DeleteObject", error)),
        }
    }

    /// The form with which somebody without credentials puts one object here, on these terms and no others. S3 goes by
    /// `now`, and refuses a form that was signed more than a quarter of an hour off its own clock.
    #[must_use]
    pub fn form(&self, terms: &FormTerms<'_>, now: Timestamp) -> Form {
        let aws = &self.0.aws;
        let signer = form::Signer {
            credentials: aws.credentials(),
            region: aws.region(),
            bucket: &self.0.name,
        };
        signer.sign(self.url(), terms, now)
    }

    /// Where the bucket answers.
    fn url(&self) -> String {
        let (name, region) = (&self.0.name, self.0.aws.region());
        match self.0.aws.endpoint(Service::S3) {
            Some(endpoint) => format!("{endpoint}/{name}"),
            None if region.starts_with("cn-") => {
                format!("https://{name}.s3.{region}.amazonaws.com.cn/")
            }
            None => format!("https://{name}.s3.{region}.amazonaws.com/"),
        }
    }

    fn client(&self) -> &Client {
        self.0.client.get_or_init(|| {
            let aws = &self.0.aws;
            // What stands in for AWS on one machine has no host name of its own for each bucket.
            let path_style = aws.endpoint(Service::S3).is_some();
            let config = Builder::from(&aws.config(Service::S3)).force_path_style(path_style);
            Client::from_conf(config.build())
        })
    }
}
