//! What a client is told when something is refused: RFC 9457 problem documents with a stable code.

use std::{error::Error, time::Duration};

use dynamo::DynamoError;
use queue::SendError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// One kind of refusal. The first two digits of its code name the service (10 for all, 11 catalog, 12 order, 13 cart, 15
/// member and sign-in, 16 payment, 21 stock), the last three the kind; codes of the original system keep their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemKind {
    /// HTTP status.
    pub status: u16,
    /// Stable code; clients decide by it.
    pub code: &'static str,
    /// What it means, in a few words.
    pub title: &'static str,
}

impl ProblemKind {
    /// A kind of refusal.
    #[must_use]
    pub const fn new(status: u16, code: &'static str, title: &'static str) -> Self {
        Self {
            status,
            code,
            title,
        }
    }

    /// A defect of ours; the log has the reason under the request id.
    pub const INTERNAL: Self = Self::new(500, "10000", "Internal error");
    /// An input cannot be read; `errors` says which and why.
    pub const INVALID: Self = Self::new(400, "10001", "Invalid input");
    /// Too many requests.
    pub const TOO_MANY_REQUESTS: Self = Self::new(429, "10003", "Too many requests");
    /// Something behind the operation is busy; the same request may succeed after `Retry-After` seconds.
    pub const BUSY: Self = Self::new(503, "10004", "Busy, try again");
    /// Nobody is signed in, or the session is over.
    pub const UNAUTHENTICATED: Self = Self::new(401, "10005", "Sign-in required");
    /// The caller may not do this.
    pub const FORBIDDEN: Self = Self::new(403, "10006", "Not permitted");
    /// The request was sent for a page of another origin.
    pub const FOREIGN_ORIGIN: Self = Self::new(403, "10007", "Request from another origin");
    /// There is no such thing, or it is someone else's.
    pub const NOT_FOUND: Self = Self::new(404, "10008", "Not found");
    /// The body is larger than the operation takes.
    pub const TOO_LARGE: Self = Self::new(413, "10009", "Body too large");
    /// The body is of a type that the operation does not take.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self::new(415, "10010", "Unsupported content type");
    /// The thing is no longer, or not yet, as the client says it knows it (`If-Match`, `If-None-Match`).
    pub const CHANGED_MEANWHILE: Self = Self::new(412, "10011", "Changed meanwhile");
    /// The thing is there, and a change of it has to say which version it is of (`If-Match`).
    pub const IF_MATCH_REQUIRED: Self = Self::new(428, "10012", "If-Match required");
}

/// One input that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the body (RFC 6901), or `?name` for a query parameter, `{name}` for one of the path.
    pub pointer: String,
    /// What is wrong.
    pub detail: String,
}

/// A refusal as the client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    /// Boxed, so that a `Result` with a problem is not much larger than one without.
    pub(crate) more: Box<More>,
}

/// What a refusal says beyond its kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct More {
    pub(crate) detail: Option<String>,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) members: Map<String, Value>,
    pub(crate) cookies: Vec<String>,
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        let retry_after = matches!(kind.status, 429 | 503).then_some(Duration::from_secs(1));
        Self {
            kind,
            more: Box::new(More {
                retry_after,
                ..More::default()
            }),
        }
    }
}

impl Problem {
    /// An input that cannot be read.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::from(ProblemKind::INVALID).with_error(pointer, detail)
    }

    /// What a client is told when the store gave no answer: busy when a later try may succeed, a defect otherwise.
    #[must_use]
    pub fn of_store(error: &DynamoError) -> Self {
        match error.retry_after() {
            Some(wait) => Self::from(ProblemKind::BUSY).after(wait),
            None => ProblemKind::INTERNAL.into(),
        }
    }

    /// What a client is told when a message could not be sent.
    #[must_use]
    pub fn of_queue(_: &SendError) -> Self {
        ProblemKind::BUSY.into()
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Says more about this occurrence.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.more.detail = Some(detail.into());
        self
    }

    /// Names an input that is wrong.
    #[must_use]
    pub fn with_error(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.more.errors.push(FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        });
        self
    }

    /// Carries a value beside the standard members, such as the new figures after a price has changed.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Serialize) -> Self {
        // A value that cannot be written leaves the problem without it; the refusal itself still stands.
        if let Ok(value) = serde_json::to_value(value) {
            self.more.members.insert(member.to_owned(), value);
        }
        self
    }

    /// Says after how long a new try is worth it.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.more.retry_after = Some(wait);
        self
    }

    /// Sets a cookie with the refusal, such as the end of a session that is over.
    #[must_use]
    pub fn cookie(mut self, cookie: String) -> Self {
        self.more.cookies.push(cookie);
        self
    }

    pub(crate) fn document(&self, request_id: &str) -> Value {
        let mut document = Map::new();
        document.insert(
            "type".to_owned(),
            format!("/problems/{}", self.kind.code).into(),
        );
        document.insert("title".to_owned(), self.kind.title.into());
        document.insert("status".to_owned(), self.kind.status.into());
        document.insert("code".to_owned(), self.kind.code.into());
        document.insert("request_id".to_owned(), request_id.into());
        if let Some(detail) = &self.more.detail {
            document.insert("detail".to_owned(), detail.as_str().into());
        }
        if !self.more.errors.is_empty() {
            let errors = self.more.errors.iter().map(
                |error| serde_json::json!({ "pointer": error.pointer, "detail": error.detail }),
            );
            document.insert("errors".to_owned(), errors.collect());
        }
        document.extend(self.more.members.clone());
        Value::Object(document)
    }
}

/// The error of one operation: which problem the client sees for it.
pub trait Refusal: Error + Send + Sync + 'static {
    /// The kinds of problems that the operation itself may answer; those of its inputs are known from their types.
    const KINDS: &'static [ProblemKind];

    /// What the client is told.
    fn problem(&self) -> Problem;
}
