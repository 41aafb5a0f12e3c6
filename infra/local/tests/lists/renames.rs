//! Ids outlive names: what was renamed since a list was written is found, and what the list says of it is so afterwards.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{MallProcess, workspace};
use crate::round_trip::export;
use crate::{import, import_products};

const CATEGORIES: &str = "id,parent_id,level,name\n1,0,1,一\n2,1,2,二\n3,2,3,三\n";
const ADMIN: &str = "/api/catalog/admin";

async fn asked(mall: &MallProcess, method: Method, path: &str, body: Option<&Value>) -> Value {
    let mut request = mall
        .http
        .request(method, mall.url(&format!("{ADMIN}/{path}")))
        .header("cookie", mall.staff().await);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {answer:?}");
    answer.json().await.unwrap()
}

/// Changes a thing that staff see in a list, as staff would.
async fn change(mall: &MallProcess, list: &str, path: &str, id: &str, with: &Value) {
    let all = asked(mall, Method::GET, list, None).await;
    let mut body = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row[id] == path.rsplit('/').next().unwrap())
        .unwrap()
        .clone();
    let fields = body.as_object_mut().unwrap();
    fields.retain(|name, _| {
        ![
            "version",
            "brand_id",
            "attribute_id",
            "category_id",
            "category_name",
            "category_path",
            "group_name",
        ]
        .contains(&name.as_str())
            && (name != "group_id" || id == "attribute_id")
    });
    fields.extend(with.as_object().unwrap().clone());
    asked(mall, Method::PUT, path, Some(&body)).await;
}

/// Gives the brand, the group and both attributes another name.
async fn rename(mall: &MallProcess, to: &str) {
    let name = |what: &str| json!({ "name": format!("{what}{to}") });
    change(mall, "brands", "brands/a", "brand_id", &name("牌")).await;
    let groups = "categories/3/attribute-groups/b";
    change(mall, "attribute-groups", groups, "group_id", &name("组")).await;
    for (id, what) in [("c", "属性"), ("d", "选项")] {
        let path = format!("categories/3/attributes/{id}");
        change(mall, "attributes", &path, "attribute_id", &name(what)).await;
    }
}

async fn names(mall: &MallProcess) -> Vec<String> {
    let mut names = Vec::new();
    for list in ["brands", "attribute-groups", "attributes"] {
        let all = asked(mall, Method::GET, list, None).await;
        let rows = all["items"].as_array().unwrap().iter();
        names.extend(rows.map(|row| row["name"].as_str().unwrap().to_owned()));
    }
    names
}

fn product(brand: &str, group: &str, attribute: &str, option: &str) -> String {
    json!({ "id": "P1", "name": "书", "brand": { "name": brand }, "category_id": 3,
        "attributes": [{ "group": group, "name": attribute, "values": ["甲"] }],
        "skus": [{ "code": "P1-1", "price_fen": 5, "options": { option: "红" } }] })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_renamed_since_an_export_is_found_by_its_id_and_called_as_the_file_says() {
    let (mall, other) = (
        MallProcess::start(&workspace()).await,
        MallProcess::start(&workspace()).await,
    );
    import(
        &mall,
        CATEGORIES,
        "products.jsonl",
        &product("A", "B", "C", "D"),
    )
    .await;
    rename(&mall, "一").await;
    let exported = export(&mall).await;
    rename(&mall, "二").await;
    let [categories, lines, csv] = &exported;
    // SKUs keep what their options were called when they were saved, so the first import saves them anew.
    for (name, list, replaced) in [("products.jsonl", lines, 1), ("products.csv", csv, 0)] {
        let report = import_products(&mall, name, list).await;
        assert_eq!((report.refused, report.taxonomy.created), (Vec::new(), 0));
        let (products, unchanged) = (report.products, 1 - replaced);
        assert_eq!(
            (products.replaced, products.unchanged),
            (replaced, unchanged)
        );
    }
    assert_eq!(names(&mall).await, ["牌一", "组一", "属性一", "选项一"]);
    assert_eq!(export(&mall).await, exported);

    // A mall that does not know the ids makes the things under the names, and finds them by these ever after.
    let report = import(&other, categories, "products.csv", csv).await;
    assert_eq!((report.refused, report.taxonomy.created), (Vec::new(), 4));
    let report = import(&other, categories, "products.jsonl", lines).await;
    assert_eq!(
        (report.taxonomy.unchanged, report.products.unchanged),
        (4, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_ids_means_what_is_called_so_and_renames_nothing() {
    let mall = MallProcess::start(&workspace()).await;
    import(
        &mall,
        CATEGORIES,
        "products.jsonl",
        &product("A", "B", "C", "D"),
    )
    .await;
    rename(&mall, "一").await;
    for (product, replaced) in [
        (product("牌一", "组一", "属性一", "选项一"), 1),
        (product("A", "B", "C", "D"), 0),
    ] {
        let report = import_products(&mall, "products.jsonl", &product).await;
        assert_eq!((report.refused, report.taxonomy.unchanged), (Vec::new(), 4));
        let (products, unchanged) = (report.products, 1 - replaced);
        assert_eq!(
            (products.replaced, products.unchanged),
            (replaced, unchanged)
        );
    }
    assert_eq!(names(&mall).await, ["牌一", "组一", "属性一", "选项一"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_says_of_a_brand_or_an_attribute_replaces_it_and_the_rest_stays_as_staff_made_it()
 {
    let mall = MallProcess::start(&workspace()).await;
    import(
        &mall,
        CATEGORIES,
        "products.jsonl",
        &product("A", "B", "C", "D"),
    )
    .await;
    let of_staff =
        json!({ "description": "老字号", "category_ids": [2], "sort": 9, "logo": "/media/a.webp" });
    change(&mall, "brands", "brands/a", "brand_id", &of_staff).await;
    let of_staff = json!({ "values": ["甲", "乙"], "searchable": true });
    let path = "categories/3/attributes/c";
    change(&mall, "attributes", path, "attribute_id", &of_staff).await;

    let mut file: Value = serde_json::from_str(&product("A", "B", "C", "D")).unwrap();
    file["brand"]["sort"] = json!(4);
    file["brand"]["visible"] = json!(false);
    file["brand"]["first_letter"] = json!("A");
    file["attributes"][0]["values"] = json!(["甲", "乙"]);
    for (replaced, unchanged) in [(2, 2), (0, 4)] {
        let report = import_products(&mall, "products.jsonl", &file.to_string()).await;
        assert_eq!(report.refused, Vec::new());
        assert_eq!(
            (report.taxonomy.replaced, report.taxonomy.unchanged),
            (replaced, unchanged)
        );
    }
    let mut brand = asked(&mall, Method::GET, "brands/a", None).await;
    brand.as_object_mut().unwrap().remove("version");
    assert_eq!(
        brand,
        json!({ "brand_id": "a", "name": "A", "description": "老字号", "category_ids": [2], "sort": 4, "visible": false,
            "first_letter": "A", "logo": "/media/a.webp" })
    );
    let attribute = asked(&mall, Method::GET, path, None).await;
    assert_eq!(
        (
            &attribute["multiple"],
            &attribute["searchable"],
            &attribute["values"]
        ),
        (&json!(true), &json!(true), &json!(["甲", "乙"]))
    );
}
