//! Reads a category list: CSV with the header `id,parent_id,level,name` and, if wanted, `sort`, `unit`, `icon`, in any order.
//!
//! `parent_id` 0 or empty is the root. A parent may stand after its children, or not in the file at all when the mall has it.

use std::collections::HashMap;
use std::str::FromStr;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use serde::{Deserialize, Serialize};

use crate::csv_rows::undefused;
use crate::report::ImportError;
use crate::settle::Said;
use crate::source::{Line, Lines, NOT_UTF8, Source};

/// The mall's tree has three levels; products stand in the third.
pub(crate) const LEVELS: std::ops::RangeInclusive<u8> = 1..=3;

const REQUIRED: [&str; 4] = ["id", "parent_id", "level", "name"];
const OPTIONAL: [&str; 3] = ["sort", "unit", "icon"];

/// One category of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Category {
    pub(crate) id: u64,
    pub(crate) level: u8,
    parent_id: Option<u64>,
    name: String,
    sort: Option<i64>,
    /// `None` where the list has no such column, and says nothing of it; an empty cell says that there is none.
    unit: Option<Option<String>>,
    icon: Option<Option<String>>,
}

/// A category as the mall takes and shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct CategoryContent {
    parent_id: Option<u64>,
    name: String,
    sort: i64,
    unit: Option<String>,
    icon: Option<String>,
}

impl Said for Category {
    type Content = CategoryContent;

    fn over(&self, now: Option<CategoryContent>) -> CategoryContent {
        let (sort, unit, icon) = match now {
            Some(now) => (now.sort, now.unit, now.icon),
            None => (0, None, None),
        };
        CategoryContent {
            parent_id: self.parent_id,
            name: self.name.clone(),
            sort: self.sort.unwrap_or(sort),
            unit: self.unit.clone().unwrap_or(unit),
            icon: self.icon.clone().unwrap_or(icon),
        }
    }
}

/// Reads the list and refuses what cannot be a tree of three levels.
pub(crate) fn read(source: &Source) -> Result<Lines<Category>, ImportError> {
    let mut lines = Lines::of(source);
    let bytes = source.bytes()?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes.as_slice());
    let mut record = ByteRecord::new();
    let mut columns = None;
    // `flexible` and bytes leave nothing that the reader could refuse in a slice of memory.
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let number = line_of(&record, &bytes);
        let columns = match &columns {
            None => {
                columns = Some(Columns::of(&record, source)?);
                continue;
            }
            Some(columns) => columns,
        };
        match StringRecord::from_byte_record(record.clone()) {
            Err(_) => lines.refuse(number, "line", NOT_UTF8),
            Ok(fields) if fields.iter().all(|field| field.trim().is_empty()) => {}
            Ok(fields) => match columns.category(&fields) {
                Ok(category) => lines.accept(number, category),
                Err(reason) => lines.refuse(number, columns.what(&fields), reason),
            },
        }
    }
    if columns.is_none() {
        return Err(header_error(source, "the file is empty"));
    }
    refuse_what_is_no_tree(&mut lines);
    Ok(lines)
}

/// The line a record begins in. The reader says where it stood before it skipped blank lines.
fn line_of(record: &ByteRecord, bytes: &[u8]) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let rest = usize::try_from(position.byte())
        .ok()
        .and_then(|start| bytes.get(start..))
        .unwrap_or_default();
    let skipped = rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .filter(|byte| **byte == b'\n')
        .count();
    position.line() + skipped as u64
}

/// Where each column stands.
struct Columns {
    places: HashMap<String, usize>,
}

impl Columns {
    fn of(header: &ByteRecord, source: &Source) -> Result<Columns, ImportError> {
        let mut places = HashMap::new();
        for (place, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name).trim().to_owned();
            if !REQUIRED.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str()) {
                return Err(header_error(
                    source,
                    &format!("the column `{name}` is not known"),
                ));
            }
            if places.insert(name.clone(), place).is_some() {
                return Err(header_error(
                    source,
                    &format!("the column `{name}` stands twice"),
                ));
            }
        }
        match REQUIRED.iter().find(|name| !places.contains_key(**name)) {
            Some(missing) => Err(header_error(
                source,
                &format!("the column `{missing}` is missing"),
            )),
            None => Ok(Columns { places }),
        }
    }

    fn category(&self, fields: &StringRecord) -> Result<Category, String> {
        if fields.len() != self.places.len() {
            return Err(format!(
                "has {} fields, the header has {}",
                fields.len(),
                self.places.len()
            ));
        }
        let id: u64 = self
            .number(fields, "id")?
            .filter(|id| *id > 0)
            .ok_or("`id` is not a positive number")?;
        let parent_id: Option<u64> = self.number(fields, "parent_id")?.filter(|id| *id > 0);
        let level: u8 = self.number(fields, "level")?.ok_or("`level` is missing")?;
        let name = self
            .text(fields, "name")
            .ok_or("`name` is missing")?
            .to_owned();
        let sort = self.number(fields, "sort")?;
        let said = |name: &str| {
            let is_there = self.places.contains_key(name);
            is_there.then(|| self.text(fields, name).map(str::to_owned))
        };
        let (unit, icon) = (said("unit"), said("icon"));
        match (level, parent_id) {
            (1, Some(parent)) => Err(format!("is of level 1 and yet under {parent}")),
            (2 | 3, None) => Err(format!("is of level {level} and yet under nothing")),
            (level, _) if !LEVELS.contains(&level) => {
                Err(format!("`level` is {level}, there are levels 1 to 3"))
            }
            _ => Ok(Category {
                id,
                parent_id,
                level,
                name,
                sort,
                unit,
                icon,
            }),
        }
    }

    /// How the report calls a line that may be broken.
    fn what(&self, fields: &StringRecord) -> String {
        self.text(fields, "id")
            .map_or_else(|| "line".to_owned(), |id| format!("category {id}"))
    }

    fn text<'a>(&self, fields: &'a StringRecord, name: &str) -> Option<&'a str> {
        fields
            .get(*self.places.get(name)?)
            .map(|text| undefused(text.trim()))
            .filter(|text| !text.is_empty())
    }

    fn number<T: FromStr>(&self, fields: &StringRecord, name: &str) -> Result<Option<T>, String> {
        let Some(text) = self.text(fields, name) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| format!("`{name}` is `{text}`, not a number that it can be"))
    }
}

fn header_error(source: &Source, reason: &str) -> ImportError {
    ImportError::Header {
        file: source.name().to_owned(),
        reason: reason.to_owned(),
    }
}

/// Refuses ids that stand twice and parents of the wrong level, as far as the file itself tells.
fn refuse_what_is_no_tree(lines: &mut Lines<Category>) {
    let mut first: HashMap<u64, (u64, u8)> = HashMap::new();
    for line in &lines.accepted {
        first
            .entry(line.value.id)
            .or_insert((line.number, line.value.level));
    }
    for line in std::mem::take(&mut lines.accepted) {
        match fault_in_tree(&line, &first) {
            Some(reason) => lines.refuse(line.number, name(line.value.id), reason),
            None => lines.accepted.push(line),
        }
    }
}

fn fault_in_tree(line: &Line<Category>, first: &HashMap<u64, (u64, u8)>) -> Option<String> {
    let category = &line.value;
    if let Some((number, _)) = first
        .get(&category.id)
        .filter(|(number, _)| *number != line.number)
    {
        return Some(format!("the id stands in line {number} already"));
    }
    let parent = category.parent_id?;
    let (_, level) = first.get(&parent)?;
    (level + 1 != category.level).then(|| {
        format!(
            "is of level {} under {parent}, which is of level {level}",
            category.level
        )
    })
}

/// How the report calls a category.
pub(crate) fn name(id: u64) -> String {
    format!("category {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &'static str) -> Lines<Category> {
        read(&Source::embedded("categories.csv", text)).unwrap()
    }

    fn refusals(lines: &Lines<Category>) -> Vec<String> {
        lines.refused.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_becomes_the_body_of_its_request() {
        let lines =
            read_text("id,parent_id,level,name,sort,unit\n2,0,1,手机,7,部\n34,2,2,手机通讯,0,\n");
        assert_eq!(lines.refused, []);
        let bodies: Vec<_> = lines
            .accepted
            .iter()
            .map(|line| serde_json::to_value(line.value.over(None)).unwrap())
            .collect();
        assert_eq!(
            bodies,
            [
                serde_json::json!({"parent_id": null, "name": "手机", "sort": 7, "unit": "部", "icon": null}),
                serde_json::json!({"parent_id": 2, "name": "手机通讯", "sort": 0, "unit": null, "icon": null}),
            ]
        );
    }

    #[test]
    fn a_spreadsheets_manners_do_no_harm() {
        let lines = read_text(
            "\u{feff}level , name,id,parent_id\r\n\r\n1,\"图书、\"\"音像\"\", 电子\" ,1,0\r\n,,,\r\n \r\n2,\u{3000}电子书刊 ,22,1",
        );
        assert_eq!(refusals(&lines), Vec::<String>::new());
        let read: Vec<_> = lines
            .accepted
            .iter()
            .map(|line| (line.number, line.value.name.as_str()))
            .collect();
        assert_eq!(read, [(3, "图书、\"音像\", 电子"), (6, "电子书刊")]);
    }

    #[test]
    fn a_broken_line_is_refused_with_its_number_and_the_others_are_kept() {
        let lines = read_text(
            "id,parent_id,level,name\n\n1,0,1,一\nx,0,1,二\n3,0,1\n4,0,1,\n0,0,1,五\n6,0,4,六\n7,1,1,七\n8,0,2,八\n9,-1,2,九\n10,1,2,十\n",
        );
        assert_eq!(
            lines
                .accepted
                .iter()
                .map(|line| line.value.id)
                .collect::<Vec<_>>(),
            [1, 10]
        );
        assert_eq!(
            refusals(&lines),
            [
                "categories.csv:4: category x: `id` is `x`, not a number that it can be",
                "categories.csv:5: category 3: has 3 fields, the header has 4",
                "categories.csv:6: category 4: `name` is missing",
                "categories.csv:7: category 0: `id` is not a positive number",
                "categories.csv:8: category 6: `level` is 4, there are levels 1 to 3",
                "categories.csv:9: category 7: is of level 1 and yet under 1",
                "categories.csv:10: category 8: is of level 2 and yet under nothing",
                "categories.csv:11: category 9: `parent_id` is `-1`, not a number that it can be",
            ]
        );
    }

    #[test]
    fn what_is_no_tree_is_refused_and_a_parent_outside_the_file_is_the_malls_affair() {
        let lines = read_text(
            "id,parent_id,level,name\n1,0,1,一\n3,2,3,三\n2,1,2,二\n4,1,3,四\n2,1,2,又二\n5,99,3,五\n",
        );
        assert_eq!(
            lines
                .accepted
                .iter()
                .map(|line| line.value.id)
                .collect::<Vec<_>>(),
            [1, 3, 2, 5]
        );
        assert_eq!(
            refusals(&lines),
            [
                "categories.csv:5: category 4: is of level 3 under 1, which is of level 1",
                "categories.csv:6: category 2: the id stands in line 4 already",
            ]
        );
    }

    #[test]
    fn a_header_that_is_not_one_ends_the_run() {
        for (text, reason) in [
            ("", "categories.csv:1: the file is empty"),
            (
                "id,parent_id,name\n",
                "categories.csv:1: the column `level` is missing",
            ),
            (
                "id,parent_id,level,name,colour\n",
                "categories.csv:1: the column `colour` is not known",
            ),
            (
                "id,parent_id,level,name,id\n",
                "categories.csv:1: the column `id` stands twice",
            ),
        ] {
            let error = read(&Source::embedded("categories.csv", text)).unwrap_err();
            assert_eq!(error.to_string(), reason);
        }
    }
}
