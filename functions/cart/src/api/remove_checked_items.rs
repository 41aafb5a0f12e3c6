//! Takes the checked lines out of a visitor's cart. The query has to say so: a cart is never emptied by a slip in the path.

use edge::{NoContent, Query, Reply, SettingCookies, Visitor};
use schemars::JsonSchema;
use serde::Deserialize;

use super::CartError;
use crate::{Shopping, loaded_cart::load_cart};

/// Which lines.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckedOnly {
    /// Always `true`: the lines that are checked.
    #[serde(rename = "checked")]
    _checked: True,
}

/// The word `true`, and no other.
#[derive(Debug, Deserialize, JsonSchema)]
enum True {
    #[serde(rename = "true")]
    True,
}

pub(crate) async fn remove_checked_items(
    app: &Shopping,
    (visitor, Query(_)): (Visitor, Query<CheckedOnly>),
) -> Result<Reply<(), SettingCookies<NoContent>>, CartError> {
    let mut loaded = load_cart(&app.carts, visitor).await?;
    loaded
        .edit(|cart, _| {
            cart.remove_checked();
            Ok::<_, CartError>(())
        })
        .await?;
    Ok(loaded.dress(Reply::no_content(), &app.cookies))
}
