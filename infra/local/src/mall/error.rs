//! Why a mall does not start.

use std::io;
use std::path::PathBuf;

use backends::BackendError;

use crate::schedule::ScheduleError;
use crate::state::StateError;
use crate::stream::StreamError;
use crate::templates::TemplatesError;

/// Why a mall does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log file cannot be written.
    #[error("cannot write the log file in {}", .folder.display())]
    Logs {
        /// The data folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The record of permissions cannot be written.
    #[error("cannot write {}", .file.display())]
    PermissionRecord {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A port is taken or not allowed.
    #[error(
        "port {port} is not free; stop what uses it, or choose another with --port (0 takes any free one)"
    )]
    Port {
        /// The port.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
    /// The templates make no mall.
    #[error(transparent)]
    Templates(#[from] TemplatesError),
    /// A schedule cannot be read.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A stream cannot be read.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// DynamoDB, SQS or S3 does not start.
    #[error("the back ends do not start")]
    Backends(#[from] BackendError),
    /// The payment provider's sandbox does not start.
    #[error("the payment provider's sandbox does not start")]
    Sandbox(#[from] sandbox::SandboxError),
    /// The HTTP client for pictures cannot be made.
    #[error("cannot make an HTTP client")]
    Http(#[from] reqwest::Error),
}
