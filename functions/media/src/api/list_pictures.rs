//! Lists the published pictures for one purpose, the newest first.

use edge::{ListError, Query, Reply, Staff};
use kernel::{Limit, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{UploadMedia, view::UploadView};
use crate::{Media, domain::Purpose};

/// Which pictures, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListPicturesQuery {
    /// What they are for.
    purpose: Purpose,
    /// How many.
    #[serde(default)]
    limit: Limit,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn list_pictures(
    app: &Media,
    (_, Query(wanted)): (Staff<UploadMedia>, Query<ListPicturesQuery>),
) -> Result<Reply<Page<UploadView>>, ListError> {
    let (limit, cursor) = (wanted.limit, wanted.cursor.as_deref());
    let page = app
        .uploads
        .published(wanted.purpose, &app.cursors, limit, cursor)
        .await??;
    Ok(Reply::ok(page.map(UploadView::from)))
}
