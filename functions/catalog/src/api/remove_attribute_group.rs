//! Removes a group of attributes. The attributes stay, in no group: one write, however many there are.

use edge::{NoContent, Path, Reply, Staff};

use super::{ShowError, WriteAttributes, put_attribute_group::GroupPath};
use crate::Catalog;

pub(crate) async fn remove_attribute_group(
    app: &Catalog,
    (_, Path(path)): (Staff<WriteAttributes>, Path<GroupPath>),
) -> Result<Reply<(), NoContent>, ShowError> {
    let was_there = app
        .store
        .remove_group(path.category_id, &path.group_id)
        .await?;
    if was_there {
        Ok(Reply::no_content())
    } else {
        Err(ShowError::NotFound("group"))
    }
}
