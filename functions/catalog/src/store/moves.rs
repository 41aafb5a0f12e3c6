//! What follows a category that was moved, in the catalog table.

use dynamo::{Condition, Consistency, DynamoError, Item, Key, Table, Write, WriteError};
use serde::Deserialize;

use super::{
    Store,
    products::{Place, StoredProduct, products_below},
    taxonomy::category_key,
};
use crate::domain::{Category, CategoryId};

/// What an index tells of a product that is all the table needs to find it.
#[derive(Deserialize)]
struct Kept {
    pk: String,
    sk: String,
}

impl Store {
    /// Some of the products that are listed where a category was before, and not where it is.
    pub(crate) async fn products_left_behind(
        &self,
        category: &Category,
        count: usize,
    ) -> Result<Vec<StoredProduct>, DynamoError> {
        let mut keys = Vec::new();
        for former in &category.former_paths {
            let list = products_below(former);
            let listed: Vec<Kept> = list.first(&self.table, count - keys.len()).await?;
            keys.extend(listed.into_iter().map(|kept| Key::new(kept.pk, kept.sk)));
            if keys.len() == count {
                break;
            }
        }
        // The list may be behind the products: those that are where they belong by now, or are no more, are in no need.
        let places: Vec<Place> = self.table.get_many(keys, Consistency::Strong).await?;
        Ok(places.into_iter().filter_map(Place::stored).collect())
    }

    /// Notes that no product is left where a category was before, unless it was moved again meanwhile.
    pub(crate) async fn forget_former_paths(&self, category: &Category) -> Result<(), DynamoError> {
        let none: [CategoryId; 0] = [];
        let forget = Write::update(&self.table, category_key(category.id))
            .set("former_paths", none)
            .when(Condition::equals("former_paths", &category.former_paths));
        match Table::write(forget).await {
            Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Call(error)) => Err(error),
        }
    }
}

/// The category that a change of the table is of, if products have yet to follow it.
pub(crate) fn moving_category(
    key: &Key,
    new: Option<Item>,
) -> Result<Option<CategoryId>, DynamoError> {
    let is_category = *key == Key::new("CATEGORIES", key.sk.clone());
    let Some(new) = new.filter(|_| is_category) else {
        return Ok(None);
    };
    let category: Category = new.read()?;
    Ok(Some(category.id).filter(|_| !category.former_paths.is_empty()))
}
