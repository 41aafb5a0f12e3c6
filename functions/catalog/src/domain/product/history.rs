//! What changed of a product, when, and who did it.

use std::collections::BTreeSet;

use kernel::{StaffId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ProductDocument;

/// The most fields that one entry names; the others are counted.
const MOST_FIELDS: usize = 50;
/// The most characters of a value that an entry keeps. With four bytes each, all fields of an entry take some 100 KB at most,
/// of the 400 that an item may have.
const LONGEST_VALUE: usize = 120;
/// The most characters that an entry keeps of the name of one part of a list, such as the address of a picture. A field has at
/// most two such parts, those of SKUs among them, which are short.
const LONGEST_NAME: usize = 120;

/// One entry of a product's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProductChange")]
pub(crate) struct Change {
    /// The version that came of it.
    pub(crate) version: u64,
    /// When.
    pub(crate) at: Timestamp,
    /// Who did it.
    pub(crate) by: StaffId,
    /// What was done.
    pub(crate) kind: ChangeKind,
    /// The fields that an edit changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<FieldChange>,
    /// How many more fields it changed than are named.
    #[serde(default)]
    pub(crate) more_fields: u32,
}

/// What was done to a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeKind {
    /// It was made, as a draft.
    Created,
    /// Its document was replaced; without fields, its SKUs got the names that their options have now.
    Edited,
    /// It went on sale.
    PutOnSale,
    /// It went off sale.
    TakenOffSale,
    /// The draft was removed.
    Removed,
}

/// One field of a document, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FieldChange {
    /// Where it is in the document, parts of lists by what names them, in short: `/skus/p20-64g/price_fen`.
    pub(crate) field: String,
    /// What it was, in short; absent when it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
    /// What it is, in short; absent when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
}

impl Change {
    /// An entry without fields.
    pub(crate) fn new(kind: ChangeKind, version: u64, by: StaffId, at: Timestamp) -> Self {
        Self {
            version,
            at,
            by,
            kind,
            fields: Vec::new(),
            more_fields: 0,
        }
    }

    /// The same entry, with what differs between two documents.
    pub(crate) fn between(mut self, before: &ProductDocument, after: &ProductDocument) -> Self {
        let json = |document| serde_json::to_value(document).unwrap_or_default();
        self.compare(String::new(), Some(&json(before)), Some(&json(after)));
        self
    }

    fn compare(&mut self, field: String, before: Option<&Value>, after: Option<&Value>) {
        if before == after {
            return;
        }
        match (before.and_then(parts), after.and_then(parts)) {
            (Some(old), Some(new)) if !is_reordered(&old, &new) => {
                let names: BTreeSet<&String> =
                    old.iter().chain(&new).map(|(name, _)| name).collect();
                for name in names {
                    self.compare(
                        format!("{field}/{}", name_in_short(name)),
                        part(&old, name),
                        part(&new, name),
                    );
                }
            }
            _ if self.fields.len() == MOST_FIELDS => self.more_fields += 1,
            _ => self.fields.push(FieldChange {
                field,
                before: before.map(in_short),
                after: after.map(in_short),
            }),
        }
    }
}

type Parts<'v> = Vec<(String, &'v Value)>;

/// The parts of an object by name, and those of a list of things that have a name of their own; `None` for anything else.
fn parts(value: &Value) -> Option<Parts<'_>> {
    match value {
        Value::Object(fields) => Some(fields.iter().map(|(name, it)| (name.clone(), it)).collect()),
        Value::Array(things) => {
            let named = things.iter().map(|thing| Some((name_of(thing)?, thing)));
            let named: Parts<'_> = named.collect::<Option<_>>()?;
            let distinct: BTreeSet<_> = named.iter().map(|(name, _)| name).collect();
            (distinct.len() == named.len()).then_some(named)
        }
        _ => None,
    }
}

/// What tells a SKU, a spec, an option, a picture or a member's price from the others of its list.
fn name_of(thing: &Value) -> Option<String> {
    let name = ["code", "attribute_id", "level", "url"]
        .iter()
        .find_map(|name| thing.get(name))?;
    let text = name
        .as_str()
        .map_or_else(|| name.to_string(), str::to_owned);
    Some(text.replace('~', "~0").replace('/', "~1"))
}

fn part<'v>(parts: &Parts<'v>, name: &str) -> Option<&'v Value> {
    parts
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| *value)
}

/// Whether two lists hold the same things in another order: then it is the order that changed.
fn is_reordered(old: &Parts<'_>, new: &Parts<'_>) -> bool {
    let names = |parts: &Parts<'_>| {
        parts
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    let (old, new) = (names(old), names(new));
    let sorted = |names: &Vec<String>| names.iter().cloned().collect::<BTreeSet<_>>();
    old != new && sorted(&old) == sorted(&new)
}

/// A name of which the middle is left out when it is long: addresses differ at their ends.
fn name_in_short(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST_NAME {
        return name.to_owned();
    }
    let tail = LONGEST_NAME / 2;
    let head = LONGEST_NAME - tail - 1;
    let first = name.chars().take(head).chain(['…']);
    first.chain(name.chars().skip(length - tail)).collect()
}

fn in_short(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= LONGEST_VALUE {
        return text;
    }
    text.chars().take(LONGEST_VALUE - 1).chain(['…']).collect()
}
