//! Attributes and their groups in the catalog table: those of one category stand together.

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Key, Query, Signer, Table, Transaction,
    Write, WriteError,
};
use kernel::{AttributeGroupId, AttributeId, Limit, Page};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Store,
    taxonomy::{Unwritten, commit},
};
use crate::domain::{Attribute, AttributeGroup, AttributeSet, CategoryId};

/// Attributes in the index of lists: one partition for all categories.
const ATTRIBUTES: &str = "ATTRIBUTES";
/// Groups likewise.
const GROUPS: &str = "ATTRIBUTE-GROUPS";

/// An attribute or a group: kept below its category, listed over all categories.
#[derive(Serialize)]
struct FormRow<E> {
    /// All of it, under the name that the index of lists projects.
    card: E,
    version: u64,
    list_pk: String,
    list_sk: String,
}

#[derive(Deserialize)]
struct Listed<E> {
    card: E,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FormItem {
    Attribute { card: Box<Attribute> },
    Group { card: AttributeGroup },
}

impl Store {
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

    /// The groups of these ids, each of its category; those that exist, in no order.
    pub(crate) async fn groups_of(
        &self,
        ids: &[(CategoryId, AttributeGroupId)],
    ) -> Result<Vec<AttributeGroup>, DynamoError> {
        let keys = ids.iter().map(|(category, id)| group_key(*category, id));
        let found: Vec<Listed<AttributeGroup>> = self
            .table
            .get_many(keys.collect(), Consistency::Eventual)
            .await?;
        Ok(found.into_iter().map(|row| row.card).collect())
    }

    /// A page of the attributes that `keep` keeps, of one category or of all.
    pub(crate) async fn search_attributes(
        &self,
        category: Option<CategoryId>,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
        keep: impl Fn(&Attribute) -> bool,
    ) -> Result<Result<Page<Attribute>, InvalidSignature>, DynamoError> {
        let list = form_list(category, "ATTRIBUTE#", ATTRIBUTES);
        self.search_form(&list, cursors, limit, cursor, keep).await
    }

    /// A page of the groups that `keep` keeps, of one category or of all.
    pub(crate) async fn search_groups(
        &self,
        category: Option<CategoryId>,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
        keep: impl Fn(&AttributeGroup) -> bool,
    ) -> Result<Result<Page<AttributeGroup>, InvalidSignature>, DynamoError> {
        let list = form_list(category, "GROUP#", GROUPS);
        self.search_form(&list, cursors, limit, cursor, keep).await
    }

    async fn search_form<E: DeserializeOwned>(
        &self,
        list: &Query,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
        keep: impl Fn(&E) -> bool,
    ) -> Result<Result<Page<E>, InvalidSignature>, DynamoError> {
        let start = match list.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let page = list
            .search(&self.table, cursors, limit, start, |row: &Listed<E>| {
                keep(&row.card)
            })
            .await?;
        Ok(Ok(page.map(|row| row.card)))
    }

    /// Removes a group; `false` when there is none. Its attributes then are in none.
    pub(crate) async fn remove_group(
        &self,
        category: CategoryId,
        id: &AttributeGroupId,
    ) -> Result<bool, DynamoError> {
        let delete = Write::delete(&self.table, group_key(category, id));
        match Table::write(delete.when(Condition::item_exists())).await {
            Ok(()) => Ok(true),
            Err(WriteError::ConditionFailed(_)) => Ok(false),
            Err(WriteError::Call(error)) => Err(error),
        }
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

fn form_partition(category: CategoryId) -> String {
    format!("FORM#{}", category.digits())
}

fn attribute_key(category: CategoryId, id: &AttributeId) -> Key {
    Key::new(form_partition(category), format!("ATTRIBUTE#{id}"))
}

fn group_key(category: CategoryId, id: &AttributeGroupId) -> Key {
    Key::new(form_partition(category), format!("GROUP#{id}"))
}

/// The attributes or groups of a category, or of all.
fn form_list(category: Option<CategoryId>, prefix: &str, list: &str) -> Query {
    match category {
        Some(category) => Query::partition(form_partition(category)).prefix(prefix),
        None => Query::index("listing", ("list_pk", "list_sk"), list),
    }
}
