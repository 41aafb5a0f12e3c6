//! The AWS services of a mall on one machine: DynamoDB, SQS and S3, embedded, each behind its own HTTP server on 127.0.0.1.
//!
//! Functions and tests talk to them with the AWS SDK over these URLs, exactly as they talk to AWS, so nothing in a service
//! knows that it runs here. `cargo run` starts them on a directory, a test in memory:
//!
//! ```no_run
//! # async fn start() -> Result<(), backends::BackendError> {
//! use backends::{Backends, Storage};
//!
//! let backends = Backends::start(Storage::Memory).await?;
//! println!("{} {} {}", backends.dynamodb_url(), backends.sqs_url(), backends.s3_url());
//! backends.stop().await;
//! # Ok(()) }
//! ```
//!
//! # What stands behind what
//!
//! | service | engine | on a directory | in memory |
//! |---|---|---|---|
//! | DynamoDB | `dynoxide`, SQLite | `dynamodb.sqlite` | SQLite in memory |
//! | SQS | `rustack` | in memory, with `sqs.journal` beside it | in memory |
//! | S3 | `s3s` with `s3s-fs` | `s3/<bucket>/<key>` | a temporary directory |
//!
//! Each has one thread with a runtime of its own. On a directory, **what was answered survives the death of the process at
//! any moment** (`kill -9`, not a power cut): a commit, a journal record and an object's file have been handed to the
//! operating system before the answer goes out. Stopping is therefore nothing but ending.
//!
//! # Who may do what
//!
//! Each request names its caller by an access key of [`Options`]: an administrator, or a function, which may do what its
//! [role](template::Role) allows. The module `access` tells what a request needs, and refuses it as the service itself would.
//! What functions needed and were allowed goes to a [`PermissionRecord`].
//!
//! # What differs from AWS
//!
//! *All three* know policies of roles only, none of resources, and no conditions. S3 checks signatures; DynamoDB and SQS believe
//! the id of an access key.
//!
//! *DynamoDB* serves items, tables and streams, no PartiQL, tags or vector search. It never reports `TransactionConflict`
//! or throttling: one lock serialises it. Expired items go within a minute (on a directory; in memory they stay). A table
//! whose keys or indexes are declared differently from what exists is refused, where CloudFormation would replace it.
//! What a stream holds is kept for longer than AWS's day until it has been read, and for shorter where there is much of it
//! ([`Streams::trim`]); in memory it is kept for ever, and slows writes down as it piles up.
//!
//! *SQS*: no FIFO queues. A message holds 256 KiB, where AWS takes 1 MiB. Nothing moves dead letters back
//! (`StartMessageMoveTask`). It ticks once a second, so a message whose delay or visibility timeout is over may come up to a
//! second late to a waiting long poll. Deleting with a handle whose visibility timeout is over does nothing. Nothing
//! expires by `MessageRetentionPeriod`. System attributes of a message (`AWSTraceHeader`) are dropped: a trace travels as a
//! message attribute. A message that is put back after a crash has a new id, a new `SentTimestamp` and an
//! `ApproximateReceiveCount` that starts again; the journal goes on counting for the dead-letter queue. Messages come back
//! when their queue is created: those of a queue that is not declared any more wait in the journal.
//!
//! *S3* takes path-style requests only. Keys are files: no empty segments, no `.` or `..`, no object `a` beside an object
//! `a/b`, about 140 bytes at most. No versions, tags or lifecycle. Its
//! events go to queues only ([`Backends::notify`]), one object an event, and without an entity tag for an upload in parts. What a form upload's policy does not allow is
//! answered 400, not 403. A list of objects to delete is refused whole when one of them is. An object's bytes and its
//! headers are two files: a crash in the middle of an overwrite, before its answer, may leave the new bytes with the old
//! headers. Buckets of [`Options::public_buckets`] are readable by their URLs, in place of the content delivery network.

mod access;
mod dynamodb;
mod error;
mod journal;
mod messages;
mod options;
mod replay;
mod s3;
mod server;
mod sqs;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use template::{Deployment, Trigger};

pub use access::{AccessKey, Needed, PermissionRecord, Principal};
pub use dynamodb::Streams;
pub use error::BackendError;
pub use options::Options;

use access::Access;
use dynamodb::DynamoDb;
use s3::S3;
use server::Loopback;
use sqs::Sqs;

/// The region that queue ARNs name.
pub const REGION: &str = "us-east-1";

/// The account that queue ARNs and URLs name.
pub const ACCOUNT: &str = "000000000000";

/// Where the back ends keep their data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In memory (objects in a temporary directory), gone when the back ends stop.
    Memory,
    /// In this directory, which is made if it is missing. One process at a time.
    Directory(PathBuf),
}

/// Running back ends. Dropping them ends their threads, like [`Backends::stop`], but makes the caller's thread wait.
#[derive(Debug)]
pub struct Backends {
    dynamodb: DynamoDb,
    sqs: Sqs,
    s3: S3,
    // Held until everything above has let go of its files.
    _lock: Option<File>,
}

impl Backends {
    /// Starts the three servers on free ports, with [`Options::default`].
    ///
    /// # Errors
    /// The directory cannot be used or is in use, or a file in it is not what it should be.
    pub async fn start(storage: Storage) -> Result<Backends, BackendError> {
        Backends::start_with(storage, Options::default()).await
    }

    /// Starts the three servers. They answer when this returns.
    ///
    /// # Errors
    /// As [`Backends::start`], and a port of `options` is taken.
    pub async fn start_with(storage: Storage, options: Options) -> Result<Backends, BackendError> {
        // Files are opened and read here, which is nothing for the caller's runtime to wait for.
        match tokio::task::spawn_blocking(move || Backends::open(storage, options)).await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn open(storage: Storage, options: Options) -> Result<Backends, BackendError> {
        let (lock, directory) = match storage {
            Storage::Memory => (None, None),
            Storage::Directory(directory) => (Some(lock(&directory)?), Some(directory)),
        };
        let access = Arc::new(Access::new(options.access_keys, options.record));
        let within = |name: &str| directory.as_ref().map(|directory| directory.join(name));
        let dynamodb = Loopback::bind("dynamodb", options.dynamodb_port)?;
        let sqs = Loopback::bind("sqs", options.sqs_port)?;
        let s3 = Loopback::bind("s3", options.s3_port)?;
        let sqs = Sqs::start(within("sqs.journal").as_deref(), sqs, Arc::clone(&access))?;
        Ok(Backends {
            dynamodb: DynamoDb::start(
                within("dynamodb.sqlite").as_deref(),
                dynamodb,
                Arc::clone(&access),
            )?,
            s3: S3::start(
                within("s3").as_deref(),
                s3,
                access,
                options.public_buckets,
                options.allowed_origins,
                sqs.queues(),
            )?,
            sqs,
            _lock: lock,
        })
    }

    /// `http://127.0.0.1:<port>` of DynamoDB.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.dynamodb.url()
    }

    /// `http://127.0.0.1:<port>` of SQS.
    #[must_use]
    pub fn sqs_url(&self) -> String {
        self.sqs.url()
    }

    /// `http://127.0.0.1:<port>` of S3.
    #[must_use]
    pub fn s3_url(&self) -> String {
        self.s3.url()
    }

    /// What the streams of its tables hold.
    #[must_use]
    pub fn streams(&self) -> Streams {
        self.dynamodb.streams().clone()
    }

    /// Has the events that a bucket's trigger asks for sent to a queue, as S3's own JSON. The event of a change is in the
    /// queue, and in its journal, before the change is answered.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn notify(&self, trigger: &Trigger, queue: &str) -> Result<(), BackendError> {
        self.s3.notify(trigger, queue).await
    }

    /// Creates what the deployment declares and what is missing: tables with their time to live, queues, buckets. Whatever
    /// was created before and is not declared any more stays.
    ///
    /// # Errors
    /// As [`Backends::create_table`], [`Backends::create_queue`] and [`Backends::create_bucket`].
    pub async fn create(&self, deployment: &Deployment) -> Result<(), BackendError> {
        for table in deployment.tables() {
            self.create_table(&table.create, table.ttl_attribute.as_deref())?;
        }
        // Dead letters first: messages of the journal may have to go there.
        let mut queues: Vec<_> = deployment.queues().collect();
        queues.sort_by_key(|queue| queue.redrive.is_some());
        for queue in queues {
            self.create_queue(&queue.name, &queue.attributes).await?;
        }
        for bucket in deployment.buckets() {
            self.create_bucket(&bucket.name)?;
        }
        Ok(())
    }

    /// Creates a table if it is missing, and switches on its time to live by `ttl_attribute`.
    ///
    /// # Errors
    /// `create` is not a `CreateTable` request, DynamoDB refuses it, or the table exists with other keys or indexes.
    pub fn create_table(
        &self,
        create: &Value,
        ttl_attribute: Option<&str>,
    ) -> Result<(), BackendError> {
        self.dynamodb.create_table(create, ttl_attribute)
    }

    /// Creates a queue if it is missing, with what the journal holds for it; an existing one gets these attributes.
    /// A dead-letter queue has to exist before the queues that name it.
    ///
    /// # Errors
    /// SQS refuses the name or an attribute.
    pub async fn create_queue(
        &self,
        name: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), BackendError> {
        self.sqs.create_queue(name, attributes).await
    }

    /// Creates a bucket if it is missing.
    ///
    /// # Errors
    /// The name is not a bucket name, or its directory cannot be made.
    pub fn create_bucket(&self, name: &str) -> Result<(), BackendError> {
        self.s3.create_bucket(name)
    }

    /// Waits until one of the three servers has ended, and names it. None ends by itself while all is well.
    pub fn ended(&self) -> impl Future<Output = &'static str> + Send + use<> {
        let (dynamodb, sqs, s3) = (self.dynamodb.ended(), self.sqs.ended(), self.s3.ended());
        async move {
            tokio::select! {
                () = dynamodb => "DynamoDB",
                () = sqs => "SQS",
                () = s3 => "S3",
            }
        }
    }

    /// Ends the three servers and waits until their threads are gone and their files are closed.
    pub async fn stop(self) {
        if let Err(error) = tokio::task::spawn_blocking(move || drop(self)).await {
            tracing::error!(%error, "the back ends did not stop in order");
        }
    }
}

/// Makes the directory and keeps every other process out of it for as long as the file is open.
fn lock(directory: &Path) -> Result<File, BackendError> {
    std::fs::create_dir_all(directory).map_err(BackendError::directory(directory))?;
    let path = directory.join("lock");
    let file = File::create(&path).map_err(BackendError::directory(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackendError::InUse {
            directory: directory.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(BackendError::Directory { path, source }),
    }
}
