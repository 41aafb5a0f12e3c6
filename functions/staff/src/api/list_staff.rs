//! Lists the accounts of staff: all, or those with a part in their login or name.

use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{SeeStaff, account_view::StaffView};
use crate::BackOffice;

/// Which accounts, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedStaff {
    /// Only those with this in their login or name, whatever the case.
    key: Option<Text<1, 64>>,
    /// How many at most; with `key` a page may be shorter and not the last one.
    #[serde(default)]
    limit: Limit,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

pub(crate) async fn list_staff(
    app: &BackOffice,
    (_, Query(wanted)): (Staff<SeeStaff>, Query<WantedStaff>),
) -> Result<Reply<Page<StaffView>>, ListError> {
    let (cursor, key) = (wanted.cursor.as_deref(), wanted.key.as_deref());
    let page = app
        .accounts
        .list(&app.lists, wanted.limit, cursor, key)
        .await??;
    Ok(Reply::ok(page.map(StaffView::from)))
}
