//! What the tests sell: two trees of categories, two brands, and attributes of each category that holds products.

use serde_json::{Value, json};
use testkit::{Answer, Mall};

pub(crate) const PRODUCTS: &str = "/api/catalog/admin/products";

/// A mall with the trees 1-2-3 and 11-12-13, a second leaf 4 beside 3, and in each leaf the spec 系统 of the group 主体, the
/// spec 尺寸 of no group, and the sale attribute 容量.
pub(crate) async fn mall() -> Mall {
    let mall = Mall::start(&[catalog::service, stock::service]).await;
    for (id, parent) in [
        (1, None),
        (2, Some(1)),
        (3, Some(2)),
        (4, Some(2)),
        (11, None),
        (12, Some(11)),
        (13, Some(12)),
    ] {
        let body = json!({ "parent_id": parent, "name": format!("类{id}") });
        made(&mall, &format!("categories/{id}"), body).await;
    }
    for brand in ["华为", "小米", "荣耀"] {
        made(&mall, &format!("brands/{brand}"), json!({ "name": brand })).await;
    }
    for leaf in [3, 4, 13] {
        let form = format!("categories/{leaf}");
        made(
            &mall,
            &format!("{form}/attribute-groups/主体"),
            json!({ "name": "主体" }),
        )
        .await;
        for (id, body) in [
            (
                "系统",
                json!({ "name": "系统", "use": "spec", "group_id": "主体", "values": ["Android", "iOS"] }),
            ),
            (
                "尺寸",
                json!({ "name": "尺寸", "use": "spec", "multiple": true }),
            ),
            ("容量", json!({ "name": "容量", "use": "sale" })),
        ] {
            made(&mall, &format!("{form}/attributes/{id}"), body).await;
        }
    }
    mall
}

/// Puts something into its place in the back office, where it was not before.
pub(crate) async fn made(mall: &Mall, place: &str, body: Value) {
    mall.put(&format!("/api/catalog/admin/{place}"))
        .staff()
        .json(&body)
        .send()
        .await
        .expect(201);
}

/// The document of a product whose SKUs differ by their 容量.
pub(crate) fn product(category: u32, brand: &str, skus: &[(&str, i64)]) -> Value {
    let skus: Vec<Value> = skus
        .iter()
        .map(|(id, price)| json!({ "code": id, "price_fen": price, "options": [{ "attribute_id": "容量", "value": id }] }))
        .collect();
    json!({ "name": "华为 P20 ", "category_id": category, "brand_id": brand, "skus": skus,
            "images": [{ "url": "https://img.example/1.png" }],
            "specs": [{ "attribute_id": "系统", "values": ["Android"], "quick_show": true }] })
}

/// Writes a product without saying what is there.
pub(crate) async fn put(mall: &Mall, id: &str, document: &Value) -> Answer {
    mall.put(&format!("{PRODUCTS}/{id}"))
        .staff()
        .json(document)
        .send()
        .await
}

/// Writes a product in place of the version with this tag.
pub(crate) async fn edit(mall: &Mall, id: &str, tag: &str, document: &Value) -> Answer {
    mall.put(&format!("{PRODUCTS}/{id}"))
        .staff()
        .header("if-match", tag)
        .json(document)
        .send()
        .await
}

/// What the back office shows at a path.
pub(crate) async fn staff_get(mall: &Mall, path: &str) -> Value {
    mall.get(path).staff().send().await.expect(200).json()
}

/// The ids of the products, or of the SKUs, of a list.
pub(crate) fn ids(list: &Value, name: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item[name].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) async fn listed(mall: &Mall, query: &str) -> Vec<String> {
    let answer = mall
        .get(&format!("/api/catalog/products{query}"))
        .send()
        .await
        .expect(200);
    ids(&answer.json(), "product_id")
}
