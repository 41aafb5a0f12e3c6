//! A mall for one test: real templates, real services, the embedded DynamoDB and SQS, and a wire between them that sees
//! every call and can break it.
//!
//! ```no_run
//! # async fn example(service: fn() -> edge::Service) {
//! let mall = testkit::Mall::start(&[service]).await;
//! let answer = mall.get("/api/catalog/categories").send().await;
//! assert_eq!(answer.status, 200);
//! assert_eq!(mall.wire().calls().names(), ["Query mall-catalog"]);
//! # }
//! ```
//!
//! - [`Mall`]: tables and queues as the templates declare them, each test its own; requests go by the templates' routes
//!   to the services' operations, with the environment and the role that the templates give each function: a call that its
//!   policies do not allow is refused, and what they allow and it needs goes on record for `cargo xtask permissions`. The
//!   clock moves by hand.
//! - [`Wire`]: all calls to DynamoDB and SQS pass it. It counts calls, units and stages ([`Calls`]) and does what a test
//!   tells it to ([`Action`]): fail a call before it is sent or after it took effect, let the function die there, hold
//!   calls until all have come, answer with a conflict.
//! - What stands behind the wire is embedded unless `MALL_BACKEND` names another back end (`docs/CONFORMANCE.md`).
//! - Messages: what was sent to a queue is handed to its consumer when the test says so ([`Mall::deliver`]), as often as
//!   it says; so are a table's changes ([`Mall::deliver_stream`]), objects ([`Mall::deliver_object`]) and ticks of a schedule
//!   ([`Mall::tick`]). The queue itself (delay, visibility, dead letters) is tested where it is made.
//!
//! This crate is for tests, so it panics where a test had better fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)]

mod answer;
mod back_end;
mod calls;
mod loopback;
mod mall;
mod request;
mod roles;
mod scene;
mod staff;
mod wire;

pub use answer::Answer;
pub use calls::{Call, Calls};
pub use mall::{Mall, Sent, Setting};
pub use request::Request;
pub use wire::{Action, Wire};
