//! Products of a file, one at a time: JSON lines, or CSV where the file's name ends so. Only what tells whether an id or a code
//! stood before is kept, 16 bytes of each.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use crate::csv_products::CsvProducts;
use crate::json_lines::JsonLines;
use crate::product::Product;
use crate::report::{ImportError, Refusal};
use crate::source::Source;

/// What stands in one place of a file: a product, or why it is none.
pub(crate) struct Entry {
    pub(crate) line: u64,
    /// How the report calls it.
    pub(crate) what: String,
    pub(crate) product: Result<Box<Product>, String>,
}

/// The products of a source, in its order.
pub(crate) struct Products {
    entries: Box<dyn Iterator<Item = Result<Entry, ImportError>> + Send>,
    seen: Seen,
}

impl Products {
    /// Begins to read.
    pub(crate) fn of(source: &Source) -> Result<Products, ImportError> {
        Ok(Products {
            entries: if source.name().to_lowercase().ends_with(".csv") {
                Box::new(CsvProducts::of(source)?)
            } else {
                Box::new(JsonLines::of(source)?)
            },
            seen: Seen::default(),
        })
    }
}

impl Iterator for Products {
    type Item = Result<Entry, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?.map(|mut entry| {
            if let Ok(product) = &entry.product
                && let Some(fault) = self.seen.fault(entry.line, product)
            {
                entry.product = Err(fault);
            }
            entry
        });
        Some(entry)
    }
}

impl Entry {
    /// The refusal of what is no product.
    pub(crate) fn refusal(&self, file: &str, reason: String) -> Refusal {
        Refusal {
            file: file.to_owned(),
            line: self.line,
            what: self.what.clone(),
            reason,
        }
    }
}

/// Lines in which ids and codes stood first, by their hashes. Those of a refused line count too: the file contradicts itself
/// either way.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    ids: HashMap<u64, u64>,
    codes: HashMap<u64, u64>,
}

impl Seen {
    fn fault(&mut self, line: u64, product: &Product) -> Option<String> {
        let id = self.hasher.hash_one(&product.id);
        let first = *self.ids.entry(id).or_insert(line);
        let mut fault = (first != line).then(|| format!("the id stands in line {first} already"));
        let mut own = HashSet::new();
        for sku in &product.skus {
            let code = self.hasher.hash_one(&sku.code);
            let first = *self.codes.entry(code).or_insert(line);
            if first != line {
                fault.get_or_insert_with(|| {
                    format!("the SKU code {} stands in line {first} already", sku.code)
                });
            } else if !own.insert(&sku.code) {
                fault.get_or_insert_with(|| format!("the SKU code {} stands twice", sku.code));
            }
        }
        // A dot segment never arrives: every HTTP client resolves it away.
        if matches!(product.id.as_str(), "." | "..") {
            fault.get_or_insert_with(|| "the id cannot stand in a URL".to_owned());
        }
        fault
    }
}
