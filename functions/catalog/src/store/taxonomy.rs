//! Categories in the catalog table, and what brands and attributes share with them.

use dynamo::{
    Condition, Consistency, DynamoError, Key, Query, Table, Transaction, Write, WriteError,
};
use edge::{Problem, ProblemKind};
use kernel::Timestamp;

use super::Store;
use crate::domain::{Category, CategoryId};

/// Why something of the taxonomy was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    /// Something that the change builds on is no longer as it was read.
    #[error("it was changed at the same time")]
    ChangedMeanwhile,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

impl Unwritten {
    /// What a client is told: to try again, unless it is a defect of ours.
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::ChangedMeanwhile => Problem::from(ProblemKind::BUSY).because(self.to_string()),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

impl From<WriteError> for Unwritten {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::ConditionFailed(_) => Self::ChangedMeanwhile,
            WriteError::Call(error) => Self::Store(error),
        }
    }
}

impl Store {
    /// All categories, those that were removed among them.
    pub(crate) async fn categories(
        &self,
        consistency: Consistency,
    ) -> Result<Vec<Category>, DynamoError> {
        let all = Query::partition("CATEGORIES");
        match consistency {
            Consistency::Eventual => all.all(&self.table).await,
            Consistency::Strong => all.strong().all(&self.table).await,
        }
    }

    /// A category that was not removed.
    pub(crate) async fn category(
        &self,
        id: CategoryId,
        consistency: Consistency,
    ) -> Result<Option<Category>, DynamoError> {
        let found: Option<Category> = self.table.get(category_key(id), consistency).await?;
        Ok(found.filter(|category| !category.is_removed()))
    }

    /// Those of these categories that exist, in no order, those that were removed among them.
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

    /// Writes a new category, or what staff may change of the one that was read.
    pub(crate) async fn put_category(
        &self,
        category: &Category,
        known: Option<&Category>,
        parent: Option<&Category>,
        now: Timestamp,
    ) -> Result<(), Unwritten> {
        let key = category_key(category.id);
        if let Some(known) = known {
            let change = Write::update(&self.table, key)
                .set("name", &category.name)
                .set("sort", category.sort)
                .set("unit", &category.unit)
                .set("icon", &category.icon)
                .set("version", category.version)
                // Whoever is about to remove it finds that somebody still works on it.
                .set("closing_until", None::<i64>)
                .when(at_version(known.version))
                .when(Condition::item_exists());
            return Ok(Table::write(change).await?);
        }
        let put = Write::put(&self.table, key, category).if_absent();
        let Some(parent) = parent else {
            return Ok(Table::write(put).await?);
        };
        // The parent is still there, where it was, and whoever moves or removes it at this moment learns of the child.
        let arrival = self
            .live_category(
                Write::update(&self.table, category_key(parent.id)),
                parent,
                now,
            )
            .add("arrivals", 1);
        commit(Transaction::new().with(put).with(arrival)).await
    }

    /// A check for a transaction that writes something below a category: the category still is there, has the path that
    /// was read, and is not about to be removed.
    pub(crate) fn check_category(&self, category: &Category, now: Timestamp) -> Write {
        self.live_category(
            Write::check(&self.table, category_key(category.id)),
            category,
            now,
        )
    }

    pub(super) fn live_category(&self, write: Write, category: &Category, now: Timestamp) -> Write {
        write
            .when(Condition::equals("path", &category.path))
            .when(Condition::absent("removed_at"))
            .when(not_closing(now))
    }
}

pub(super) async fn commit(transaction: Transaction) -> Result<(), Unwritten> {
    let Err(error) = transaction.commit().await else {
        return Ok(());
    };
    if let dynamo::TransactionError::Cancelled(reasons) = &error
        && reasons
            .iter()
            .any(|reason| matches!(reason, dynamo::Reason::ConditionFailed(_)))
    {
        return Err(Unwritten::ChangedMeanwhile);
    }
    Err(error.otherwise().into())
}

/// The item is as it was read.
pub(super) fn at_version(version: u64) -> Condition {
    match version {
        0 => Condition::absent("version"),
        version => Condition::equals("version", version),
    }
}

pub(super) fn not_closing(now: Timestamp) -> Condition {
    Condition::any(vec![
        Condition::absent("closing_until"),
        Condition::less_than("closing_until", now.as_millis()),
    ])
}

pub(super) fn category_key(id: CategoryId) -> Key {
    Key::new("CATEGORIES", id.digits())
}
