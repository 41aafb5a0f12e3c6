//! What can go wrong while back ends start or create what a deployment declares.

use std::path::PathBuf;

/// A back end could not start, or could not create what a deployment declares.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The directory, or a file in it, cannot be made, opened or written.
    #[error("cannot use {}", path.display())]
    Directory {
        /// The directory or file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Another process has these back ends open on the same directory.
    #[error("{} is in use by another process", directory.display())]
    InUse {
        /// The directory that was asked for.
        directory: PathBuf,
    },
    /// The port is taken, or the operating system gives none.
    #[error("{service} cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// `dynamodb`, `sqs` or `s3`.
        service: &'static str,
        /// The port that was asked for; 0 is any free one.
        port: u16,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The thread of a server, or the runtime on it, did not start.
    #[error("{service} cannot start its thread")]
    Thread {
        /// `dynamodb`, `sqs` or `s3`.
        service: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The embedded database cannot be opened.
    #[error("cannot open the database")]
    Database {
        /// The database's reason.
        source: Box<dynoxide::DynoxideError>,
    },
    /// The records of streams cannot be read, indexed or trimmed.
    #[error("cannot keep the records of streams")]
    Streams {
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// A line of the queue journal, other than a torn last one, is not a record. Nothing was changed.
    #[error("line {line} of {} is not a journal record", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with the line.
        source: serde_json::Error,
    },
    /// The declaration of a table is not a `CreateTable` request.
    #[error("table {table} is not declared as a CreateTable request")]
    TableDeclaration {
        /// The table's physical name, empty when that is what is missing.
        table: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The database refused a table or its time to live.
    #[error("cannot create table {table}")]
    Table {
        /// The table's physical name.
        table: String,
        /// The database's reason.
        source: Box<dynoxide::DynoxideError>,
    },
    /// The table exists with other keys or indexes than are declared. CloudFormation would replace it; here its data would
    /// be lost, so the caller decides (start over on an empty directory).
    #[error("table {table} exists with other keys or indexes than are declared")]
    TableDiffers {
        /// The table's physical name.
        table: String,
    },
    /// SQS refused a queue.
    #[error("cannot create queue {queue}")]
    Queue {
        /// The queue's physical name.
        queue: String,
        /// The service's reason.
        source: rustack_sqs_model::error::SqsError,
    },
    /// A bucket's events are to go to a queue that is not there.
    #[error("the events of bucket {bucket} cannot go to the queue {queue}, which does not exist")]
    NoQueue {
        /// The bucket's physical name.
        bucket: String,
        /// The queue's physical name.
        queue: String,
    },
    /// The name is not one that S3 would take.
    #[error("{bucket} is not a bucket name")]
    BucketName {
        /// The bucket's physical name.
        bucket: String,
    },
}

impl BackendError {
    /// For `map_err` on anything that touches `path`.
    pub(crate) fn directory(
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> BackendError {
        let path = path.into();
        move |source| BackendError::Directory { path, source }
    }
}
