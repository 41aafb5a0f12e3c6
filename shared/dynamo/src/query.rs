//! Lists: the items of one partition, in the order of their sort keys, page by page.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use kernel::{Limit, Page};
use serde::de::DeserializeOwned;

use crate::{
    Consistency, DynamoError, InvalidSignature, Item, Key, Signer, Table, capacity,
    condition::Placeholders,
};

/// How many items a page of a search reads at most, and how many in one call.
const SEARCHED: usize = 1000;
const SEARCHED_AT_ONCE: usize = 250;

/// Which items of a partition, in which order. The whole partition in ascending order unless told otherwise.
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until a table runs it"]
pub struct Query {
    index: Option<Index>,
    pk: String,
    prefix: Option<String>,
    descending: bool,
    consistency: Consistency,
}

/// A secondary index and the names of its two keys.
#[derive(Debug, Clone)]
struct Index {
    name: &'static str,
    pk: &'static str,
    sk: &'static str,
}

impl Query {
    /// The items of a partition of the table.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            prefix: None,
            descending: false,
            consistency: Consistency::Eventual,
        }
    }

    /// The items of a partition of a secondary index, whose keys have these names.
    pub fn index(
        name: &'static str,
        keys: (&'static str, &'static str),
        pk: impl Into<String>,
    ) -> Self {
        Self {
            index: Some(Index {
                name,
                pk: keys.0,
                sk: keys.1,
            }),
            ..Self::partition(pk)
        }
    }

    /// Only the items whose sort key begins so.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Last first.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Sees every acknowledged write; not for an index.
    pub fn strong(mut self) -> Self {
        self.consistency = Consistency::Strong;
        self
    }

    /// One page of the list, and where the next begins, signed so that a client can only go on where it was.
    ///
    /// # Errors
    /// When the call brings no answer, or an item is not an `E`.
    pub async fn page<E: DeserializeOwned>(
        &self,
        table: &Table,
        signer: &Signer,
        limit: Limit,
        start: Option<Start>,
    ) -> Result<Page<E>, DynamoError> {
        let (items, last) = self.read(table, Some(limit.get()), start).await?;
        let items = items
            .into_iter()
            .map(Item::read)
            .collect::<Result<_, _>>()?;
        self.ending_at(items, last, signer)
    }

    /// One page of those of the list that `keep` keeps, and where the next begins. It reads a thousand items at most: a page
    /// may be short, even empty, and not the last one.
    ///
    /// # Errors
    /// When a call brings no answer, or an item is not an `E`.
    pub async fn search<E: DeserializeOwned>(
        &self,
        table: &Table,
        signer: &Signer,
        limit: Limit,
        start: Option<Start>,
        keep: impl Fn(&E) -> bool,
    ) -> Result<Page<E>, DynamoError> {
        let judge = |found: Vec<E>| {
            let judged = found.into_iter().map(|item| keep(&item).then_some(item));
            std::future::ready(Ok(judged.collect()))
        };
        self.search_by(table, signer, limit, start, judge).await
    }

    /// Like [`Query::search`], where it takes more than the item to tell: `judge` is given some items at once and says in their
    /// order what is kept of each.
    ///
    /// # Errors
    /// When a call brings no answer, or an item is not an `E`, and those of `judge`.
    pub async fn search_by<E, T, F>(
        &self,
        table: &Table,
        signer: &Signer,
        limit: Limit,
        start: Option<Start>,
        judge: impl Fn(Vec<E>) -> F,
    ) -> Result<Page<T>, DynamoError>
    where
        E: DeserializeOwned,
        F: Future<Output = Result<Vec<Option<T>>, DynamoError>>,
    {
        let (mut kept, mut next, mut left) = (Vec::new(), start, SEARCHED);
        // Where everything is kept, a page costs what it shows, and one item more tells whether it is the last one.
        let mut count = (limit.get() + 1).min(SEARCHED_AT_ONCE);
        while left > 0 {
            let (items, last) = self.read(table, Some(count), next).await?;
            let (read, mut places) = (items.len(), Vec::with_capacity(items.len()));
            left -= count;
            count = SEARCHED_AT_ONCE.min(left);
            for item in &items {
                places.push(Last::of(&item.attributes, self.index.as_ref())?);
            }
            let entities = items.into_iter().map(Item::read);
            let judged = judge(entities.collect::<Result<_, _>>()?).await?;
            for (index, (here, found)) in places.into_iter().zip(judged).enumerate() {
                kept.extend(found);
                let more = index + 1 < read || last.is_some();
                if kept.len() == limit.get() && more {
                    return self.ending_at(kept, Some(here), signer);
                }
            }
            match last {
                Some(last) => next = Some(Start(last)),
                None => return self.ending_at(kept, None, signer),
            }
        }
        self.ending_at(kept, next.map(|start| start.0), signer)
    }

    fn ending_at<E>(
        &self,
        items: Vec<E>,
        last: Option<Last>,
        signer: &Signer,
    ) -> Result<Page<E>, DynamoError> {
        let next_cursor = last
            .map(|last| {
                signer
                    .seal(&self.cursor(last))
                    .map_err(|error| DynamoError::Malformed(error.to_string()))
            })
            .transpose()?;
        Ok(Page { items, next_cursor })
    }

    /// The first so many of the list, or fewer when it is shorter.
    ///
    /// # Errors
    /// When the call brings no answer, or an item is not an `E`.
    pub async fn first<E: DeserializeOwned>(
        &self,
        table: &Table,
        count: usize,
    ) -> Result<Vec<E>, DynamoError> {
        let (items, _) = self.read(table, Some(count), None).await?;
        items.into_iter().map(Item::read).collect()
    }

    /// All of the list. Only for lists that are bounded by a rule.
    ///
    /// # Errors
    /// When a call brings no answer, or an item is not an `E`.
    pub async fn all<E: DeserializeOwned>(&self, table: &Table) -> Result<Vec<E>, DynamoError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let (items, last) = self.read(table, None, start).await?;
            found.extend(items);
            match last {
                Some(last) => start = Some(Start(last)),
                None => return found.into_iter().map(Item::read).collect(),
            }
        }
    }

    /// Where a page begins, from the cursor of the page before it.
    ///
    /// # Errors
    /// When the cursor was not made here for this list.
    pub fn start(
        &self,
        signer: &Signer,
        cursor: Option<&str>,
    ) -> Result<Option<Start>, InvalidSignature> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let opened: Cursor = signer.open(cursor)?;
        if opened.list == self.list() {
            Ok(Some(Start(opened.last)))
        } else {
            Err(InvalidSignature)
        }
    }

    fn list(&self) -> String {
        let index = self.index.as_ref().map_or("", |index| index.name);
        format!(
            "{index}|{}|{}|{}",
            self.pk,
            self.prefix.as_deref().unwrap_or_default(),
            self.descending
        )
    }

    fn cursor(&self, last: Last) -> Cursor {
        Cursor {
            list: self.list(),
            last,
        }
    }

    async fn read(
        &self,
        table: &Table,
        limit: Option<usize>,
        start: Option<Start>,
    ) -> Result<(Vec<Item>, Option<Last>), DynamoError> {
        let (pk_name, sk_name) = self
            .index
            .as_ref()
            .map_or(("pk", "sk"), |index| (index.pk, index.sk));
        let mut placeholders = Placeholders::default();
        let pk = placeholders.value(AttributeValue::S(self.pk.clone()));
        let mut condition = format!("{} = {pk}", placeholders.name(pk_name));
        if let Some(prefix) = &self.prefix {
            let prefix = placeholders.value(AttributeValue::S(prefix.clone()));
            condition.push_str(&format!(
                " AND begins_with({}, {prefix})",
                placeholders.name(sk_name)
            ));
        }
        let (names, values) = placeholders.finish();
        let answer = table
            .client()
            .query()
            .table_name(table.name())
            .set_index_name(self.index.as_ref().map(|index| index.name.to_owned()))
            .key_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .scan_index_forward(!self.descending)
            .consistent_read(self.consistency.is_strong())
            .set_limit(limit.and_then(|rows| i32::try_from(rows).ok()))
            .set_exclusive_start_key(start.map(|start| start.0.attributes(self.index.as_ref())))
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
            .send()
            .await
            .map_err(DynamoError::of)?;
        capacity::read(answer.consumed_capacity());
        let last = answer
            .last_evaluated_key
            .map(|last| Last::of(&last, self.index.as_ref()))
            .transpose()?;
        let items = answer
            .items
            .into_iter()
            .flatten()
            .map(|attributes| Item { attributes })
            .collect();
        Ok((items, last))
    }
}

/// Where a page begins.
#[derive(Debug, Clone)]
pub struct Start(Last);

/// The keys of the last item of a page: the table's, and the index's where one was read.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Last {
    key: (String, String),
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<(String, String)>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Cursor {
    list: String,
    last: Last,
}

impl Last {
    fn of(
        attributes: &std::collections::HashMap<String, AttributeValue>,
        index: Option<&Index>,
    ) -> Result<Self, DynamoError> {
        let text = |name: &str| {
            attributes
                .get(name)
                .and_then(|value| value.as_s().ok())
                .cloned()
                .ok_or_else(|| DynamoError::Malformed(format!("a page ends without {name}")))
        };
        let key = Key::of(attributes)?;
        let index = index
            .map(|index| Ok::<_, DynamoError>((text(index.pk)?, text(index.sk)?)))
            .transpose()?;
        Ok(Self {
            key: (key.pk, key.sk),
            index,
        })
    }

    fn attributes(
        self,
        index: Option<&Index>,
    ) -> std::collections::HashMap<String, AttributeValue> {
        let mut attributes = Key::new(self.key.0, self.key.1).attributes();
        if let (Some(index), Some((pk, sk))) = (index, self.index) {
            attributes.insert(index.pk.to_owned(), AttributeValue::S(pk));
            attributes.insert(index.sk.to_owned(), AttributeValue::S(sk));
        }
        attributes
    }
}
