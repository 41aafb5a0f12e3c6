//! The back ends as their users see them: over loopback HTTP, through the AWS SDK.

mod access;
mod clients;
mod crash;
mod create;
mod dynamodb;
mod journal;
mod notices;
mod s3;
mod sqs;
mod streams;
