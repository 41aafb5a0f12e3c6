//! Categories in the catalog table.

use dynamo::{Condition, Consistency, DynamoError, Key, Query, Table, Write, WriteError};

use super::Store;
use crate::domain::{Category, CategoryId};

impl Store {
    pub(crate) async fn categories(&self) -> Result<Vec<Category>, DynamoError> {
        Query::partition("CATEGORIES").all(&self.table).await
    }

    pub(crate) async fn category(&self, id: CategoryId) -> Result<Option<Category>, DynamoError> {
        self.table
            .get(category_key(id), Consistency::Eventual)
            .await
    }

    /// Those of these categories that exist, in no order.
    pub(crate) async fn categories_of(
        &self,
        ids: &[CategoryId],
        consistency: Consistency,
    ) -> Result<Vec<Category>, DynamoError> {
        self.table
            .get_many(
                ids.iter().map(|id| category_key(*id)).collect(),
                consistency,
            )
            .await
    }

    /// Writes a category in place of the one that was read; `false` when another was written meanwhile.
    pub(crate) async fn put_category(
        &self,
        category: &Category,
        known: Option<&Category>,
    ) -> Result<bool, DynamoError> {
        let write = Write::put(&self.table, category_key(category.id), category);
        let write = match known {
            None => write.if_absent(),
            Some(known) => write.when(Condition::equals("path", &known.path)),
        };
        match Table::write(write).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
    }
}

fn category_key(id: CategoryId) -> Key {
    Key::new("CATEGORIES", id.digits())
}
