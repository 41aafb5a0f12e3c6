//! Between the Lambda runtime and an operation.
//!
//! A service gives its list of operations as a [`Service`]: each endpoint a plain async function of the service's state
//! and a tuple of inputs, each worker one of the state and a message ([`Service::worker`]), a table's change
//! ([`Service::stream_worker`]), an object's event ([`Service::bucket_worker`]) or nothing ([`Service::scheduled`]). Everything else about HTTP is here:
//!
//! 1. [`run`] starts the one operation that `_HANDLER` names and serves the Lambda Runtime API.
//! 2. An HTTP event becomes a [`Request`]; the first input, the caller ([`Public`], [`Visitor`], [`Member`], [`Staff`],
//!    [`Machine`]), is admitted or refused; the other inputs ([`Path`], [`Query`], [`Json`], …) are read.
//! 3. The operation answers a [`Reply`], or its own error, which as a [`Refusal`] says which [`Problem`] the client sees.
//! 4. The outcome becomes the HTTP answer, and one line in the log with what it used; [`Notes`] are the operation's own
//!    words in that line.
//!
//! Tests call [`Running::handle`] with the same events: the same code without the runtime.

#![forbid(unsafe_code)]

mod boot;
mod cookies;
mod describe;
mod extract;
mod if_match;
mod life;
mod list;
mod object;
mod origin;
mod principal;
mod problem;
mod reply;
mod request;
mod respond;
mod run;
mod service;
mod session;
mod staff;
mod stream;

pub use aws::Notes;
pub use boot::Boot;
pub use cookies::{Cookies, GuestKey, SessionToken, StaffToken};
pub use describe::{DescribedAnswer, Description, Parameter, ParameterPlace, Security};
pub use extract::{Extract, Form, IdempotencyKey, Input, Json, Path, Query};
pub use if_match::{IfMatch, Unmatched};
pub use list::ListError;
pub use object::ObjectEvent;
pub use principal::{Machine, Member, Principal, Public, Visitor};
pub use problem::{FieldError, Problem, ProblemKind, Refusal};
pub use reply::{
    Accepted, Answer, AnswerHeader, Cacheable, Created, NoContent, Ok200, Plain, Reply,
    SettingCookies, Statuses, Stored, Versioned,
};
pub use request::{Request, RequestId};
pub use run::{run, start_logs};
pub use service::{Endpoint, Failure, Operation, Outcome, Running, Service, Source, Task, Worker};
pub use session::{Session, Sessions};
pub use staff::{
    Access, AnyStaff, AuditEntry, AuditLog, AuditRecord, Grant, InvalidGrant, Permission,
    Permissions, Staff, StaffAccess, StaffGuard, StaffSession, Trail,
};
pub use stream::{Change, StreamAnswer, StreamRecord};
