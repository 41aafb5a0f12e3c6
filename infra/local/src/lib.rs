//! The whole mall on one machine, from the same templates as on AWS.
//!
//! `mall up` puts three things in the place of AWS and leaves everything else as it is there:
//!
//! - **Back ends.** DynamoDB, SQS and S3, embedded (crate `backends`), with what the templates declare.
//! - **Lambda.** Every function instance is a child process behind a real Lambda Runtime API ([`instance`], `runtime_api`), with
//!   exactly the environment of its template and an access key of its own. `pool` starts one at the first request, keeps it warm,
//!   and never has more than the function may have.
//! - **What brings events.** `gateway` is API Gateway and the CDN, `poller` the SQS event source mappings, [`stream`] those of
//!   DynamoDB's streams, `timer` the schedules, `later` what keeps events of schedules and buckets until they are handled,
//!   `invoke_api` Lambda's own Invoke API.
//!
//! [`cost`] reads what functions log about themselves, and prices it.
//!
//! [`mall::Mall`] starts all of it in order; `parts` hears when something of it ends that must not. `commands` are the words of the command line; all but `up` talk to the running mall,
//! which they find by `endpoints.json` in its data folder ([`state`]).

#![forbid(unsafe_code)]

mod answer;
mod cli;
mod client;
mod commands;
mod cors;
pub mod cost;
mod files;
mod function;
mod gateway;
pub mod instance;
mod invoke_api;
mod later;
pub mod launch;
mod log_file;
mod log_line;
pub mod logs;
pub mod mall;
mod open_files;
mod pages;
mod parts;
mod poller;
mod pool;
mod provider;
mod queue;
pub mod runtime_api;
mod schedule;
mod services;
mod sources;
pub mod staff;
pub mod state;
pub mod stream;
pub mod templates;
mod timer;

pub use cli::run;
pub use services::services;
