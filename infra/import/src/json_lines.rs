//! Reads a product list of one JSON object a line, a whole product with its SKUs.
//!
//! ```json
//! {"id": "D1001", "name": "…", "subtitle": "…", "brand": {"id": "…", "name": "…", "first_letter": "X"}, "category_id": 225,
//!  "unit": "件", "weight_grams": 0, "description": "…", "images": [{"url": "https://…", "alt": "…"}],
//!  "attributes": [{"group": "屏幕", "name": "尺寸", "values": ["6.1 英寸"], "searchable": true, "quick_show": true}],
//!  "skus": [{"code": "D1001-01", "price_fen": 299900, "stock": 80, "options": {"颜色": "岩灰"}, "image": "https://…"}]}
//! ```
//! (on one line.) The order of `options` is kept: the mall shows them so.

use serde::Deserialize;

use crate::product::{self, Product};
use crate::products::Entry;
use crate::report::ImportError;
use crate::source::{Line, Source, TextLines};

/// The products of a source, one line at a time.
pub(crate) struct JsonLines(TextLines);

impl JsonLines {
    pub(crate) fn of(source: &Source) -> Result<JsonLines, ImportError> {
        source.lines().map(JsonLines)
    }
}

impl Iterator for JsonLines {
    type Item = Result<Entry, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map(entry))
    }
}

fn entry(line: Line<Result<String, &'static str>>) -> Entry {
    let (what, product) = match &line.value {
        Err(reason) => ("line".to_owned(), Err((*reason).to_owned())),
        Ok(text) => match parse(text) {
            Ok(product) => (product::name(&product.id), Ok(Box::new(product))),
            Err(reason) => (what(text), Err(reason)),
        },
    };
    Entry {
        line: line.number,
        what,
        product,
    }
}

fn parse(text: &str) -> Result<Product, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let product = serde_path_to_error::deserialize(&mut json).map_err(|error| reason(&error))?;
    json.end().map_err(|error| without_position(&error))?;
    Ok(product)
}

/// The fault and the field it is in. A broken text has no field, only a column.
pub(crate) fn reason(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    match error.inner().classify() {
        serde_json::error::Category::Data if error.path().iter().next().is_some() => {
            format!("`{}`: {}", error.path(), without_position(error.inner()))
        }
        serde_json::error::Category::Data => without_position(error.inner()),
        _ => format!(
            "broken JSON at column {}: {}",
            error.inner().column(),
            without_position(error.inner())
        ),
    }
}

/// `serde_json` ends each message with a line and column of the text it saw, which is one line of the file.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message
        .strip_suffix(&position)
        .unwrap_or(&message)
        .to_owned()
}

/// How the report calls a line that is no product: by its id if that much can be read.
fn what(text: &str) -> String {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    serde_json::from_str(text).map_or_else(
        |_| "line".to_owned(),
        |Named { id }| product::name(id.trim()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::Document;
    use crate::products::Products;
    use crate::taxonomy::Ids;

    fn product() -> Value {
        json!({"id": "P1", "name": "杯", "subtitle": "", "brand": {"name": "瓷里"}, "category_id": 225, "unit": "只", "weight_grams": 0,
            "description": "", "attributes": [], "skus": [{"code": "P1-1", "price_fen": 100, "stock": 5, "options": {}}]})
    }

    /// The products of these lines, and the refusals as the report prints them.
    fn read_lines(lines: &[String]) -> (Vec<(u64, Product)>, Vec<String>) {
        let source = Source::embedded("products.jsonl", lines.join("\n"));
        let (mut products, mut refused) = (Vec::new(), Vec::new());
        for entry in Products::of(&source).unwrap() {
            let entry = entry.unwrap();
            match &entry.product {
                Ok(product) => products.push((entry.line, (**product).clone())),
                Err(reason) => {
                    refused.push(entry.refusal("products.jsonl", reason.clone()).to_string());
                }
            }
        }
        (products, refused)
    }

    fn refusal_of(change: impl Fn(&mut Value)) -> String {
        let mut value = product();
        change(&mut value);
        let (products, refused) = read_lines(&[value.to_string()]);
        assert!(products.is_empty(), "{value} was accepted");
        refused[0].clone()
    }

    #[test]
    fn a_line_becomes_the_document_of_its_request_with_options_in_the_order_of_the_file() {
        let line = r#"{"id": " P1", "name": "华为 HUAWEI P20 ", "subtitle": " 全面屏", "brand": {"name": "华为 ", "first_letter": "H"},
            "category_id": 225, "unit": "件", "weight_grams": 165, "description": "", "images": [{"url": "https://a/1.png", "alt": "正面"}],
            "bounds": {"growth": 7}, "status": "draft",
            "attributes": [{"name": "屏幕尺寸 ", "values": ["5.0 "], "searchable": false}, {"group": "主体", "name": "系统", "values": ["甲", "乙"], "searchable": true, "quick_show": true}],
            "skus": [{"code": " S1 ", "price_fen": 378800, "stock": 487, "options": {"颜色": "金色 ", "容量": "16G"}, "image": "https://a/2.png",
                "ladder": {"full_count": 3, "discount_per_mille": 900}}]}"#
            .replace('\n', "");
        let (products, refused) = read_lines(&[line]);
        assert_eq!(refused, Vec::<String>::new());
        let product = &products[0].1;
        assert_eq!((product.id.as_str(), product.skus[0].stock), ("P1", 487));
        assert_eq!(
            serde_json::to_value(Document::of(product, &Ids::default()).unwrap()).unwrap(),
            json!({"name": "华为 HUAWEI P20", "subtitle": "全面屏", "brand_id": "华为", "category_id": 225, "unit": "件",
                "weight_grams": 165, "description": "", "description_images": [],
                "images": [{"url": "https://a/1.png", "alt": "正面"}], "bounds": {"growth": 7, "points": 0},
                "specs": [{"attribute_id": "屏幕尺寸", "values": ["5.0"], "quick_show": false},
                    {"attribute_id": "系统", "values": ["甲", "乙"], "quick_show": true}],
                "skus": [{"code": "S1", "title": "", "subtitle": "", "price_fen": 378800,
                    "options": [{"attribute_id": "颜色", "value": "金色"}, {"attribute_id": "容量", "value": "16G"}],
                    "images": [{"url": "https://a/2.png", "alt": ""}],
                    "ladder": {"full_count": 3, "discount_per_mille": 900, "stackable": false}}]})
        );
    }

    #[test]
    fn a_mark_line_ends_and_blank_lines_do_no_harm() {
        let (products, refused) = read_lines(&[
            format!("\u{feff}{} \r", product()),
            "\r".to_owned(),
            "{\"id\": \r".to_owned(),
        ]);
        let lines: Vec<_> = products.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1]);
        assert_eq!(
            refused,
            ["products.jsonl:3: line: broken JSON at column 6: EOF while parsing a value"]
        );
    }

    #[test]
    fn a_broken_line_is_refused_with_the_field_and_the_reason() {
        for (change, reason) in [
            (
                (|it: &mut Value| it["skus"][0]["price_fen"] = json!(-5)) as fn(&mut Value),
                "product P1: `skus[0].price_fen`: -5 is negative",
            ),
            (
                |it| it["skus"][0]["price_fen"] = json!(12.5),
                "product P1: `skus[0].price_fen`: invalid type: floating point `12.5`, expected i64",
            ),
            (
                |it| it["skus"][0]["stock"] = json!(-1),
                "product P1: `skus[0].stock`: -1 is negative",
            ),
            (|it| it["name"] = json!(" "), "product P1: `name`: is empty"),
            (
                |it| drop(it.as_object_mut().unwrap().remove("category_id")),
                "product P1: missing field `category_id`",
            ),
            (
                |it| drop(it.as_object_mut().unwrap().remove("id")),
                "line: missing field `id`",
            ),
            (
                |it| it["id"] = json!(".."),
                "product ..: the id cannot stand in a URL",
            ),
            (
                |it| it["brand"]["name"] = json!("!!"),
                "product P1: `brand.name`: the name has no letter or digit: !!",
            ),
            (
                |it| it["skus"][0]["options"] = json!({ "色": "红", "🎉": "x" }),
                "product P1: `skus[0].options`: the name has no letter or digit: 🎉",
            ),
            (
                |it| it["attributes"] = json!([{ "name": "长".repeat(31), "values": ["x"] }]),
                "product P1: `attributes[0].name`: the name has 31 characters, at most 30 fit: \
                 长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长",
            ),
        ] {
            assert_eq!(refusal_of(change), format!("products.jsonl:1: {reason}"));
        }
        assert!(refusal_of(|it| it["colour"] = json!("red")).contains("unknown field `colour`"));
        assert!(refusal_of(|it| it["status"] = json!("sold")).contains("unknown variant `sold`"));
    }

    #[test]
    fn more_than_one_value_on_a_line_is_refused() {
        let (_, refused) = read_lines(&[format!("{0} {0}", product())]);
        assert_eq!(refused, ["products.jsonl:1: line: trailing characters"]);
    }

    #[test]
    fn an_option_that_stands_twice_is_refused() {
        let line = product()
            .to_string()
            .replace("\"options\":{}", r#""options":{"颜色":"红","颜色 ":"蓝"}"#);
        assert_eq!(
            read_lines(&[line]).1,
            ["products.jsonl:1: product P1: `skus[0].options`: the option 颜色 stands twice"]
        );
    }

    #[test]
    fn what_stood_in_an_earlier_line_is_refused_even_when_that_line_was() {
        let line = |id: &str, codes: [&str; 2]| {
            let mut value = product();
            value["id"] = json!(id);
            let sku = value["skus"][0].clone();
            value["skus"] = codes
                .iter()
                .map(|code| {
                    let mut sku = sku.clone();
                    sku["code"] = json!(code);
                    sku
                })
                .collect();
            value.to_string()
        };
        let (products, refused) = read_lines(&[
            line("P1", ["A", "B"]),
            line("P2", ["C", "A"]),
            line("P3", ["D", "C"]),
            line("P4", ["E", "E"]),
            line("P1", ["F", "G"]),
        ]);
        let lines: Vec<_> = products.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1]);
        assert_eq!(
            refused,
            [
                "products.jsonl:2: product P2: the SKU code A stands in line 1 already",
                "products.jsonl:3: product P3: the SKU code C stands in line 2 already",
                "products.jsonl:4: product P4: the SKU code E stands twice",
                "products.jsonl:5: product P1: the id stands in line 1 already",
            ]
        );
    }
}
