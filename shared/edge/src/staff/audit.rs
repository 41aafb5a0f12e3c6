//! What staff did: an item for each unsafe request of theirs, written before the operation runs and completed with the status
//! afterwards. One without a status was cut off. It holds nothing of what was sent: no body, no query, no secret. Keys:
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `AUDIT#<date>` | `<ULID>` | a request of that day, UTC |
//! | `NOBODY#<date>` | `<operation>` | how often it was tried that day in the name of nobody, and the last such request |
//!
//! The index `staff` has the requests by `staff` and `sk`. Both orders are by time. The table drops items after a year.

use std::time::Duration;

use dynamo::{DynamoError, Key, Query, Signer, Start, Table, Write, WriteError};
use kernel::{AuditId, Clock, ConfigError, Limit, Page, StaffId, Timestamp};
use schemars::SchemaGenerator;
use serde::Deserialize;
use tracing::error;

use crate::{Boot, Description, Extract, Problem, Request};

/// How long an item is kept.
const KEPT: Duration = Duration::from_secs(366 * 24 * 3600);
/// More of `X-Forwarded-For` is noise.
const LONGEST_FORWARDED: usize = 200;

/// The log of what staff did.
#[derive(Debug, Clone)]
pub struct AuditLog {
    table: Table,
    clock: Clock,
}

/// What the log says of a request beside who sent it: nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    method: String,
    path: String,
    request_id: String,
    address: Option<String>,
    forwarded_for: Option<String>,
}

/// A request that is under way, and its place in the log.
#[derive(Debug, Clone)]
pub struct AuditRecord {
    table: Table,
    key: Key,
}

/// What the log says of a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AuditEntry {
    /// Who sent it.
    pub staff: StaffId,
    /// Their login name at that time.
    pub login: String,
    /// The operation.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The gateway's id of the request: finds it in the logs.
    pub request_id: String,
    /// When it came.
    pub at: Timestamp,
    /// The address it came from, as the gateway saw it: of a CDN where there is one.
    pub address: Option<String>,
    /// The addresses on its way, as the request says: believe it as far as you believe who sent it.
    pub forwarded_for: Option<String>,
    /// The status it was answered with; absent when it was cut off, or is under way.
    pub status: Option<u16>,
}

impl AuditLog {
    /// The log in the table that `SESSION_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(boot: &Boot) -> Result<Self, ConfigError> {
        Ok(Self {
            table: boot.table("SESSION_TABLE")?,
            clock: boot.clock(),
        })
    }

    /// Writes that a request has come. It is an upsert of an item nobody else has the key of, so that functions of the back
    /// office need no permission for it beyond that to extend a session.
    ///
    /// # Errors
    /// When the store gives no answer: the operation had better not run.
    pub async fn begin(
        &self,
        (staff, login): (&StaffId, &str),
        operation: &str,
        trail: &Trail,
    ) -> Result<AuditRecord, DynamoError> {
        let at = self.clock.now();
        let key = Key::new(
            format!("AUDIT#{}", at.to_utc().date()),
            AuditId::generate(at).as_str(),
        );
        let write = Write::update(&self.table, key.clone())
            .set("staff", staff)
            .set("login", login);
        self.write(key, write, operation, trail, at).await
    }

    /// Writes that somebody tried to be a member of staff whom there is not. However many try, it is an item a day: whose name
    /// they gave is not written down, for it may be a password in the wrong place. It takes as long as [`AuditLog::begin`], so
    /// that the time of a refusal does not tell which accounts there are.
    ///
    /// # Errors
    /// As there.
    pub async fn begin_for_nobody(
        &self,
        operation: &str,
        trail: &Trail,
    ) -> Result<AuditRecord, DynamoError> {
        let at = self.clock.now();
        let key = Key::new(format!("NOBODY#{}", at.to_utc().date()), operation);
        let write = Write::update(&self.table, key.clone()).add("count", 1);
        self.write(key, write, operation, trail, at).await
    }

    async fn write(
        &self,
        key: Key,
        who: Write,
        operation: &str,
        trail: &Trail,
        at: Timestamp,
    ) -> Result<AuditRecord, DynamoError> {
        let write = who
            .set("operation", operation)
            .set("method", &trail.method)
            .set("path", &trail.path)
            .set("request_id", &trail.request_id)
            .set("at", at)
            .set("ttl", at.plus(KEPT).as_seconds())
            .set("address", &trail.address)
            .set("forwarded_for", &trail.forwarded_for);
        match Table::write(write).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(AuditRecord {
                table: self.table.clone(),
                key,
            }),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// What happened on a day in UTC, newest first.
    pub fn of_day(day: time::Date) -> Query {
        Query::partition(format!("AUDIT#{day}")).descending()
    }

    /// What somebody did, newest first.
    pub fn of_staff(staff: &StaffId) -> Query {
        Query::index("staff", ("staff", "sk"), staff.as_str()).descending()
    }

    /// A page of one of these lists.
    ///
    /// # Errors
    /// When the store gives no answer.
    pub async fn page(
        &self,
        list: &Query,
        signer: &Signer,
        limit: Limit,
        start: Option<Start>,
    ) -> Result<Page<AuditEntry>, DynamoError> {
        list.page(&self.table, signer, limit, start).await
    }
}

impl Trail {
    /// Of this request.
    pub(crate) fn of(request: &Request) -> Self {
        let forwarded = request.header("x-forwarded-for");
        Self {
            method: request.method().as_str().to_owned(),
            path: request.path().to_owned(),
            request_id: request.id().0.clone(),
            address: request.address().map(str::to_owned),
            forwarded_for: forwarded.map(|value| value.chars().take(LONGEST_FORWARDED).collect()),
        }
    }
}

impl Extract for Trail {
    fn extract(request: &Request) -> Result<Self, Problem> {
        Ok(Self::of(request))
    }

    fn describe(_: &mut Description, _: &mut SchemaGenerator) {}
}

impl AuditRecord {
    /// Writes how the request ended. The client is answered in any case: that the log does not know the end shows in it.
    pub async fn complete(self, status: u16) {
        let write = Write::update(&self.table, self.key).set("status", status);
        if let Err(error) = Table::write(write).await {
            error!(
                reason = kernel::causes(&error),
                "the audit log misses how a request ended"
            );
        }
    }
}
