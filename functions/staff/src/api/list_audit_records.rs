//! Lists what staff did, on a day or by one of them, newest first.

use dynamo::DynamoError;
use edge::{AuditEntry, AuditLog, Problem, ProblemKind, Query, Refusal, Reply, Staff};
use kernel::{Limit, Page, StaffId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Date, macros::format_description};

use super::SeeAudit;
use crate::Audit;

/// Whose doings, and which page of them: either `day` or `staff_id`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedRecords {
    /// Of this day, in UTC: `2026-11-24`.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    day: Option<String>,
    /// Of this account.
    staff_id: Option<StaffId>,
    /// How many.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

/// An unsafe request of staff, or a try to sign in as one of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AuditRecordView {
    /// When it came.
    at: Timestamp,
    /// Who sent it; of a try to sign in, whose account it was for.
    staff_id: StaffId,
    /// Their login name at that time.
    login: String,
    /// The operation.
    operation: String,
    /// The HTTP method.
    method: String,
    /// The path, without the query.
    path: String,
    /// The status it was answered with; absent when it was cut off, or is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Finds the request in the logs.
    request_id: String,
    /// The address that the gateway saw it come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The addresses on its way, as the request says.
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarded_for: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListAuditRecordsError {
    #[error("give either a day or a staff_id")]
    NotOneList,
    #[error("not a day such as 2026-11-24")]
    NoDay,
    #[error("the cursor is not one of this list")]
    BadCursor,
    #[error("the audit log cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListAuditRecordsError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::NotOneList | Self::NoDay => Problem::invalid("?day", self.to_string()),
            Self::BadCursor => Problem::invalid("?cursor", self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn list_audit_records(
    app: &Audit,
    (_, Query(wanted)): (Staff<SeeAudit>, Query<WantedRecords>),
) -> Result<Reply<Page<AuditRecordView>>, ListAuditRecordsError> {
    let list = match (&wanted.day, &wanted.staff_id) {
        (Some(day), None) => AuditLog::of_day(day_of(day)?),
        (None, Some(staff)) => AuditLog::of_staff(staff),
        _ => return Err(ListAuditRecordsError::NotOneList),
    };
    let start = list
        .start(&app.lists, wanted.cursor.as_deref())
        .map_err(|_| ListAuditRecordsError::BadCursor)?;
    let page = app.log.page(&list, &app.lists, wanted.limit, start).await?;
    Ok(Reply::ok(page.map(AuditRecordView::from)))
}

/// The day itself, which is a key: only one that is in the calendar.
fn day_of(text: &str) -> Result<Date, ListAuditRecordsError> {
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map_err(|_| ListAuditRecordsError::NoDay)
}

impl From<AuditEntry> for AuditRecordView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            at: entry.at,
            staff_id: entry.staff,
            login: entry.login,
            operation: entry.operation,
            method: entry.method,
            path: entry.path,
            status: entry.status,
            request_id: entry.request_id,
            address: entry.address,
            forwarded_for: entry.forwarded_for,
        }
    }
}
