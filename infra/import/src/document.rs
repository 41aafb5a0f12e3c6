//! A product as the mall has it: the document of `PUT /api/catalog/admin/products/{id}`, with ids where files have names.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{AttributeGroupId, AttributeId, BrandId, InvalidId};
use serde::{Deserialize, Serialize};

use crate::product::{
    self, Attribute, Bounds, Brand, FullReduction, Image, Ladder, MemberPrice, Options, Product,
    Status,
};
use crate::taxonomy::Ids;

/// The document of a product.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Document {
    name: String,
    subtitle: String,
    description: String,
    description_images: Vec<Image>,
    pub(crate) category_id: u64,
    pub(crate) brand_id: BrandId,
    unit: String,
    weight_grams: i64,
    images: Vec<Image>,
    bounds: Bounds,
    specs: Vec<Spec>,
    skus: Vec<Sku>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Spec {
    attribute_id: AttributeId,
    values: Vec<String>,
    quick_show: bool,
}

#[derive(Debug, Deserialize, Serialize)]
struct Sku {
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    title: String,
    subtitle: String,
    price_fen: i64,
    options: Vec<SkuOption>,
    images: Vec<Image>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight_grams: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ladder: Option<Ladder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full_reduction: Option<FullReduction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    member_prices: Vec<MemberPrice>,
}

#[derive(Debug, Deserialize, Serialize)]
struct SkuOption {
    attribute_id: AttributeId,
    value: String,
}

/// What the ids of documents are called.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) brands: HashMap<BrandId, Brand>,
    pub(crate) attributes: HashMap<(u64, AttributeId), AttributeName>,
    /// The categories whose attributes are known.
    pub(crate) categories: HashSet<u64>,
}

/// What an attribute is called, and what files say of it beside its values.
#[derive(Debug, Clone)]
pub(crate) struct AttributeName {
    pub(crate) name: String,
    pub(crate) group: Option<(AttributeGroupId, String)>,
    pub(crate) searchable: Option<bool>,
}

impl Document {
    /// The document that a product of a file makes in the mall that has these ids.
    ///
    /// # Errors
    /// Never for a product that was read: its names were seen to make ids.
    pub(crate) fn of(product: &Product, ids: &Ids) -> Result<Document, InvalidId> {
        let known = |id| ids.attribute(product.category_id, id);
        let spec = |attribute: &Attribute| {
            Ok(Spec {
                attribute_id: known(attribute.own_id()?),
                values: attribute.values.clone(),
                quick_show: attribute.quick_show,
            })
        };
        Ok(Document {
            name: product.name.clone(),
            subtitle: product.subtitle.clone(),
            description: product.description.clone(),
            description_images: product.description_images.clone(),
            category_id: product.category_id,
            brand_id: ids.brand(product.brand.own_id()?),
            unit: product.unit.clone(),
            weight_grams: product.weight_grams,
            images: product.images.clone(),
            bounds: product.bounds,
            specs: product
                .attributes
                .iter()
                .map(spec)
                .collect::<Result<_, _>>()?,
            skus: product
                .skus
                .iter()
                .map(|sku| Sku::of(sku, |name| Ok(known(product.option_id(name)?))))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Document {
    /// The product of a file that makes this document. What has no name any more goes by its id.
    pub(crate) fn into_product(self, id: String, status: Status, names: &Names) -> Product {
        let category_id = self.category_id;
        let name_of = |id: &AttributeId| {
            let known = names.attributes.get(&(category_id, id.clone()));
            known.cloned().unwrap_or_else(|| AttributeName {
                name: id.to_string(),
                group: None,
                searchable: None,
            })
        };
        let attribute = |spec: Spec| {
            let known = name_of(&spec.attribute_id);
            let (group_id, group) = known.group.unzip();
            Attribute {
                group,
                group_id,
                id: Some(spec.attribute_id),
                name: known.name,
                values: spec.values,
                searchable: known.searchable,
                quick_show: spec.quick_show,
            }
        };
        let brand = names.brands.get(&self.brand_id).cloned();
        Product {
            id,
            status,
            name: self.name,
            subtitle: self.subtitle,
            brand: brand.unwrap_or_else(|| Brand {
                name: self.brand_id.to_string(),
                id: Some(self.brand_id),
                first_letter: None,
                logo: None,
                sort: None,
                visible: None,
            }),
            category_id,
            unit: self.unit,
            weight_grams: self.weight_grams,
            description: self.description,
            description_images: self.description_images,
            images: self.images,
            bounds: self.bounds,
            attributes: self.specs.into_iter().map(attribute).collect(),
            option_ids: renamed_options(&self.skus, |id| name_of(id).name),
            skus: self
                .skus
                .into_iter()
                .map(|sku| sku.into_sku(|id| name_of(id).name))
                .collect(),
        }
    }
}

/// The ids of the options of these SKUs that the names of today do not give.
fn renamed_options(
    skus: &[Sku],
    name_of: impl Fn(&AttributeId) -> String,
) -> BTreeMap<String, AttributeId> {
    let ids = skus.iter().flat_map(|sku| &sku.options);
    ids.map(|option| (name_of(&option.attribute_id), &option.attribute_id))
        .filter(|(name, id)| AttributeId::of_name(name).as_ref() != Ok(*id))
        .map(|(name, id)| (name, id.clone()))
        .collect()
}

impl Sku {
    fn into_sku(self, name_of: impl Fn(&AttributeId) -> String) -> product::Sku {
        let options = self
            .options
            .into_iter()
            .map(|option| (name_of(&option.attribute_id), option.value))
            .collect();
        product::Sku {
            code: self.code,
            name: self.name,
            title: self.title,
            subtitle: self.subtitle,
            price_fen: self.price_fen,
            stock: 0,
            options: Options(options),
            image: None,
            images: self.images,
            weight_grams: self.weight_grams,
            ladder: self.ladder,
            full_reduction: self.full_reduction,
            member_prices: self.member_prices,
        }
    }

    fn of(
        sku: &product::Sku,
        id_of: impl Fn(&str) -> Result<AttributeId, InvalidId>,
    ) -> Result<Sku, InvalidId> {
        let option = |(name, value): &(String, String)| {
            Ok(SkuOption {
                attribute_id: id_of(name)?,
                value: value.clone(),
            })
        };
        let own = sku.image.iter().map(|url| Image {
            url: url.clone(),
            alt: String::new(),
            main: false,
        });
        Ok(Sku {
            code: sku.code.clone(),
            name: sku.name.clone(),
            title: sku.title.clone(),
            subtitle: sku.subtitle.clone(),
            price_fen: sku.price_fen,
            options: sku.options.0.iter().map(option).collect::<Result<_, _>>()?,
            images: own.chain(sku.images.iter().cloned()).collect(),
            weight_grams: sku.weight_grams,
            ladder: sku.ladder,
            full_reduction: sku.full_reduction,
            member_prices: sku.member_prices.clone(),
        })
    }
}
