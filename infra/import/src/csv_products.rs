//! Reads and writes a product list as CSV, for spreadsheets: one row a SKU. Rows that follow one another with the same `id`, or
//! with an empty one, are of one product; what they say of the product itself the first of them says.
//!
//! Lists stand in their cell as JSON, as in the other format; `options` may also be written `颜色=岩灰;容量=128G`. A cell that a
//! spreadsheet would take for a formula begins with an apostrophe, which is not part of its text.

use csv::{StringRecord, WriterBuilder};
use serde_json::{Map, Value};

use crate::csv_columns::{COLUMNS, Column, Kind, columns, known, options_of, put, value_of};
use crate::csv_rows::{Row, Rows, defused, undefused};
use crate::json_lines::reason;
use crate::product::{self, Options, Product};
use crate::products::Entry;
use crate::report::ImportError;
use crate::source::Source;

/// The most rows of one product: far more than a product has SKUs. A file that goes on and on is not held.
const MOST_ROWS: usize = 1_000;

/// The products of a source, one at a time.
pub(crate) struct CsvProducts {
    rows: Rows,
    columns: Vec<&'static Column>,
    /// The first row of the product that comes next.
    ahead: Option<Row>,
}

impl CsvProducts {
    pub(crate) fn of(source: &Source) -> Result<CsvProducts, ImportError> {
        let mut rows = Rows::of(source)?;
        let refused = |reason: &str| ImportError::Header {
            file: source.name().to_owned(),
            reason: reason.to_owned(),
        };
        let header = rows.next().transpose()?;
        let header = header.ok_or_else(|| refused("the file is empty"))?;
        let header = header.cells.map_err(|reason| refused(&reason))?;
        let columns = columns(&header).map_err(|reason| refused(&reason))?;
        let ahead = rows.next().transpose()?;
        Ok(CsvProducts {
            rows,
            columns,
            ahead,
        })
    }

    fn cell<'r>(&self, row: &'r StringRecord, name: &str) -> &'r str {
        let place = self.columns.iter().position(|column| column.name == name);
        place
            .and_then(|place| row.get(place))
            .unwrap_or_default()
            .trim()
    }

    /// Whether a row goes on with the product of the one before it.
    fn goes_on(&self, row: &Row, id: &str) -> bool {
        row.cells.as_ref().is_ok_and(|cells| {
            let own = self.cell(cells, "id");
            own.is_empty() || undefused(own) == id
        })
    }
}

impl Iterator for CsvProducts {
    type Item = Result<Entry, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.ahead.take()?;
        let mut rows = Vec::new();
        let mut next = self.rows.next();
        let id = match &first.cells {
            Ok(cells) => undefused(self.cell(cells, "id")).to_owned(),
            Err(_) => String::new(),
        };
        let line = first.line;
        let whole = first.cells.is_ok();
        rows.push(first);
        while whole
            && let Some(Ok(row)) = &next
            && self.goes_on(row, &id)
        {
            let row = next.take().and_then(Result::ok);
            rows.extend(row.filter(|_| rows.len() <= MOST_ROWS));
            next = self.rows.next();
        }
        match next.transpose() {
            Ok(ahead) => self.ahead = ahead,
            Err(error) => return Some(Err(error)),
        }
        let what = if id.is_empty() {
            "line".to_owned()
        } else {
            product::name(&id)
        };
        let (line, product) = match self.product_of(rows) {
            Ok(product) => (line, Ok(Box::new(product))),
            Err((line, reason)) => (line, Err(reason)),
        };
        Some(Ok(Entry {
            line,
            what,
            product,
        }))
    }
}

impl CsvProducts {
    /// The product of its rows, or the line and the reason why it is none.
    fn product_of(&self, rows: Vec<Row>) -> Result<Product, (u64, String)> {
        let mut json = Value::Object(Map::new());
        let (mut skus, mut options, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        let begins = rows.first().map_or(0, |row| row.line);
        if rows.len() > MOST_ROWS {
            return Err((begins, format!("has more than {MOST_ROWS} rows")));
        }
        for row in rows {
            let line = row.line;
            let at = |reason: String| (line, reason);
            let cells = row.cells.map_err(at)?;
            if cells.len() != self.columns.len() {
                let reason = format!(
                    "has {} fields, the header has {}",
                    cells.len(),
                    self.columns.len()
                );
                return Err(at(reason));
            }
            let (mut sku, mut chosen) = (Value::Object(Map::new()), Options::default());
            for (column, cell) in self.columns.iter().zip(&cells) {
                let cell = cell.trim();
                if cell.is_empty() {
                    continue;
                }
                let target = if column.of_sku { &mut sku } else { &mut json };
                match column.kind {
                    Kind::Options => chosen = options_of(undefused(cell)).map_err(at)?,
                    kind => {
                        let value = value_of(kind, undefused(cell))
                            .map_err(|reason| at(format!("`{}`: {reason}", column.name)))?;
                        if !column.of_sku
                            && known(target, column.place).is_some_and(|it| *it != value)
                        {
                            return Err(at(format!(
                                "`{}` differs from the row above, and both are of one product",
                                column.name
                            )));
                        }
                        put(target, column.place, value);
                    }
                }
            }
            // A row without a SKU is that of a draft that has none yet.
            if sku.as_object().is_some_and(|cells| !cells.is_empty()) || !chosen.0.is_empty() {
                lines.push(line);
                skus.push(sku);
                options.push(chosen);
            }
        }
        json["skus"] = Value::Array(skus);
        let product: Result<Product, _> = serde_path_to_error::deserialize(&json);
        let mut product = product.map_err(|error| {
            (
                line_of(error.path(), &lines).unwrap_or(begins),
                reason(&error),
            )
        })?;
        for (sku, chosen) in product.skus.iter_mut().zip(options) {
            sku.options = chosen;
        }
        Ok(product)
    }
}

/// The line of the SKU that a path leads to.
fn line_of(path: &serde_path_to_error::Path, lines: &[u64]) -> Option<u64> {
    let index = path.iter().find_map(|segment| match segment {
        serde_path_to_error::Segment::Seq { index } => Some(*index),
        _ => None,
    });
    let of_sku = path.to_string().starts_with("skus");
    lines.get(index.filter(|_| of_sku)?).copied()
}

/// The header of a list that says everything.
pub(crate) fn header() -> Vec<u8> {
    written(COLUMNS.iter().map(|column| column.name.to_owned()))
}

/// The rows of a product, one for each of its SKUs; what is the product's own in the first.
pub(crate) fn rows(product: &Product) -> Vec<u8> {
    let json = serde_json::to_value(product).unwrap_or_default();
    let mut bytes = Vec::new();
    let rows = product.skus.len().max(1);
    for index in 0..rows {
        let sku = product.skus.get(index);
        let own = sku
            .and_then(|sku| serde_json::to_value(sku).ok())
            .unwrap_or_default();
        let options = sku
            .map(|sku| &sku.options)
            .filter(|options| !options.0.is_empty());
        let cells = COLUMNS.iter().map(|column| {
            let repeated = !column.of_sku && index > 0 && column.name != "id";
            let target = if column.of_sku { &own } else { &json };
            match (column.kind, target.pointer(column.place)) {
                _ if repeated => String::new(),
                (Kind::Options, _) => options
                    .and_then(|options| serde_json::to_string(options).ok())
                    .unwrap_or_default(),
                (_, None | Some(Value::Null)) => String::new(),
                (_, Some(Value::String(text))) => defused(text),
                (Kind::Json, Some(Value::Array(list))) if list.is_empty() => String::new(),
                (_, Some(value)) => value.to_string(),
            }
        });
        bytes.extend(written(cells));
    }
    bytes
}

fn written(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    // Nothing can fail in memory.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::products::Products;

    fn read(text: impl Into<String>) -> Vec<(u64, Result<Product, String>)> {
        let source = Source::embedded("products.csv", text.into());
        Products::of(&source)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.line, entry.product.map(|product| *product)))
            .collect()
    }

    const HEADER: &str = "id,name,brand,category_id,code,price_fen,options,attributes";

    #[test]
    fn rows_of_one_id_are_one_product_and_say_of_it_what_the_first_says() {
        let text = format!(
            "\u{feff}{HEADER}\r\n\r\nP1,\"5\"\" 屏\n第二行\",牌,3,a,100,颜色=红; 容量 = 8G,\"[{{\"\"name\"\": \"\"系统\"\", \"\"values\"\": [\"\"甲\"\"]}}]\"\r\n\
             ,,,,b,200,颜色=蓝;容量=8G,\r\n,,,,,,,\r\nP2,'=1+1,牌,3,c,1,\"{{\"\"码\"\": \"\"L\"\"}}\",\r\n"
        );
        let read = read(text);
        let lines: Vec<u64> = read.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 7], "{read:?}");
        let first = read[0].1.as_ref().unwrap();
        assert_eq!(
            (first.name.as_str(), first.skus.len()),
            ("5\" 屏\n第二行", 2)
        );
        assert_eq!(first.attributes[0].values, ["甲"]);
        let options = |product: &Product, sku: usize| {
            serde_json::to_string(&product.skus[sku].options).unwrap()
        };
        // In the order of the cell, and not of the alphabet.
        assert_eq!(options(first, 1), r#"{"颜色":"蓝","容量":"8G"}"#);
        let second = read[1].1.as_ref().unwrap();
        assert_eq!(second.name, "=1+1");
        assert_eq!(options(second, 0), r#"{"码":"L"}"#);
    }

    #[test]
    fn a_broken_row_is_refused_with_its_own_line_and_column() {
        let rows = [
            (
                "P1,名,牌,3,a,1,,\nP1,名,牌,3,b,x,,\n",
                3,
                "`price_fen`: is `x`, not a whole number",
            ),
            (
                "P1,名,牌,3,a,1,,\n,,,,b,-1,,\n",
                3,
                "`skus[1].price_fen`: -1 is negative",
            ),
            (
                "P1,名,牌,3,a,1,,\nP1,别名,牌,3,b,1,,\n",
                3,
                "`name` differs from the row above, and both are of one product",
            ),
            ("P1,,牌,3,a,1,,\n", 2, "missing field `name`"),
            (",名,牌,3,a,1,,\n", 2, "missing field `id`"),
            (
                "P1,名,牌,3,a,1,红,\n",
                2,
                "`options`: `红` is no name=value",
            ),
            (
                "P1,名,牌,3,a,1,,[\n",
                2,
                "`attributes`: is no JSON: EOF while parsing a list",
            ),
            (
                &"P1,名,牌,3,a,1,,\n".repeat(1_001),
                2,
                "has more than 1000 rows",
            ),
            ("P1,名,牌,3,a,1\n", 2, "has 6 fields, the header has 8"),
            ("P1,名,牌,3,a,1,,\"[\n", 2, "a quote is never closed"),
            (
                "P1,名,牌,3,a,,,\n",
                2,
                "`skus[0]`: missing field `price_fen`",
            ),
        ];
        for (text, line, reason) in rows {
            let read = read(format!("{HEADER}\n{text}"));
            assert_eq!(read.len(), 1, "{text}: {read:?}");
            assert_eq!(read[0], (line, Err(reason.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_header_names_what_is_unknown_doubled_or_missing() {
        for (header, reason) in [
            ("", "products.csv:1: the file is empty"),
            (
                "id,colour",
                "products.csv:1: the column `colour` is not known",
            ),
            ("id,id", "products.csv:1: the column `id` stands twice"),
            ("id,name", "products.csv:1: the column `brand` is missing"),
        ] {
            let source = Source::embedded("products.csv", header);
            let error = CsvProducts::of(&source).map(drop).unwrap_err();
            assert_eq!(error.to_string(), reason);
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was_and_no_cell_is_a_formula() {
        let product: Product = serde_json::from_value(json!({
            "id": "-P1", "status": "off_sale", "name": "=HYPERLINK(\"x\")", "subtitle": "'+引号", "brand": {"id": "牌", "name": "@牌", "first_letter": "P", "sort": 3, "visible": false},
            "category_id": 3, "unit": "+件", "weight_grams": 7, "description": "一\r\n二\n\"三\", 四 🎉",
            "description_images": [{"url": "/a.png", "alt": ""}],
            "images": [{"url": "/b.png", "alt": "-图"}, {"url": "/c.png", "alt": "", "main": true}], "bounds": {"growth": 1, "points": 2},
            "option_ids": {"乙": "甲-二"}, "attributes": [{"group": "组", "group_id": "组-一", "id": "色", "name": "色", "values": ["=1", "b"], "searchable": true, "quick_show": true}],
            "skus": [
                {"code": "-a", "name": "@x", "title": "+t", "subtitle": "s", "price_fen": 9, "options": {"乙": "=2", "甲": "1"},
                    "images": [{"url": "/d.png", "alt": ""}], "weight_grams": 3, "ladder": {"full_count": 2, "discount_per_mille": 900, "stackable": true},
                    "full_reduction": {"full_price_fen": 5, "reduce_fen": 1, "stackable": false}, "member_prices": [{"level": 1, "price_fen": 8}]},
                {"code": "b", "price_fen": 10, "options": {"乙": "3", "甲": "1"}},
            ],
        }))
        .unwrap();
        let draft: Product = serde_json::from_value(json!({
            "id": "P2", "status": "draft", "name": "没有 SKU", "brand": {"name": "牌"}, "category_id": 3, "skus": [],
        }))
        .unwrap();
        let mut text = header();
        for product in [&product, &draft] {
            text.extend(rows(product));
        }
        let text = String::from_utf8(text).unwrap();
        let mut cells = csv::Reader::from_reader(text.as_bytes());
        for row in cells.records() {
            for cell in &row.unwrap() {
                assert!(
                    !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    "{cell}"
                );
            }
        }
        let read: Vec<Product> = read(text).into_iter().map(|(_, it)| it.unwrap()).collect();
        assert_eq!(read, [product, draft]);
    }
}
