//! Reads the mall's SAM templates into a typed deployment.
//!
//! `template.yaml` and `infra/<service>.yaml` are the only statement of what a deployment consists of: functions with their
//! triggers, environment and permissions, tables, queues, buckets, HTTP APIs. On AWS, CloudFormation reads them. Everything
//! that runs on a developer's machine reads them through this crate, so that nothing has to be said twice:
//!
//! ```text
//! template.yaml ──> yaml        text to a JSON tree, short intrinsics (`!Sub`) written in their long form (`Fn::Sub`)
//! infra/*.yaml      document    the sections of one template
//!                   intrinsics  Ref, Fn::Sub, Fn::GetAtt, Fn::If ... to plain values (`attributes`: what a resource is called)
//!                   read        root stack, then the nested ones, each with the parameters the root hands down
//!                   function, table, queue, bucket, api, log_group, distribution, trigger, policy    one resource kind each, typed
//!                   filter      which changes of a table wake a function: read with its trigger, asked for each record
//!                   nested      what a service nests: alarms, the same for each
//!                └> Deployment ──> Routes ──> http_event, and events: what no gateway brings (batch: what is answered to it)
//!                               └─> Role      what a function may do, and what it may not
//! ```
//!
//! The crate knows a listed subset of CloudFormation. Anything outside it is an error that names the file, the logical id
//! and the property: a setting that AWS would obey and the local mall would not must never pass in silence. Resource types
//! that have no meaning on one machine (alarms, dashboards, cache policies ...) are listed in `kinds` and pass unread.
//!
//! ```no_run
//! let deployment = template::read(std::path::Path::new("."), &template::Inputs::local())?;
//! for function in deployment.functions() {
//!     println!("{} {} MB", function.handler, function.memory_mb);
//! }
//! # Ok::<(), template::TemplateError>(())
//! ```

mod api;
mod attributes;
mod batch;
mod bucket;
mod deployment;
mod distribution;
mod document;
mod error;
mod events;
mod filter;
mod function;
mod globals;
mod http_event;
mod intrinsics;
mod kinds;
mod log_group;
mod nested;
mod parameter;
mod policy;
mod properties;
mod queue;
mod read;
mod references;
mod role;
mod routes;
mod table;
mod trigger;
mod yaml;

pub use api::{Api, Cors, Throttling};
pub use batch::{MalformedBatchAnswer, failed_items};
pub use bucket::Bucket;
pub use deployment::{Deployment, Resource, Stack};
pub use distribution::{Behaviour, Distribution};
pub use error::TemplateError;
pub use events::{ObjectChange, scheduled_event, stream_event};
pub use filter::Filters;
pub use function::{Function, Logging, Unawaited};
pub use http_event::{HttpRequest, http_event};
pub use log_group::LogGroup;
pub use nested::Nested;
pub use parameter::{Inputs, Parameter};
pub use policy::{Effect, Statement};
pub use queue::{Queue, Redrive};
pub use read::{parameters, read, read_all};
pub use role::{Decision, Permission, Role};
pub use routes::{Found, Match, Route, Routes};
pub use table::Table;
pub use trigger::{StartingPosition, Trigger};
