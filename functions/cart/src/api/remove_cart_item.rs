//! Takes a line out of a visitor's cart. Taking out what is not there succeeds: it is as the visitor wants it.

use edge::{NoContent, Path, Reply, SettingCookies, Visitor};

use super::{CartError, LinePath};
use crate::{Shopping, loaded_cart::load_cart};

pub(crate) async fn remove_cart_item(
    app: &Shopping,
    (visitor, Path(path)): (Visitor, Path<LinePath>),
) -> Result<Reply<(), SettingCookies<NoContent>>, CartError> {
    let mut loaded = load_cart(&app.carts, visitor).await?;
    loaded
        .edit(|cart, _| {
            cart.remove(&path.sku_id);
            Ok::<_, CartError>(())
        })
        .await?;
    Ok(loaded.dress(Reply::no_content(), &app.cookies))
}
