//! Categories, brands and attributes in the catalog table: what products refer to.

use dynamo::{
    Condition, Consistency, DynamoError, Key, Query, Table, Transaction, Write, WriteError,
};
use kernel::{AttributeGroupId, AttributeId, BrandId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::domain::{Attribute, AttributeGroup, AttributeSet, Category, CategoryId, brand::Brand};

/// Attributes in the index of lists: one partition for all categories.
const ATTRIBUTES: &str = "ATTRIBUTES";
/// Groups likewise.
const GROUPS: &str = "ATTRIBUTE-GROUPS";

/// Why something of the taxonomy was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    /// Something that the change builds on is no longer as it was read.
    #[error("it was changed at the same time")]
    ChangedMeanwhile,
    #[error(transparent)]
    Store(#[from] DynamoError),
}

impl From<WriteError> for Unwritten {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::ConditionFailed(_) => Self::ChangedMeanwhile,
            WriteError::Call(error) => Self::Store(error),
        }
    }
}

/// An attribute or a group: kept below its category, listed over all categories.
#[derive(Serialize, Deserialize)]
pub(super) struct FormRow<E> {
    /// All of it, under the name that the index of lists projects.
    pub(super) card: E,
    version: u64,
    list_pk: String,
    list_sk: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FormItem {
    Attribute { card: Box<Attribute> },
    Group { card: AttributeGroup },
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

    fn live_category(&self, write: Write, category: &Category, now: Timestamp) -> Write {
        write
            .when(Condition::equals("path", &category.path))
            .when(Condition::absent("removed_at"))
            .when(not_closing(now))
    }

    /// A check for a transaction that writes something which refers to a brand: the brand still is there, and is not about
    /// to be removed.
    pub(crate) fn check_brand(&self, id: &BrandId, now: Timestamp) -> Write {
        Write::check(&self.table, brand_key(id))
            .when(Condition::item_exists())
            .when(not_closing(now))
    }

    /// Those of these brands that exist, in no order.
    pub(crate) async fn brands_of(
        &self,
        ids: &[BrandId],
        consistency: Consistency,
    ) -> Result<Vec<Brand>, DynamoError> {
        self.table
            .get_many(ids.iter().map(brand_key).collect(), consistency)
            .await
    }

    /// Writes a brand in place of the one that was read, and in the lists of the categories that it serves.
    pub(crate) async fn put_brand(
        &self,
        brand: &Brand,
        known: Option<&Brand>,
    ) -> Result<(), Unwritten> {
        let put = Write::put(&self.table, brand_key(&brand.id), brand);
        let put = match known {
            None => put.if_absent(),
            Some(known) => put.when(at_version(known.version)),
        };
        let before = known.map(serving_keys).unwrap_or_default();
        let after = serving_keys(brand);
        let link = Link {
            brand_id: brand.id.clone(),
        };
        let mut transaction = Transaction::new().with(put);
        for gone in before.iter().filter(|key| !after.contains(key)) {
            transaction = transaction.with(Write::delete(&self.table, gone.clone()));
        }
        for new in after.iter().filter(|key| !before.contains(key)) {
            transaction = transaction.with(Write::put(&self.table, new.clone(), &link));
        }
        commit(transaction).await
    }

    /// The groups and attributes of a category, in one query; removed attributes are among them.
    pub(crate) async fn attributes_of(
        &self,
        category: CategoryId,
        consistency: Consistency,
    ) -> Result<AttributeSet, DynamoError> {
        let form = Query::partition(form_partition(category));
        let items: Vec<FormItem> = match consistency {
            Consistency::Eventual => form.all(&self.table).await?,
            Consistency::Strong => form.strong().all(&self.table).await?,
        };
        let mut set = AttributeSet::default();
        for item in items {
            match item {
                FormItem::Attribute { card } => set.attributes.push(*card),
                FormItem::Group { card } => set.groups.push(card),
            }
        }
        Ok(set)
    }

    /// Writes attributes, each in place of its version before, all or nothing.
    pub(crate) async fn put_attributes(&self, attributes: &[Attribute]) -> Result<(), Unwritten> {
        let writes = attributes.iter().map(|attribute| {
            let key = attribute_key(attribute.category_id, &attribute.id);
            self.put_form_row(key, attribute, attribute.version, ATTRIBUTES)
        });
        commit(writes.fold(Transaction::new(), Transaction::with)).await
    }

    /// Writes a group in place of its version before.
    pub(crate) async fn put_group(&self, group: &AttributeGroup) -> Result<(), Unwritten> {
        let key = group_key(group.category_id, &group.id);
        Ok(Table::write(self.put_form_row(key, group, group.version, GROUPS)).await?)
    }

    fn put_form_row<E: Serialize>(&self, key: Key, entity: E, version: u64, list: &str) -> Write {
        let row = FormRow {
            card: entity,
            version,
            list_pk: list.to_owned(),
            list_sk: format!("{}/{}", key.pk, key.sk),
        };
        let put = Write::put(&self.table, key, &row);
        if version == 1 {
            put.if_absent()
        } else {
            put.when(Condition::equals("version", version - 1))
        }
    }
}

/// A brand in the list of a category that it serves.
#[derive(Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) brand_id: BrandId,
}

async fn commit(transaction: Transaction) -> Result<(), Unwritten> {
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

fn not_closing(now: Timestamp) -> Condition {
    Condition::any(vec![
        Condition::absent("closing_until"),
        Condition::less_than("closing_until", now.as_millis()),
    ])
}

pub(super) fn category_key(id: CategoryId) -> Key {
    Key::new("CATEGORIES", id.digits())
}

pub(super) fn brand_key(id: &BrandId) -> Key {
    Key::new("BRANDS", id.as_str())
}

/// Where a brand stands in the lists of the categories that it serves, each in the order of `sort`.
fn serving_keys(brand: &Brand) -> Vec<Key> {
    let place = format!("{}#{}", brand.sort.digits(), brand.id);
    let key = |id: &CategoryId| Key::new(serving_partition(*id), place.clone());
    brand.category_ids.iter().map(key).collect()
}

pub(super) fn serving_partition(category: CategoryId) -> String {
    format!("BRANDS#{}", category.digits())
}

fn form_partition(category: CategoryId) -> String {
    format!("FORM#{}", category.digits())
}

fn attribute_key(category: CategoryId, id: &AttributeId) -> Key {
    Key::new(form_partition(category), format!("ATTRIBUTE#{id}"))
}

fn group_key(category: CategoryId, id: &AttributeGroupId) -> Key {
    Key::new(form_partition(category), format!("GROUP#{id}"))
}
