//! Lists the accounts of staff.

use edge::{Query, Reply, Staff};
use kernel::Page;

use super::{
    SeeStaff,
    account_view::{StaffView, WantedPage},
    problems::ListError,
};
use crate::BackOffice;

pub(crate) async fn list_staff(
    app: &BackOffice,
    (_, Query(wanted)): (Staff<SeeStaff>, Query<WantedPage>),
) -> Result<Reply<Page<StaffView>>, ListError> {
    let page = app
        .accounts
        .list(&app.lists, wanted.limit, wanted.cursor.as_deref())
        .await?
        .map_err(|_| ListError::BadCursor)?;
    Ok(Reply::ok(page.map(StaffView::from)))
}
