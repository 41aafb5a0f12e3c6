//! Reads a product list: one JSON object a line, a whole product with its SKUs.
//!
//! ```json
//! {"id": "D1001", "name": "…", "subtitle": "…", "brand": {"name": "…", "first_letter": "X"}, "category_id": 225,
//!  "unit": "件", "weight_grams": 0, "description": "…", "images": [{"url": "https://…", "alt": "…"}],
//!  "attributes": [{"group": "屏幕", "name": "尺寸", "values": ["6.1 英寸"], "searchable": true, "quick_show": true}],
//!  "skus": [{"code": "D1001-01", "price_fen": 299900, "stock": 80, "options": {"颜色": "岩灰"}, "image": "https://…"}]}
//! ```
//! (on one line.) `images`, `group`, `quick_show`, a SKU's `image` and a brand's `first_letter` and `logo` may be left out.
//! The order of `options` is kept: the mall shows them so.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::source::{Line, Lines, NOT_UTF8, Source};

/// One product; serialised it is the body of `PUT /api/catalog/admin/products/{id}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    #[serde(skip_serializing, deserialize_with = "filled")]
    pub(crate) id: String,
    #[serde(deserialize_with = "filled")]
    pub(crate) name: String,
    #[serde(deserialize_with = "trimmed")]
    subtitle: String,
    pub(crate) category_id: u64,
    brand: Brand,
    #[serde(deserialize_with = "trimmed")]
    unit: String,
    #[serde(deserialize_with = "not_negative")]
    weight_grams: i64,
    #[serde(deserialize_with = "trimmed")]
    description: String,
    #[serde(default)]
    pub(crate) images: Vec<Image>,
    #[serde(rename(serialize = "specs"))]
    attributes: Vec<Attribute>,
    pub(crate) skus: Vec<Sku>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Brand {
    #[serde(deserialize_with = "filled")]
    name: String,
    #[serde(default, deserialize_with = "trimmed_or_none")]
    first_letter: Option<String>,
    #[serde(default, deserialize_with = "trimmed_or_none")]
    logo: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    #[serde(deserialize_with = "filled")]
    pub(crate) url: String,
    #[serde(default, deserialize_with = "trimmed")]
    alt: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    #[serde(default, deserialize_with = "trimmed_or_none")]
    group: Option<String>,
    #[serde(deserialize_with = "filled")]
    name: String,
    #[serde(deserialize_with = "all_trimmed")]
    values: Vec<String>,
    searchable: bool,
    #[serde(default)]
    quick_show: bool,
}

/// One SKU. Its stock is not the catalog's: it goes to the stock service as a receipt.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sku {
    #[serde(deserialize_with = "filled")]
    pub(crate) code: String,
    #[serde(deserialize_with = "not_negative")]
    price_fen: i64,
    #[serde(skip_serializing, deserialize_with = "not_negative")]
    pub(crate) stock: i64,
    #[serde(deserialize_with = "in_order")]
    options: Vec<SaleOption>,
    #[serde(default, deserialize_with = "trimmed_or_none")]
    pub(crate) image: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct SaleOption {
    name: String,
    value: String,
}

/// Reads the list and refuses lines that are no product, and ids and SKU codes that stood in an earlier line.
pub(crate) fn read(source: &Source) -> Lines<Product> {
    let mut lines = Lines::of(source);
    let mut seen = Seen::default();
    for Line {
        number,
        value: text,
    } in source.lines()
    {
        let product = match text {
            Ok(text) => parse(text),
            Err(_) => Err(NOT_UTF8.to_owned()),
        };
        match product {
            Err(reason) => lines.refuse(
                number,
                text.map_or_else(|_| "line".to_owned(), what),
                reason,
            ),
            Ok(product) => match seen.fault(number, &product) {
                Some(reason) => lines.refuse(number, name(&product.id), reason),
                None => lines.accept(number, product),
            },
        }
    }
    lines
}

fn parse(text: &str) -> Result<Product, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let product = serde_path_to_error::deserialize(&mut json).map_err(|error| reason(&error))?;
    json.end().map_err(|error| without_position(&error))?;
    Ok(product)
}

/// The fault and the field it is in. A broken text has no field, only a column.
fn reason(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
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
fn without_position(error: &serde_json::Error) -> String {
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
    serde_json::from_str(text).map_or_else(|_| "line".to_owned(), |Named { id }| name(id.trim()))
}

/// How the report calls a product.
pub(crate) fn name(id: &str) -> String {
    format!("product {id}")
}

/// Lines in which ids and codes stood first. Those of a refused line count too: the file contradicts itself either way.
#[derive(Default)]
struct Seen {
    ids: HashMap<String, u64>,
    codes: HashMap<String, u64>,
}

impl Seen {
    fn fault(&mut self, line: u64, product: &Product) -> Option<String> {
        let first = *self.ids.entry(product.id.clone()).or_insert(line);
        let mut fault = (first != line).then(|| format!("the id stands in line {first} already"));
        let mut own = std::collections::HashSet::new();
        for sku in &product.skus {
            let first = *self.codes.entry(sku.code.clone()).or_insert(line);
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

fn trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(String::deserialize(from)?.trim().to_owned())
}

fn trimmed_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty()))
}

fn all_trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Vec::<String>::deserialize(from)?
        .iter()
        .map(|text| text.trim().to_owned())
        .collect())
}

fn filled<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = trimmed(from)?;
    if text.is_empty() {
        Err(D::Error::custom("is empty"))
    } else {
        Ok(text)
    }
}

fn not_negative<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let number = i64::deserialize(from)?;
    if number < 0 {
        Err(D::Error::custom(format_args!("{number} is negative")))
    } else {
        Ok(number)
    }
}

/// A JSON object as the list of its pairs: a map of serde_json would sort them.
fn in_order<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SaleOption>, D::Error> {
    struct Pairs;
    impl<'de> Visitor<'de> for Pairs {
        type Value = Vec<SaleOption>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of option names and values")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs: Vec<SaleOption> = Vec::new();
            while let Some((name, value)) = map.next_entry::<String, String>()? {
                let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
                if pairs.iter().any(|pair| pair.name == name) {
                    return Err(A::Error::custom(format_args!(
                        "the option {name} stands twice"
                    )));
                }
                pairs.push(SaleOption { name, value });
            }
            Ok(pairs)
        }
    }
    from.deserialize_map(Pairs)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn product() -> Value {
        json!({"id": "P1", "name": "杯", "subtitle": "", "brand": {"name": "瓷里"}, "category_id": 225, "unit": "只", "weight_grams": 0,
            "description": "", "attributes": [], "skus": [{"code": "P1-1", "price_fen": 100, "stock": 5, "options": {}}]})
    }

    fn read_lines(lines: &[String]) -> Lines<Product> {
        read(&Source::embedded("products.jsonl", lines.join("\n")))
    }

    fn refusal_of(change: impl Fn(&mut Value)) -> String {
        let mut value = product();
        change(&mut value);
        let lines = read_lines(&[value.to_string()]);
        assert!(lines.accepted.is_empty(), "{value} was accepted");
        lines.refused[0].to_string()
    }

    #[test]
    fn a_line_becomes_the_body_of_its_request_with_options_in_the_order_of_the_file() {
        let line = r#"{"id": " P1", "name": "华为 HUAWEI P20 ", "subtitle": " 全面屏", "brand": {"name": "华为 ", "first_letter": "H"},
            "category_id": 225, "unit": "件", "weight_grams": 165, "description": "", "images": [{"url": "https://a/1.png", "alt": "正面"}],
            "attributes": [{"name": "屏幕尺寸 ", "values": ["5.0 "], "searchable": false}, {"group": "主体", "name": "系统", "values": ["甲", "乙"], "searchable": true, "quick_show": true}],
            "skus": [{"code": " S1 ", "price_fen": 378800, "stock": 487, "options": {"颜色": "金色 ", "容量": "16G"}, "image": "https://a/2.png"}]}"#
            .replace('\n', "");
        let lines = read_lines(&[line]);
        assert_eq!(lines.refused, []);
        let product = &lines.accepted[0].value;
        assert_eq!((product.id.as_str(), product.skus[0].stock), ("P1", 487));
        assert_eq!(
            serde_json::to_value(product).unwrap(),
            json!({"name": "华为 HUAWEI P20", "subtitle": "全面屏", "brand": {"name": "华为", "first_letter": "H", "logo": null},
                "category_id": 225, "unit": "件", "weight_grams": 165, "description": "", "images": [{"url": "https://a/1.png", "alt": "正面"}],
                "specs": [{"group": null, "name": "屏幕尺寸", "values": ["5.0"], "searchable": false, "quick_show": false},
                    {"group": "主体", "name": "系统", "values": ["甲", "乙"], "searchable": true, "quick_show": true}],
                "skus": [{"code": "S1", "price_fen": 378800,
                    "options": [{"name": "颜色", "value": "金色"}, {"name": "容量", "value": "16G"}], "image": "https://a/2.png"}]})
        );
    }

    #[test]
    fn a_mark_line_ends_and_blank_lines_do_no_harm() {
        let lines = read_lines(&[
            format!("\u{feff}{} \r", product()),
            "\r".to_owned(),
            "{\"id\": \r".to_owned(),
        ]);
        assert_eq!(
            lines
                .accepted
                .iter()
                .map(|line| line.number)
                .collect::<Vec<_>>(),
            [1]
        );
        assert_eq!(
            lines
                .refused
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["products.jsonl:3: line: broken JSON at column 6: EOF while parsing a value"]
        );
    }

    #[test]
    fn a_broken_line_is_refused_with_the_field_and_the_reason() {
        assert_eq!(
            refusal_of(|it| it["skus"][0]["price_fen"] = json!(-5)),
            "products.jsonl:1: product P1: `skus[0].price_fen`: -5 is negative"
        );
        assert_eq!(
            refusal_of(|it| it["skus"][0]["price_fen"] = json!(12.5)),
            "products.jsonl:1: product P1: `skus[0].price_fen`: invalid type: floating point `12.5`, expected i64"
        );
        assert_eq!(
            refusal_of(|it| it["skus"][0]["stock"] = json!(-1)),
            "products.jsonl:1: product P1: `skus[0].stock`: -1 is negative"
        );
        assert_eq!(
            refusal_of(|it| it["name"] = json!(" ")),
            "products.jsonl:1: product P1: `name`: is empty"
        );
        assert_eq!(
            refusal_of(|it| drop(it.as_object_mut().unwrap().remove("category_id"))),
            "products.jsonl:1: product P1: missing field `category_id`"
        );
        assert_eq!(
            refusal_of(|it| drop(it.as_object_mut().unwrap().remove("id"))),
            "products.jsonl:1: line: missing field `id`"
        );
        assert!(refusal_of(|it| it["colour"] = json!("red")).contains("unknown field `colour`"));
        assert_eq!(
            refusal_of(|it| it["id"] = json!("..")),
            "products.jsonl:1: product ..: the id cannot stand in a URL"
        );
    }

    #[test]
    fn more_than_one_value_on_a_line_is_refused() {
        let lines = read_lines(&[format!("{0} {0}", product())]);
        assert_eq!(lines.refused[0].reason, "trailing characters");
    }

    #[test]
    fn an_option_that_stands_twice_is_refused() {
        let line = product()
            .to_string()
            .replace("\"options\":{}", r#""options":{"颜色":"红","颜色 ":"蓝"}"#);
        let lines = read_lines(&[line]);
        assert_eq!(
            lines.refused[0].reason,
            "`skus[0].options`: the option 颜色 stands twice"
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
        let lines = read_lines(&[
            line("P1", ["A", "B"]),
            line("P2", ["C", "A"]),
            line("P3", ["D", "C"]),
            line("P4", ["E", "E"]),
            line("P1", ["F", "G"]),
        ]);
        assert_eq!(
            lines
                .accepted
                .iter()
                .map(|line| line.number)
                .collect::<Vec<_>>(),
            [1]
        );
        assert_eq!(
            lines
                .refused
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            [
                "products.jsonl:2: product P2: the SKU code A stands in line 1 already",
                "products.jsonl:3: product P3: the SKU code C stands in line 2 already",
                "products.jsonl:4: product P4: the SKU code E stands twice",
                "products.jsonl:5: product P1: the id stands in line 1 already",
            ]
        );
    }
}
