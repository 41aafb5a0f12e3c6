//! Reading a whole table: for audits and the like, never for a request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde::de::DeserializeOwned;

use crate::{DynamoError, Item, Table, capacity, condition::Placeholders};

/// Every item of a table, in no order and page by page; in several parts that can be read side by side. It sees all writes
/// that were acknowledged before a page is read; items that change meanwhile are seen before or after their change.
#[derive(Debug, Clone)]
#[must_use = "a scan does nothing until its pages are read"]
pub struct Scan {
    table: Table,
    attributes: &'static [&'static str],
    part: i32,
    parts: i32,
    reached: Reached,
}

#[derive(Debug, Clone)]
enum Reached {
    Start,
    Item(HashMap<String, AttributeValue>),
    End,
}

impl Scan {
    /// The scans of the parts that a table is read in, of each item only these attributes and its key. A part holds no more
    /// than a page at a time, 1 MiB.
    pub fn in_parts(
        table: &Table,
        parts: u16,
        attributes: &'static [&'static str],
    ) -> impl Iterator<Item = Self> {
        (0..parts.max(1)).map(move |part| Self {
            table: table.clone(),
            attributes,
            part: part.into(),
            parts: parts.max(1).into(),
            reached: Reached::Start,
        })
    }

    /// The next page; `None` when all have been read. A page may be empty.
    ///
    /// # Errors
    /// When the call brings no answer, or an item is not an `E`. The same page can then be asked for again.
    pub async fn next_page<E: DeserializeOwned>(&mut self) -> Result<Option<Vec<E>>, DynamoError> {
        let start = match &self.reached {
            Reached::Start => None,
            Reached::Item(key) => Some(key.clone()),
            Reached::End => return Ok(None),
        };
        let mut placeholders = Placeholders::default();
        let names = ["pk", "sk"].iter().chain(self.attributes);
        let names: Vec<String> = names.map(|name| placeholders.name(name)).collect();
        let answer = self
            .table
            .client()
            .scan()
            .table_name(self.table.name())
            .segment(self.part)
            .total_segments(self.parts)
            .projection_expression(names.join(", "))
            .set_expression_attribute_names(placeholders.finish().0)
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
            .send()
            .await
            .map_err(DynamoError::of)?;
        capacity::read(answer.consumed_capacity());
        let items = answer.items.into_iter().flatten();
        let items = items.map(|attributes| Item { attributes }.read());
        let items = items.collect::<Result<_, _>>()?;
        self.reached = match answer.last_evaluated_key {
            Some(key) => Reached::Item(key),
            None => Reached::End,
        };
        Ok(Some(items))
    }
}
