//! Lists the roles of staff.

use edge::{ListError, Query, Reply, Staff};
use kernel::Page;

use super::{
    SeeStaff,
    account_view::{RoleView, WantedPage},
};
use crate::BackOffice;

pub(crate) async fn list_roles(
    app: &BackOffice,
    (_, Query(wanted)): (Staff<SeeStaff>, Query<WantedPage>),
) -> Result<Reply<Page<RoleView>>, ListError> {
    let page = app
        .accounts
        .list_roles(&app.lists, wanted.limit, wanted.cursor.as_deref())
        .await??;
    Ok(Reply::ok(page.map(RoleView::from)))
}
