//! The columns of a product list in CSV: where each cell stands in the JSON form, and how it is read.

use csv::StringRecord;
use serde_json::Value;

use crate::json_lines::{reason, without_position};
use crate::product::Options;

/// A column: its name, its place in the JSON form (of the product, or of the SKU), and how its cells are read.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) of_sku: bool,
    pub(crate) kind: Kind,
}

/// How a cell is read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Text,
    Number,
    Truth,
    Json,
    Options,
}

const fn column(name: &'static str, place: &'static str, of_sku: bool, kind: Kind) -> Column {
    Column {
        name,
        place,
        of_sku,
        kind,
    }
}

/// All columns, in the order in which they are written.
pub(crate) const COLUMNS: [Column; 33] = [
    column("id", "/id", false, Kind::Text),
    column("status", "/status", false, Kind::Text),
    column("name", "/name", false, Kind::Text),
    column("subtitle", "/subtitle", false, Kind::Text),
    column("brand_id", "/brand/id", false, Kind::Text),
    column("brand", "/brand/name", false, Kind::Text),
    column("brand_letter", "/brand/first_letter", false, Kind::Text),
    column("brand_logo", "/brand/logo", false, Kind::Text),
    column("brand_sort", "/brand/sort", false, Kind::Number),
    column("brand_visible", "/brand/visible", false, Kind::Truth),
    column("category_id", "/category_id", false, Kind::Number),
    column("unit", "/unit", false, Kind::Text),
    column("weight_grams", "/weight_grams", false, Kind::Number),
    column("description", "/description", false, Kind::Text),
    column(
        "description_images",
        "/description_images",
        false,
        Kind::Json,
    ),
    column("images", "/images", false, Kind::Json),
    column("growth", "/bounds/growth", false, Kind::Number),
    column("points", "/bounds/points", false, Kind::Number),
    column("attributes", "/attributes", false, Kind::Json),
    column("option_ids", "/option_ids", false, Kind::Json),
    column("code", "/code", true, Kind::Text),
    column("sku_name", "/name", true, Kind::Text),
    column("sku_title", "/title", true, Kind::Text),
    column("sku_subtitle", "/subtitle", true, Kind::Text),
    column("price_fen", "/price_fen", true, Kind::Number),
    column("stock", "/stock", true, Kind::Number),
    column("options", "/options", true, Kind::Options),
    column("sku_image", "/image", true, Kind::Text),
    column("sku_images", "/images", true, Kind::Json),
    column("sku_weight_grams", "/weight_grams", true, Kind::Number),
    column("ladder", "/ladder", true, Kind::Json),
    column("full_reduction", "/full_reduction", true, Kind::Json),
    column("member_prices", "/member_prices", true, Kind::Json),
];

/// What no list can do without.
const REQUIRED: [&str; 6] = ["id", "name", "brand", "category_id", "code", "price_fen"];
/// The columns of a header, in its order.
///
/// # Errors
/// The column that is unknown, doubled or missing.
pub(crate) fn columns(header: &StringRecord) -> Result<Vec<&'static Column>, String> {
    let mut columns: Vec<&'static Column> = Vec::new();
    for name in header.iter().map(str::trim) {
        let column = COLUMNS.iter().find(|column| column.name == name);
        let column = column.ok_or_else(|| format!("the column `{name}` is not known"))?;
        if columns.iter().any(|known| known.name == name) {
            return Err(format!("the column `{name}` stands twice"));
        }
        columns.push(column);
    }
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    match REQUIRED.iter().find(|name| !has(name)) {
        Some(missing) => Err(format!("the column `{missing}` is missing")),
        None => Ok(columns),
    }
}

/// What a cell says.
pub(crate) fn value_of(kind: Kind, cell: &str) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::Options => Ok(Value::from(cell)),
        Kind::Number => cell
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| format!("is `{cell}`, not a whole number")),
        Kind::Truth => match cell.to_ascii_lowercase().as_str() {
            "true" => Ok(Value::from(true)),
            "false" => Ok(Value::from(false)),
            _ => Err(format!("is `{cell}`, neither true nor false")),
        },
        Kind::Json => serde_json::from_str(cell)
            .map_err(|error| format!("is no JSON: {}", without_position(&error))),
    }
}

/// The options that a cell says: JSON, or `name=value;name=value`.
pub(crate) fn options_of(cell: &str) -> Result<Options, String> {
    if cell.starts_with('{') {
        let mut json = serde_json::Deserializer::from_str(cell);
        return serde_path_to_error::deserialize(&mut json)
            .map_err(|error| format!("`options`: {}", reason(&error)));
    }
    let mut options = Options::default();
    for part in cell.split(';').filter(|part| !part.trim().is_empty()) {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| format!("`options`: `{part}` is no name=value"))?;
        options
            .add(name, value)
            .map_err(|reason| format!("`options`: {reason}"))?;
    }
    Ok(options)
}

/// What stands at a place.
pub(crate) fn known<'v>(target: &'v Value, place: &str) -> Option<&'v Value> {
    target.pointer(place)
}

/// Puts a value at a place of one or two steps.
pub(crate) fn put(target: &mut Value, place: &str, value: Value) {
    let mut steps = place.split('/').skip(1);
    match (steps.next(), steps.next()) {
        (Some(outer), Some(inner)) => target[outer][inner] = value,
        (Some(outer), None) => target[outer] = value,
        _ => {}
    }
}
