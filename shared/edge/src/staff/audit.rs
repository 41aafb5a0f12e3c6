//! What staff did: an item for each unsafe request of theirs, written before the operation runs and completed with the status
//! afterwards. One without a status was cut off. It holds nothing of what was sent: no body, no query, no secret. Keys:
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `AUDIT#<date>` | `<ULID>` | a request of that day, UTC |
//!
//! The index `staff` has them by `staff` and `sk`. Both orders are by time. The table drops items after a year.

use std::time::Duration;

use dynamo::{DynamoError, Key, Query, Signer, Start, Table, Write, WriteError};
use kernel::{AuditId, Clock, ConfigError, Limit, Page, StaffId, Timestamp};
use serde::Deserialize;
use tracing::error;

use crate::{Boot, Request};

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
        request: &Request,
    ) -> Result<AuditRecord, DynamoError> {
        let at = self.clock.now();
        let key = Key::new(
            format!("AUDIT#{}", at.to_utc().date()),
            AuditId::generate(at).as_str(),
        );
        let forwarded = request
            .header("x-forwarded-for")
            .map(|value| value.chars().take(LONGEST_FORWARDED).collect::<String>());
        let write = Write::update(&self.table, key.clone())
            .set("staff", staff)
            .set("login", login)
            .set("operation", operation)
            .set("method", request.method().as_str())
            .set("path", request.path())
            .set("request_id", &request.id().0)
            .set("at", at)
            .set("ttl", at.plus(KEPT).as_seconds())
            .set("address", request.address())
            .set("forwarded_for", forwarded);
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
