//! SKUs as the services above know them.

use kernel::{Money, ProductId, SkuId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Image, Product, Status, document::SkuDocument};
use crate::domain::AttributeSet;

/// One option and the value chosen for it, such as 颜色: 金色.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The option.
    pub name: Text<1, 50>,
    /// The value.
    pub value: Text<1, 100>,
}

/// A SKU: what a cart and an order need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sku {
    /// Its id.
    pub sku_id: SkuId,
    /// Its product.
    pub product_id: ProductId,
    /// The product's name.
    pub name: String,
    /// Which one it is.
    pub options: Vec<Choice>,
    /// The price of one piece.
    pub price: Money,
    /// The address of its picture; the product's main one when it has none of its own.
    pub image: Option<String>,
    /// The weight of one piece in grams; 0 when it is not known.
    pub weight_grams: u32,
}

/// A SKU as it is kept: what [`Sku`] says of it, whether it can be bought, and what the lists of staff show.
///
/// The names of its options are those of the day on which the product was last written; writing the same document again
/// brings those of now. They are copied so that a cart and
/// an order read a SKU in one stage, and an order keeps them anyway; the product's own page shows those of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkuRecord {
    pub(crate) sku: Sku,
    /// Its own name.
    pub(crate) sku_name: String,
    pub(crate) on_sale: bool,
}

impl Product {
    /// Its SKUs, with the names that their attributes have now.
    pub(crate) fn sku_records(&self, attributes: &AttributeSet) -> Vec<SkuRecord> {
        let record = |sku: &SkuDocument| SkuRecord {
            sku_name: self.sku_name(sku),
            on_sale: self.status == Status::OnSale,
            sku: Sku {
                sku_id: sku.code.clone(),
                product_id: self.id.clone(),
                name: self.document.name.to_string(),
                options: choices(sku, attributes),
                price: sku.price_fen,
                image: Image::main_of(&sku.images)
                    .or_else(|| Image::main_of(&self.document.images))
                    .map(str::to_owned),
                weight_grams: sku.weight_grams.unwrap_or(self.document.weight_grams),
            },
        };
        self.document.skus.iter().map(record).collect()
    }

    /// What one of its SKUs is called: as the SKU says, or the product's name and the values of its options.
    pub(crate) fn sku_name(&self, sku: &SkuDocument) -> String {
        if let Some(name) = &sku.name {
            return name.to_string();
        }
        let values = sku.options.iter().map(|option| &*option.value);
        std::iter::once(&*self.document.name)
            .chain(values)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Which one a SKU is, in words.
pub(crate) fn choices(sku: &SkuDocument, attributes: &AttributeSet) -> Vec<Choice> {
    let choice = |option: &super::document::SkuOption| {
        let known = attributes.attribute(&option.attribute_id);
        // An id is never longer than a name may be; it stands in for the name of an attribute that is no more.
        let name = known.map_or(option.attribute_id.as_str(), |known| &known.name);
        Some(Choice {
            name: Text::parse(name).ok()?,
            value: option.value.clone(),
        })
    };
    sku.options.iter().filter_map(choice).collect()
}
