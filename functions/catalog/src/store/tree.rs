//! Moving and removing categories in the catalog table.

use dynamo::{Condition, DynamoError, Transaction, Write};
use futures::future::{join_all, try_join_all};
use kernel::Timestamp;
use serde::Deserialize;

use super::{
    Store,
    products::products_below,
    taxonomy::{Unwritten, at_version, category_key, commit},
};
use crate::domain::{Category, CategoryId, TreeMove};

/// Anything of a list: it is there.
#[derive(Deserialize)]
pub(super) struct Present {}

impl Store {
    /// Moves categories, all or nothing. Those that `closed` announced until then no longer hold products, and are open
    /// again.
    pub(crate) async fn move_categories(
        &self,
        change: &TreeMove,
        closed: &[Category],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Unwritten> {
        let mut transaction = Transaction::new();
        for (known, next) in &change.changes {
            let mut write = Write::update(&self.table, category_key(known.id))
                .set("sort", next.sort)
                .set("version", next.version)
                .when(at_version(known.version));
            if known.path != next.path {
                write = write
                    .set("parent_id", next.parent_id)
                    .set("path", &next.path)
                    .set("former_paths", &next.former_paths)
                    .when(no_arrival(known));
            }
            if closed.iter().any(|closed| closed.id == known.id) {
                write = write
                    .set("closing_until", None::<i64>)
                    .when(Condition::equals("closing_until", until.as_millis()));
            }
            transaction = transaction.with(write);
        }
        for host in &change.hosts {
            let arrival = Write::update(&self.table, category_key(host.id));
            let arrival = self.live_category(arrival, host, now).add("arrivals", 1);
            transaction = transaction.with(arrival);
        }
        commit(transaction).await
    }

    /// Announces that categories are about to be removed, or to hold no products any more: until then nothing new may refer
    /// to them. What a function leaves behind that dies ends by itself.
    pub(crate) async fn close_categories(
        &self,
        categories: &[Category],
        until: Timestamp,
    ) -> Result<(), Unwritten> {
        let marks = categories.iter().map(|category| {
            Write::update(&self.table, category_key(category.id))
                .set("closing_until", until.as_millis())
                .when(at_version(category.version))
                .when(no_arrival(category))
                .when(Condition::absent("removed_at"))
        });
        commit(marks.fold(Transaction::new(), Transaction::with)).await
    }

    /// Takes that back. What cannot be taken back now ends by itself.
    pub(crate) async fn reopen_categories(&self, categories: &[Category], until: Timestamp) {
        let marks = categories.iter().map(|category| {
            let mark = Write::update(&self.table, category_key(category.id))
                .set("closing_until", None::<i64>)
                .when(Condition::equals("closing_until", until.as_millis()));
            dynamo::Table::write(mark)
        });
        join_all(marks).await;
    }

    /// Hides categories for ever that were announced so, and that nobody changed since; all or nothing.
    pub(crate) async fn remove_categories(
        &self,
        categories: &[Category],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Unwritten> {
        let removals = categories.iter().map(|category| {
            Write::update(&self.table, category_key(category.id))
                .set("removed_at", now)
                .set("version", category.version + 1)
                .set("closing_until", None::<i64>)
                .when(at_version(category.version))
                .when(no_arrival(category))
                .when(Condition::equals("closing_until", until.as_millis()))
        });
        commit(removals.fold(Transaction::new(), Transaction::with)).await
    }

    /// Which of these categories products are listed in, there or where the category was before.
    pub(crate) async fn with_products(
        &self,
        categories: &[Category],
    ) -> Result<Vec<CategoryId>, DynamoError> {
        let places = categories.iter().flat_map(|category| {
            let paths = category.former_paths.iter().chain([&category.path]);
            paths.map(|path| (category.id, path))
        });
        let looks = places.map(|(id, path)| async move {
            let found = products_below(path)
                .first::<Present>(&self.table, 1)
                .await?;
            Ok::<_, DynamoError>(Some(id).filter(|_| !found.is_empty()))
        });
        let mut found: Vec<_> = try_join_all(looks).await?.into_iter().flatten().collect();
        found.dedup();
        Ok(found)
    }
}

/// No category came below it since it was read.
fn no_arrival(category: &Category) -> Condition {
    let same = Condition::equals("arrivals", category.arrivals);
    match category.arrivals {
        0 => Condition::any(vec![Condition::absent("arrivals"), same]),
        _ => same,
    }
}
