//! The rules of publishing.
#![allow(clippy::unwrap_used)]

use kernel::{ProductId, Timestamp};
use serde_json::{Value, json};

use super::{Category, CategoryDraft, Flaw, Product, ProductDraft};

fn category(level: i64) -> Category {
    let draft = |parent: Option<i64>| -> CategoryDraft {
        serde_json::from_value(json!({ "parent_id": parent, "name": "手机" })).unwrap()
    };
    let mut found: Option<Category> = None;
    for number in 1..=level {
        let parent = found.as_ref().map(|_| number - 1);
        let id = number.try_into().unwrap();
        found = Some(Category::of_draft(id, draft(parent), found.as_ref(), None).unwrap());
    }
    found.unwrap()
}

fn draft(change: impl FnOnce(&mut Value)) -> ProductDraft {
    let mut json = json!({
        "name": " 华为 P20 ", "category_id": 3, "brand": { "name": "华为" },
        "images": [{ "url": "https://img.example/1.png" }],
        "specs": [
            { "group": "屏幕", "name": "尺寸", "values": ["5.8"] },
            { "group": null, "name": "系统", "values": ["Android"] },
            { "group": "屏幕", "name": "材质", "values": ["LCD"] },
        ],
        "skus": [
            { "code": "a", "price_fen": 378_800, "options": [{ "name": "颜色", "value": "金色" }, { "name": "容量", "value": "16G" }] },
            { "code": "b", "price_fen": 399_900, "options": [{ "name": "颜色", "value": "金色" }, { "name": "容量", "value": "32G" }], "image": "https://img.example/b.png" },
        ],
    });
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

fn publish(draft: ProductDraft, category: Option<&Category>) -> Result<Product, Vec<Flaw>> {
    Product::publish(
        ProductId::parse("p").unwrap(),
        draft,
        category,
        Timestamp::from_millis(0),
    )
}

#[test]
fn a_published_product_has_cards_options_groups_and_skus_with_pictures() {
    let product = publish(draft(|_| ()), Some(&category(3))).unwrap();
    assert_eq!(product.name, "华为 P20");
    let card = product.card();
    assert_eq!(
        (card.price_from_fen.fen(), card.price_to_fen.fen()),
        (378_800, 399_900)
    );
    assert_eq!(
        product.options(),
        [("颜色", vec!["金色"]), ("容量", vec!["16G", "32G"])]
    );
    let groups: Vec<_> = product
        .spec_groups()
        .iter()
        .map(|(name, specs)| (*name, specs.len()))
        .collect();
    assert_eq!(groups, [(Some("屏幕"), 2), (None, 1)]);
    let images: Vec<_> = product
        .skus
        .iter()
        .map(|sku| sku.image.as_deref().unwrap())
        .collect();
    assert_eq!(
        images,
        ["https://img.example/1.png", "https://img.example/b.png"]
    );
}

#[test]
fn every_flaw_is_named_with_its_place_and_all_at_once() {
    let flawed = draft(|json| {
        json["skus"][0]["price_fen"] = json!(0);
        json["skus"][1]["code"] = json!("a");
        json["skus"][1]["options"] = json!([{ "name": "颜色", "value": "银色" }]);
        json["specs"][0]["values"] = json!([]);
        json["brand"]["name"] = json!("!!");
    });
    let flaws = publish(flawed, Some(&category(2))).unwrap_err();
    let pointers: Vec<_> = flaws.iter().map(|flaw| flaw.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/specs/0/values",
            "/skus/0/price_fen",
            "/skus/1/code",
            "/skus/1/options",
            "/category_id",
            "/brand/name"
        ]
    );
}

#[test]
fn two_skus_of_a_product_never_offer_the_same_choice() {
    let same = draft(|json| json["skus"][1]["options"] = json["skus"][0]["options"].clone());
    assert_eq!(
        publish(same, Some(&category(3))).unwrap_err()[0].pointer,
        "/skus/1/options"
    );
    let none = draft(|json| json["skus"] = json!([]));
    assert_eq!(
        publish(none, Some(&category(3))).unwrap_err()[0].pointer,
        "/skus"
    );
    assert_eq!(
        publish(draft(|_| ()), None).unwrap_err()[0].pointer,
        "/category_id"
    );
}
